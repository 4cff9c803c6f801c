/**
 * What a search means, before any table is known. `at` is the offset in the text, for errors; two trees are the same
 * when they differ in nothing but `at`. Words of the language are those of Splunk's Search Reference
 * (https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference).
 */

/** Text with wildcards between the parts: `a*b` is `['a', 'b']`, a plain text has one part. */
export interface Pattern {
  readonly parts: readonly string[];
  /** `CASE(x)` compares with case, `TERM(x)` is bounded by major breakers. */
  readonly directive?: 'case' | 'term';
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type SearchExpression =
  | { readonly kind: 'and' | 'or'; readonly items: readonly SearchExpression[] }
  | { readonly kind: 'not'; readonly item: SearchExpression }
  | { readonly kind: 'all' }
  | { readonly kind: 'term'; readonly pattern: Pattern; readonly at: number }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly op: Comparison;
      readonly pattern: Pattern;
      readonly at: number;
    }
  | {
      readonly kind: 'in';
      readonly field: string;
      readonly patterns: readonly Pattern[];
      readonly at: number;
    }
  | { readonly kind: 'time'; readonly edge: TimeEdge; readonly value: string; readonly at: number }
  | { readonly kind: 'subsearch'; readonly pipeline: Pipeline; readonly at: number };

export type TimeEdge = 'earliest' | 'latest';

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '.' | Comparison | 'XOR' | 'LIKE';

export type EvalExpression =
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'field'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly EvalExpression[];
      readonly at: number;
    }
  | {
      readonly kind: 'unary';
      readonly op: '-' | '+' | 'NOT';
      readonly item: EvalExpression;
      readonly at: number;
    }
  | { readonly kind: 'logic'; readonly op: 'AND' | 'OR'; readonly items: readonly EvalExpression[] }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOperator;
      readonly left: EvalExpression;
      readonly right: EvalExpression;
      readonly at: number;
    };

/** A name with its place; names of `fields`, `table`, `rename` may hold `*`. */
export interface Name {
  readonly name: string;
  readonly at: number;
}

export interface SortKey extends Name {
  readonly descending: boolean;
  readonly cast: 'auto' | 'num' | 'str' | 'ip';
}

export interface Aggregate {
  readonly function: string;
  /** Of `perc95`. */
  readonly percentile?: number;
  /** A field, an expression `eval(…)`, or nothing: `count`. */
  readonly argument: Name | EvalExpression | null;
  readonly as: string;
  readonly at: number;
}

export interface StatsBody {
  readonly aggregates: readonly Aggregate[];
  readonly by: readonly Name[];
}

export interface Subsearch {
  readonly pipeline: Pipeline;
  readonly at: number;
}

export type CommandBody =
  | { readonly kind: 'search'; readonly expression: SearchExpression }
  | { readonly kind: 'fields'; readonly remove: boolean; readonly names: readonly Name[] }
  | { readonly kind: 'table'; readonly names: readonly Name[] }
  | { readonly kind: 'rename'; readonly pairs: readonly { readonly from: Name; readonly to: string }[] }
  | { readonly kind: 'head' | 'tail'; readonly count: number }
  | { readonly kind: 'reverse' }
  | {
      readonly kind: 'sort';
      readonly limit: number;
      readonly keys: readonly SortKey[];
      readonly flip: boolean;
    }
  | {
      readonly kind: 'dedup';
      readonly count: number;
      readonly names: readonly Name[];
      readonly keepEvents: boolean;
      readonly keepEmpty: boolean;
      readonly consecutive: boolean;
      readonly sortBy: readonly SortKey[];
    }
  | { readonly kind: 'where'; readonly expression: EvalExpression }
  | {
      readonly kind: 'eval';
      readonly assignments: readonly { readonly name: string; readonly expression: EvalExpression }[];
    }
  | {
      readonly kind: 'rex';
      readonly field: Name;
      readonly pattern: string;
      readonly mode: 'extract' | 'sed';
      readonly maxMatch: number;
    }
  | { readonly kind: 'regex'; readonly field: Name; readonly negated: boolean; readonly pattern: string }
  | ({ readonly kind: 'stats' | 'eventstats' } & StatsBody)
  | ({
      readonly kind: 'streamstats';
      readonly current: boolean;
      readonly window: number;
      /** Seconds. */
      readonly timeWindow: number | null;
    } & StatsBody)
  | {
      readonly kind: 'join';
      readonly left: boolean;
      readonly max: number;
      readonly overwrite: boolean;
      readonly names: readonly Name[];
      readonly subsearch: Subsearch;
    }
  | { readonly kind: 'append'; readonly subsearch: Subsearch }
  | { readonly kind: 'union'; readonly subsearches: readonly Subsearch[] }
  | {
      readonly kind: 'top' | 'rare';
      readonly limit: number;
      readonly names: readonly Name[];
      readonly by: readonly Name[];
      readonly showCount: boolean;
      readonly showPercent: boolean;
      readonly countField: string;
      readonly percentField: string;
    }
  | { readonly kind: 'bin'; readonly field: Name; readonly span: Span; readonly as: string }
  | { readonly kind: 'fillnull'; readonly value: string; readonly names: readonly Name[] }
  | { readonly kind: 'mvexpand'; readonly field: Name; readonly limit: number }
  | {
      readonly kind: 'makemv';
      readonly field: Name;
      readonly delimiter: string;
      readonly allowEmpty: boolean;
    }
  | { readonly kind: 'nomv'; readonly field: Name }
  | { readonly kind: 'makeresults'; readonly count: number };

/** A width: seconds, months, or a plain number. */
export interface Span {
  readonly value: number;
  readonly unit: 'none' | 'second' | 'month';
}

export type Command = CommandBody & { readonly at: number };

export interface Pipeline {
  readonly commands: readonly Command[];
  /** Whether the text begins with `|`: the first command makes its own results. */
  readonly generating: boolean;
}
