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
      applies: (rule, ours, theirs) => spelled(undoAll(undone, ours, rule)) === spelled(theirs),
    },
  ];
}

export function undoAll(list: readonly Deviation[], ours: string, rule: SigmaRule): string {
  return list.reduce((text, { undo }) => undo?.(text, rule) ?? text, ours);
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

/** `not coalesce(x, false)` as `not x`, with x in parentheses where it is more than one comparison. */
export function withoutCoalesce(ours: string, not: 'not' | 'NOT'): string {
  const head = `${not} coalesce(`;
  let text = ours;
  for (let at = text.indexOf(head); at !== -1; at = text.indexOf(head)) {
    const end = closing(text, at + head.length);
    const inner = text.slice(at + head.length, end - ', false'.length);
    const whole = /(?:^|\s)(?:and|or|not|in) /i.test(withoutNested(inner)) ? `(${inner})` : inner;
    text = `${text.slice(0, at)}${not} ${whole}${text.slice(end + 1)}`;
  }
  return text;
}

/** Where the parenthesis closes that was opened before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === '(') depth++;
    else if (!quoted && char === ')' && --depth === 0) return at;
  }
  return text.length;
}

function withoutNested(text: string): string {
  let result = text.replaceAll(/"(?:\\.|[^"\\])*"/gs, '""');
  for (let before = ''; before !== result;) {
    before = result;
    result = result.replaceAll(/\([^()]*\)/g, '');
  }
  return result;
}

function holds(rule: SigmaRule, kind: SigmaValue['kind']): boolean {
  return valuesOf(rule).some(({ value }) => value.kind === kind);
}

/** The reference refuses what we write. */
export function written(id: string, reason: string, when: (rule: SigmaRule) => boolean): Deviation {
  return { id, reason, verdict: (rule, ours, theirs) => ours !== null && theirs === null && when(rule) };
}

export const casedWritten = written('cased', 'with `cased` the text is compared as it is', (rule) =>
  valuesOf(rule).some(({ value }) => value.kind === 'string' && value.cased),
);
export const timepartWritten = written('timepart', 'parts of times are asked for', (rule) =>
  holds(rule, 'timepart'),
);
export const fieldrefWritten = written('fieldref-parts', 'parts of another field are asked for', (rule) =>
  holds(rule, 'fieldref'),
);
export const existsWritten = written('exists', 'a comparison with null says whether a field exists', (rule) =>
  holds(rule, 'exists'),
);

/** The reference loses what part of a time is meant: `hour|gt: 20` as `> 20`. */
export const timepartLost: Deviation = {
  id: 'timepart-lost',
  reason: 'the reference loses which part of a time is compared',
  verdict: (rule, ours, theirs) => ours === null && theirs !== null && holds(rule, 'timepart'),
  applies: (rule, ours, theirs) =>
    holds(rule, 'timepart') && /\((?:"\w+", )?[\w.]+\)(?=[<>=])/.test(ours) && /fieldA(?:>|==)/.test(theirs),
};

export function fieldsOf(rule: SigmaRule): string[] {
  return valuesOf(rule).flatMap(({ field }) => (field === null ? [] : [field]));
}
