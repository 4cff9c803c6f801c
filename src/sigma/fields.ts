/** The fields that a rule compares, also by reference; each once, in the order of the rule. */
import type { Detection, SigmaRule } from './ast.ts';

export function fieldsOf(rule: SigmaRule): string[] {
  const fields = new Set<string>();
  const visit = (detection: Detection): void => {
    if (detection.kind !== 'item') {
      for (const item of detection.items) visit(item);
      return;
    }
    if (detection.field !== null) fields.add(detection.field);
    for (const value of detection.values) if (value.kind === 'fieldref') fields.add(value.field);
  };
  for (const detection of Object.values(rule.detections)) visit(detection);
  return [...fields];
}
