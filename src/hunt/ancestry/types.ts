/** Findings with the processes above them: what `withChain` adds. */
import type { Finding, SummaryIssue } from '../types.ts';

/** Processes that are given above a finding; a longer line is cut at its top. */
export const maxAbove = 100;

export interface Ancestry {
  /** The finding with `chain`; as it is where no process acts in its event. */
  add(finding: Finding): Promise<Finding>;
  /** What could not be told. */
  issues(): SummaryIssue[];
}
