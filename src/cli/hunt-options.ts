/** The options of `huntbook hunt`, as they are declared in main.ts. */
import type { RuleCliOptions } from './rules.ts';

export interface HuntCliOptions extends RuleCliOptions {
  readonly rules?: string[];
  readonly source?: string;
  readonly config?: string;
  readonly jobs?: number;
  readonly timeout?: number;
  readonly level?: string;
  readonly tag?: string[];
  readonly status?: string[];
  readonly include?: string[];
  readonly exclude?: string[];
  readonly param?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly host?: string[];
  readonly threads?: number;
  readonly maxDelay?: string;
  readonly withChain?: boolean;
  readonly format?: 'table' | 'json' | 'ndjson' | 'csv' | 'html';
  readonly output?: string;
  readonly force?: boolean;
  readonly failOn?: string;
  readonly details?: number;
  readonly csvRaw?: boolean;
  readonly verifyChecksums?: boolean;
  readonly maxArchiveRatio?: number;
  readonly color?: boolean;
  readonly quiet?: boolean;
}
