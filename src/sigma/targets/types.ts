/** What a target (a query language) is to the rest: data about it, and functions from a prepared rule to text. */
import type { CorrelationType, Expression, LogSource, SigmaCorrelation, SigmaRule } from '../ast.ts';

export type Support = 'yes' | 'part' | 'no';

/** What a language can express; printed by `huntbook sigma targets`. `part` is explained in the notes. */
export interface TargetSupport {
  readonly keywords: Support;
  readonly regex: Support;
  readonly cidr: Support;
  /** The modifier `cased`. */
  readonly cased: Support;
  readonly fieldref: Support;
  readonly exists: Support;
  readonly compare: Support;
  /** The modifiers minute to year. */
  readonly timeparts: Support;
  readonly correlations: readonly (CorrelationType | 'expression' | 'aliases' | 'chained')[];
  /** One line for each `part` and each thing a user should know. */
  readonly notes: readonly string[];
  /** The server the tests ran its queries on; null: not run on a real server. */
  readonly ranOn: string | null;
}

export interface TargetOption {
  readonly description: string;
  readonly default: string;
}

/** Pipelines that fit rules of a log source. Tried in order; the first whose keys all agree is suggested. */
export interface PipelineSuggestion {
  readonly when: Partial<LogSource>;
  readonly pipelines: readonly string[];
}

/** What is known while a rule is converted. */
export interface RuleContext {
  /** After the pipelines. */
  readonly rule: SigmaRule;
  readonly conditionIndex: number;
  /** What pipelines left for the target (`set_state`). */
  readonly state: Readonly<Record<string, unknown>>;
  /** Every option of the target, defaults filled in. */
  readonly options: Readonly<Record<string, string>>;
  readonly format: string;
}

/** A rule or correlation that a correlation names, already converted. */
export interface CorrelationPart {
  /** As the correlation names it. */
  readonly reference: string;
  /** Short and unique within the correlation: the document's name, else its id, else its title. */
  readonly label: string;
  /** For each condition of a rule: the search without the envelope, and the whole query. One for a correlation. */
  readonly searches: readonly { readonly search: string; readonly query: string }[];
  readonly context: RuleContext | CorrelationContext;
}

export interface CorrelationContext {
  /** After the pipelines: group-by, aliases and condition fields are mapped. */
  readonly correlation: SigmaCorrelation;
  readonly parts: readonly CorrelationPart[];
  /** Of a process_chain: the rules that no process between two steps may match. */
  readonly excluded: readonly CorrelationPart[];
  readonly state: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, string>>;
  readonly format: string;
}

/** A finished query with what it came from. */
export interface FinishedQuery {
  readonly query: string;
  readonly document: SigmaRule | SigmaCorrelation;
  /** Index of the condition; 0 for correlations. */
  readonly index: number;
  readonly state: Readonly<Record<string, unknown>>;
  /** As in the context of the rule or correlation. */
  readonly options: Readonly<Record<string, string>>;
}

export interface TargetFormat {
  readonly description: string;
  /** Wraps one query; default: as it is. A string is text, anything else is printed as JSON. */
  readonly wrap?: (query: string, context: RuleContext | CorrelationContext) => unknown;
  /** All queries to one document; without it they are printed one by one. */
  readonly finish?: (queries: readonly FinishedQuery[], options: Readonly<Record<string, string>>) => string;
}

export interface Target {
  /** As on the command line. */
  readonly name: string;
  /** pySigma's name, where it differs. */
  readonly alias?: string;
  readonly title: string;
  readonly manual: string;
  readonly formats: Readonly<Record<string, TargetFormat>>;
  readonly options: Readonly<Record<string, TargetOption>>;
  readonly supports: TargetSupport;
  readonly suggests: readonly PipelineSuggestion[];
  /** The condition as a search, without the envelope. Throws HuntbookError HB_TARGET_UNSUPPORTED with the reason. */
  search(expression: Expression, context: RuleContext): string;
  /** The search in its envelope (`SELECT … WHERE`): what a user runs. */
  query(search: string, context: RuleContext): string;
  /** One or more queries for a correlation; missing: the language has none. */
  correlate?(context: CorrelationContext): readonly { readonly search: string; readonly query: string }[];
}
