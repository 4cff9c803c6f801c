/** What a hunt is told, and what it tells while it runs. */
import type { RuleInfo, RuleSet } from '../detect/index.ts';
import type { Limits } from '../sources/index.ts';
import type { SqlHunt } from '../rules/index.ts';
import type { EventFilter } from './event-filter.ts';
import type { HuntValues } from './sql/parameters.ts';
import type { Finding } from './types.ts';

export interface HuntProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly events: number;
  readonly current: string;
}

export interface HuntOptions {
  /** Files, folders, globs; `-` is standard input. */
  readonly paths: readonly string[];
  readonly rules: RuleSet;
  /** SQL hunts to run when the pass is over, with the values of their parameters. */
  readonly sqlHunts?: ReadonlyMap<SqlHunt, HuntValues>;
  /** Which rules to run; default: all. */
  readonly rule?: (info: RuleInfo) => boolean;
  readonly filter?: EventFilter;
  readonly limits?: Partial<Limits>;
  readonly verifyChecksums?: boolean;
  /**
   * For streams without an end: milliseconds that an event may come behind the newest one, so that correlations are
   * judged while events come. Default: they are judged when all is read, in whatever order it came. One thread only.
   */
  readonly maxDelay?: number;
  /**
   * Whether findings have the process of their event and all above it, as `chain`. Takes a pass more; not for what can be
   * read only once.
   */
  readonly withChain?: boolean;
  /** Default: one for small inputs, otherwise up to four. */
  readonly threads?: number;
  readonly onFinding: (finding: Finding) => void | Promise<void>;
  readonly onProgress?: (progress: HuntProgress) => void;
  readonly signal?: AbortSignal;
  readonly stdin?: AsyncIterable<Uint8Array>;
}
