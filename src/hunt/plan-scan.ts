/** Which rules are run, and what becomes of their matches. */
import type { CorrelationPlan, RuleInfo, RuleSet } from '../detect/index.ts';
import type { ScanPlan } from './scanner.ts';

/**
 * A rule that a correlation is about is run whenever the correlation is, whatever the filter says of it; its own
 * matches are findings when it was chosen and does not only serve correlations.
 */
export function planScan(
  { rules }: RuleSet,
  plan: CorrelationPlan,
  chosen: (info: RuleInfo) => boolean,
): ScanPlan {
  const needed = new Set(plan.rules);
  const isChain = ({ chain }: RuleSet['correlations'][number], index: number): boolean =>
    chain !== undefined && (plan.runs[index] ?? false);
  const reports = rules.map(({ info, part }) => !part && chosen(info));
  return {
    reports,
    active: reports.map((own, rule) => own || needed.has(rule)),
    processes: plan.correlations.some(isChain),
    fields: rules.map((_, rule) => (needed.has(rule) ? plan.fieldsOf(rule) : null)),
  };
}
