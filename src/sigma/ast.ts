/**
 * The lossless form of Sigma documents after parsing: what was written, where, and what it means.
 * Specification: https://github.com/SigmaHQ/sigma-specification (version 2.1.0). Plain data: may be stored as JSON.
 */
import type { HuntbookError } from '../errors.ts';

/** Where something stands in a rule file; lines and columns count from 1. */
export interface RulePosition {
  readonly line: number;
  readonly column: number;
}

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
  readonly definition?: string;
}

/** `*` in a string value. */
export const ANY = 0;
/** `?` in a string value: exactly one character. */
export const ONE = 1;
export interface Placeholder {
  readonly placeholder: string;
}
/** A piece of a string value: literal text, a wildcard, or a `%placeholder%` that is still to be filled. */
export type StringPart = string | typeof ANY | typeof ONE | Placeholder;

/** One value of a detection item, after its modifiers were applied. */
export type SigmaValue =
  | { readonly kind: 'string'; readonly parts: readonly StringPart[]; readonly cased: boolean }
  /** Integers beyond 2^53 are given as decimal text, so that the tree stays JSON. */
  | { readonly kind: 'number'; readonly value: number | string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** `placeholders`: with the modifier `expand`, `%name%` in the source is still to be filled. */
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly flags: string;
      readonly placeholders?: boolean;
    }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'compare'; readonly op: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: number | string }
  | { readonly kind: 'exists'; readonly value: boolean }
  /** Text in the target's own language, from a pipeline's `query_expression_placeholders`; `{field}` stands for the field. */
  | { readonly kind: 'query'; readonly text: string }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly startsWith: boolean;
      readonly endsWith: boolean;
      readonly cased: boolean;
    }
  /** A part of a time: `hour: 3`, in UTC; `op` is `eq` unless a comparison modifier follows. */
  | {
      readonly kind: 'timepart';
      readonly unit: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
      readonly op: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
      readonly value: number;
    };

/** A detection: maps and lists become `and` and `or`; a leaf compares one field (null: a keyword) with values. */
export type Detection =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Detection[] }
  | {
      readonly kind: 'item';
      readonly field: string | null;
      /** As written, in order. */
      readonly modifiers: readonly string[];
      readonly values: readonly SigmaValue[];
      /** `and` with the modifier `all`. */
      readonly link: 'or' | 'and';
      /** With the modifier `neq`. */
      readonly negated: boolean;
      /**
       * Where modifiers made several values of one that was written (windash, base64offset): how many values belong to
       * each written one, in order. Missing where each has one. Only conversion to text asks for it.
       */
      readonly groups?: readonly number[];
      readonly position: RulePosition;
    };

/** A condition as parsed; selectors are not resolved. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly item: Condition }
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'of'; readonly quantifier: '1' | 'all'; readonly pattern: string };

/** What all documents have. */
export interface DocumentHead {
  /** Path of the file as given, and which document of it (from 0). */
  readonly path: string;
  readonly document: number;
  readonly position: RulePosition;
  readonly id: string | null;
  readonly name: string | null;
  readonly title: string;
  readonly status: string | null;
  readonly level: string | null;
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly date: string | null;
  readonly modified: string | null;
  readonly taxonomy: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly fields: readonly string[];
  readonly falsepositives: readonly string[];
  readonly scope: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
  /** Every key that the specification does not name, as read. */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** A condition, and its text as written. */
export interface WrittenCondition {
  readonly text: string;
  readonly tree: Condition;
}

export interface SigmaRule extends DocumentHead {
  readonly kind: 'rule';
  readonly logsource: LogSource;
  readonly detections: Readonly<Record<string, Detection>>;
  readonly conditions: readonly WrittenCondition[];
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median'
  /** huntbook's extension: processes of one line of descent; docs/chains.md. */
  | 'process_chain';

export interface CorrelationBound {
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly value: number;
}

export type CorrelationCondition =
  | {
      readonly kind: 'threshold';
      /** All must hold: `gt` with `lte` is a range. Temporal correlations without a condition: `gte` the number of rules. */
      readonly bounds: readonly CorrelationBound[];
      /** Of the types `value_*`: the field, or for value_count the tuple of fields whose distinct values count. */
      readonly fields: readonly string[];
      /** Of value_percentile, 0 to 100; null: not written. */
      readonly percentile: number | null;
    }
  /** Temporal types only: a boolean expression; its `ref` names are references to rules as in `rules`. */
  | ({ readonly kind: 'expression' } & WrittenCondition);

/** What a correlation of the type process_chain asks of its rules; the first rule is that of the ancestor. */
export interface ChainCondition {
  /** How each rule after the first is related to the one before it: as many as rules, less one. */
  readonly relations: readonly ('child' | 'descendant')[];
  /** Most generations from one step to the next; null: not written. */
  readonly maxDepth: number | null;
  readonly order: 'written' | 'any';
  /** Ids or names of rules of which none may match a process between two steps. */
  readonly notBetween: readonly string[];
  /** Where these are named; missing where there are none. */
  readonly notBetweenPosition?: RulePosition;
}

export interface SigmaCorrelation extends DocumentHead {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids or names of rules or correlations, as written, in order. */
  readonly rules: readonly string[];
  /** Where they are named; missing where no file says it. */
  readonly rulesPosition?: RulePosition;
  /** Fields or aliases; empty: all events are one group. */
  readonly groupBy: readonly string[];
  /** `M` is 2,629,746 s and `y` 31,556,952 s. */
  readonly timespan: { readonly text: string; readonly seconds: number };
  readonly condition: CorrelationCondition;
  /** Alias to (reference of a rule to field). */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether the rules it names also count for themselves. */
  readonly generate: boolean;
  /** Of process_chain only; `condition` has no bounds then. */
  readonly chain?: ChainCondition;
}

export interface SigmaFilter extends DocumentHead {
  readonly kind: 'filter';
  readonly logsource: LogSource;
  /** Ids or names of rules as written; an empty list stands for any, too. */
  readonly rules: 'any' | readonly string[];
  /** Where they are named; missing where no file says it. */
  readonly rulesPosition?: RulePosition;
  readonly detections: Readonly<Record<string, Detection>>;
  readonly condition: WrittenCondition;
}

export type SigmaDocument = SigmaRule | SigmaCorrelation | SigmaFilter;

/** What a user should know of a document that was read all the same. */
export interface RuleNotice {
  readonly path: string;
  readonly position: RulePosition;
  readonly message: string;
}

export interface ParseResult {
  readonly rules: SigmaRule[];
  readonly correlations: SigmaCorrelation[];
  readonly filters: SigmaFilter[];
  /** Old pipe aggregations that became correlations, and the like. */
  readonly notices: RuleNotice[];
  /** One error per document that could not be read, with file, line and column in `position`. */
  readonly errors: HuntbookError[];
}

/** What a condition means: selectors resolved, items split into single comparisons. */
export type Expression =
  | {
      readonly op: 'and' | 'or';
      readonly items: readonly Expression[];
      /** On `or`: the values that a modifier made of one written value; only where `toExpression` was asked for it. */
      readonly expansion?: true;
    }
  | { readonly op: 'not'; readonly item: Expression }
  | { readonly op: 'match'; readonly field: string | null; readonly value: SigmaValue };
