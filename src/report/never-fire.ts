/**
 * Rules that can never fire, grouped by why. A reason of the form `kind: detail` groups by its kind first, so that
 * "missing field: GrantedAccess" and "missing field: Hashes" stand together.
 */
import type { HuntSummary, NeverFiringRule } from './types.ts';

export interface ReasonGroup {
  readonly kind: string;
  readonly count: number;
  /** Most frequent first; the detail is empty where the reason has none. */
  readonly details: readonly { readonly detail: string; readonly rules: readonly NeverFiringRule[] }[];
}

export function groupReasons(rules: HuntSummary['neverFire']): ReasonGroup[] {
  const kinds = new Map<string, Map<string, NeverFiringRule[]>>();
  for (const rule of rules) {
    const colon = rule.reason.indexOf(': ');
    const kind = colon < 0 ? rule.reason : rule.reason.slice(0, colon);
    const detail = colon < 0 ? '' : rule.reason.slice(colon + 2);
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
