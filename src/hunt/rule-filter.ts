/** Which of the loaded rules to run: level, status, tags, ids. */
import type { RuleInfo } from '../detect/index.ts';

export const levelOrder = ['informational', 'low', 'medium', 'high', 'critical'] as const;

export interface RuleFilter {
  /** This level and above; rules without a level count as informational. */
  readonly level?: string;
  /** Any of these. */
  readonly status?: readonly string[];
  /** Any of these; `attack.t1059` also takes its sub-techniques, `attack.*` takes all below. */
  readonly tags?: readonly string[];
  /** Only these rules: id, id prefix of at least 8 characters, or title. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export function ruleFilter(filter: RuleFilter): (info: RuleInfo) => boolean {
  const least = filter.level ? levelRank(filter.level) : 0;
  return (info) => {
    if (levelRank(info.level) < least) return false;
    if (filter.status?.length && !filter.status.some((status) => same(status, info.status ?? '')))
      return false;
    if (filter.tags?.length && !filter.tags.some((tag) => info.tags.some((own) => tagMatches(tag, own))))
      return false;
    if (filter.include?.length && !filter.include.some((name) => names(name, info))) return false;
    return !filter.exclude?.some((name) => names(name, info));
  };
}

export function levelRank(level: string | null): number {
  const rank = levelOrder.indexOf((level ?? '').toLowerCase() as (typeof levelOrder)[number]);
  return Math.max(rank, 0);
}

function tagMatches(wanted: string, own: string): boolean {
  const a = wanted.toLowerCase().replaceAll('_', '-');
  const b = own.toLowerCase().replaceAll('_', '-');
  if (a.endsWith('*')) return b.startsWith(a.slice(0, -1));
  return b === a || b.startsWith(`${a}.`) || b === `attack.${a}` || b.startsWith(`attack.${a}.`);
}

function names(name: string, info: RuleInfo): boolean {
  if (same(name, info.title)) return true;
  if (info.id === null) return false;
  return same(name, info.id) || (name.length >= 8 && info.id.toLowerCase().startsWith(name.toLowerCase()));
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
