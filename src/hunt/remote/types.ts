/** A hunt on a search engine: what it is told, and what it tells while it runs. */
import type { RuleInfo, RuleSet } from '../../detect/index.ts';
import { HuntbookError } from '../../errors.ts';
import type { SigmaRule, Pipeline } from '../../sigma/index.ts';
import type { SearchEngine } from '../../sources/index.ts';
import type { EventFilter } from '../event-filter.ts';
import type { Finding, HuntSummary } from '../types.ts';

/** How the source names the fields of events. */
export type FieldNames = 'sigma' | 'ecs' | 'winlogbeat' | 'helk' | 'splunk';

export interface RemoteHuntOptions {
  readonly engine: SearchEngine;
  /** The name of the source, which findings and problems are told under. */
  readonly source: string;
  /** Compiled, for what to run and for correlations. */
  readonly rules: RuleSet;
  /** The rules of the set as documents, with filters applied and placeholders filled. */
  readonly documents: readonly SigmaRule[];
  readonly fields: FieldNames;
  /** Instead of what the log source and `fields` say: built-in pipelines or own ones. */
  readonly pipelines?: readonly (string | Pipeline)[];
  /** Index, or index pattern; a function where it depends on the log source of the rule. */
  readonly index?: string | ((rule: SigmaRule) => string | undefined);
  /** Which fields of an index can answer; missing: all, under the names that the pipelines give. */
  readonly mapping?: FieldResolver;
  /** Which rules to run; default: all. */
  readonly rule?: (info: RuleInfo) => boolean;
  readonly filter?: EventFilter;
  /** Where `filter` says no time: as the engine writes times. */
  readonly earliest?: string;
  readonly latest?: string;
  /** Searches at a time. */
  readonly jobs?: number;
  /** Most searches for one chain of processes; default 100. */
  readonly maxSearches?: number;
  /** Seconds for one search. */
  readonly timeout?: number;
  readonly onFinding: (finding: Finding) => void | Promise<void>;
  readonly onProgress?: (progress: RemoteProgress) => void;
  readonly signal?: AbortSignal;
}

export interface RemoteProgress {
  /** Rules that are done, of how many. */
  readonly done: number;
  readonly total: number;
  readonly events: number;
  readonly findings: number;
  /** Title of a rule that is being searched. */
  readonly current: string;
}

/** The source was lost in the middle. What was found was reported; `summary` says how far the hunt came. */
export class HuntStopped extends HuntbookError {
  readonly summary: HuntSummary;

  constructor({ code, message, hint }: HuntbookError, summary: HuntSummary) {
    super(code, message, { hint });
    this.summary = summary;
  }
}

/** Looks fields of rules up in the mapping of an index. */
export interface FieldResolver {
  /** For the fields of one rule, after the pipelines: the option `fields` of query_dsl, or why it can not be answered. */
  resolve(
    index: string | undefined,
    fields: readonly string[],
  ): Promise<{
    readonly fields: string;
    readonly everything?: string;
    readonly missing: readonly MissingField[];
  }>;
}

export interface MissingField {
  readonly field: string;
  /** Why: absent, text only, cut by ignore_above, of another type. */
  readonly reason: string;
  /** The index has no such field at all: a rule that needs it can never fire. */
  readonly absent: boolean;
}
