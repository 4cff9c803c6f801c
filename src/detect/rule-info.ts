import type { LogSource } from '../sigma/index.ts';

/** What a finding says about its rule, and what filters look at. */
export interface RuleInfo {
  readonly id: string | null;
  readonly title: string;
  readonly level: string | null;
  readonly status: string | null;
  readonly path: string;
  readonly line: number;
  readonly tags: readonly string[];
  readonly logsource: LogSource;
}
