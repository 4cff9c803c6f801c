/**
 * Rules that can never fire, grouped by why: first by the kind of reason, then by what it names, so that
 * "no event has GrantedAccess" and "no event has Hashes" stand together. Reasons of other forms group by their
 * text before a colon.
 */
import type { HuntSummary, NeverFiringRule } from './types.ts';

export interface ReasonGroup {
  readonly kind: string;
  readonly count: number;
  /** Most frequent first; the detail is empty where the reason has none. */
  readonly details: readonly { readonly detail: string; readonly rules: readonly NeverFiringRule[] }[];
}

const forms: readonly (readonly [RegExp, string])[] = [
  [/^no events of (.+)$/s, 'no events of their log source'],
  [/^no events with (.+)$/s, 'no events with their event id'],
  [/^no event has (.+)$/s, 'no event has a field they need'],
  [/^([^:]+): (.+)$/s, ''],
];

export function groupReasons(rules: HuntSummary['neverFire']): ReasonGroup[] {
  const kinds = new Map<string, Map<string, NeverFiringRule[]>>();
  for (const rule of rules) {
    const [kind, detail] = splitReason(rule.reason);
    let details = kinds.get(kind);
    if (details === undefined) kinds.set(kind, (details = new Map()));
    const list = details.get(detail);
    if (list === undefined) details.set(detail, [rule]);
    else list.push(rule);
  }
  const groups = [...kinds].map(([kind, details]) => {
    const sorted = [...details].map(([detail, list]) => ({ detail, rules: list }));
    sorted.sort((a, b) => b.rules.length - a.rules.length || (a.detail < b.detail ? -1 : 1));
    return { kind, count: sorted.reduce((sum, item) => sum + item.rules.length, 0), details: sorted };
  });
  return groups.sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));
}

function splitReason(reason: string): [kind: string, detail: string] {
  for (const [form, kind] of forms) {
    const match = form.exec(reason);
    if (match) return kind === '' ? [match[1] as string, match[2] as string] : [kind, match[1] as string];
  }
  return [reason, ''];
}
