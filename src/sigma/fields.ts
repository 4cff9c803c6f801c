/** The fields that a rule compares, also by reference; each once, in the order of the rule. */
import type { SigmaRule } from './ast.ts';
import { visitDetection } from './visitor.ts';

export function fieldsOf(rule: SigmaRule): string[] {
  const fields = new Set<string>();
  const nothing = (): void => {};
  for (const detection of Object.values(rule.detections)) {
    visitDetection<void>(detection, {
      and: nothing,
      or: nothing,
      item: ({ field, values }) => {
        if (field !== null) fields.add(field);
        for (const value of values) if (value.kind === 'fieldref') fields.add(value.field);
      },
    });
  }
  return [...fields];
}
