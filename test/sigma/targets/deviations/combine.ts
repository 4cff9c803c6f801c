/** For lists of deviations: several in one rule, and what rules hold. */
import type { Detection, SigmaRule, SigmaValue, StringPart } from '../../../../src/sigma/ast.ts';
import type { Deviation } from '../oracle.ts';

/**
 * The list, and one more deviation: several of them in one rule, undone one after the other. `spelled` writes out
 * what has two spellings, such as a list.
 */
export function withSeveral(
  list: readonly Deviation[],
  spelled: (query: string) => string = (query) => query,
): Deviation[] {
  const undone = list.filter(({ undo }) => undo !== undefined);
  return [
    ...list,
    {
      id: 'several',
      reason: `more than one of ${undone.map(({ id }) => id).join(', ')}; or a list in another order for their sake`,
      applies: (rule, ours, theirs) =>
        spelled(undone.reduce((text, deviation) => deviation.undo?.(text, rule) ?? text, ours)) ===
        spelled(theirs),
    },
  ];
}

/** Every value of a rule with the field it is compared with. */
export function valuesOf(rule: SigmaRule): { field: string | null; value: SigmaValue }[] {
  const found: { field: string | null; value: SigmaValue }[] = [];
  const visit = (detection: Detection): void => {
    if (detection.kind === 'item')
      for (const value of detection.values) found.push({ field: detection.field, value });
    else for (const item of detection.items) visit(item);
  };
  for (const detection of Object.values(rule.detections)) visit(detection);
  return found;
}

/** Texts with wildcards, or with what would be one where it cannot be escaped. */
export function textsOf(rule: SigmaRule): readonly StringPart[][] {
  return valuesOf(rule).flatMap(({ value }) => (value.kind === 'string' ? [[...value.parts]] : []));
}

export function usesWindash(rule: SigmaRule): boolean {
  return JSON.stringify(rule.detections).includes('"windash"');
}

export function hasKeywords(rule: SigmaRule): boolean {
  return valuesOf(rule).some(({ field }) => field === null);
}

type Regex = Extract<SigmaValue, { kind: 'regex' }>;

export function regexesOf(rule: SigmaRule): Regex[] {
  return valuesOf(rule).flatMap(({ value }) => (value.kind === 'regex' ? [value] : []));
}

/** As the reference prints a regular expression: flags in front. */
export function asWritten({ source, flags }: Regex): string {
  return (flags === '' ? '' : `(?${flags})`) + source;
}
