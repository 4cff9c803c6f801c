/**
 * A dialect is what makes a query language: tokens and one small function for each kind of value. `text-target.ts`
 * walks the expression and asks it. Everything that ends in a query passes one of the dialect's escape functions.
 */
import { HuntbookError } from '../../errors.ts';
import type { Expression, SigmaCorrelation, SigmaRule, SigmaValue } from '../ast.ts';
import type { RuleContext, TargetFormat, TargetOption, TargetSupport, PipelineSuggestion } from './types.ts';
import type { Target } from './types.ts';

export type Operator = 'and' | 'or' | 'not';
export type ValueKind = SigmaValue['kind'];
export type ValueOf<Kind extends ValueKind> = Extract<SigmaValue, { kind: Kind }>;

/** Where in the expression something stands. */
export interface Spot {
  /** The operator above; null at the top. */
  readonly parent: Operator | null;
  /** Below an odd number of `not`. */
  readonly negated: boolean;
  /** Holds (or, when negated, does not hold) for every result: only `and` above, and a `not` right above at most. */
  readonly required: boolean;
  readonly context: RuleContext;
  /** For parts that a language only has after the search (`| regex …`): kept in order, used by `finish`. */
  readonly deferred: unknown[];
}

export type ValueWriters = {
  readonly [Kind in ValueKind]?: (field: string, value: ValueOf<Kind>, spot: Spot) => string;
};
export type KeywordWriters = {
  readonly [Kind in ValueKind]?: (value: ValueOf<Kind>, spot: Spot) => string;
};

export interface Dialect {
  readonly name: string;
  readonly alias?: string;
  readonly title: string;
  readonly manual: string;
  readonly formats: Readonly<Record<string, TargetFormat>>;
  readonly options?: Readonly<Record<string, TargetOption>>;
  readonly supports: TargetSupport;
  readonly suggests: readonly PipelineSuggestion[];
  /** Tightest first. */
  readonly precedence: readonly Operator[];
  /** `always`: an operator below another is grouped even where precedence would not ask for it. */
  readonly grouping: 'needed' | 'always';
  /** With the spaces around it. */
  readonly and: string;
  readonly or: string;
  /** `operand` is grouped already when it is not a single comparison; `item` is what it was written from. */
  readonly not: (operand: string, single: boolean, item: Expression) => string;
  readonly group: (text: string) => string;
  readonly values: ValueWriters;
  /** Missing: keywords are refused. */
  readonly keywords?: KeywordWriters;
  /** Several texts or numbers of one field; null: they are written one by one. */
  readonly list?: (
    field: string,
    values: readonly SigmaValue[],
    link: 'and' | 'or',
    spot: Spot,
  ) => string | null;
  /** The values that one modifier made of one (`windash`); null: as `or`, without a group below another `or`. */
  readonly expansion?: (field: string, values: readonly SigmaValue[], spot: Spot) => string | null;
  /** Takes a node over, with all below it; null: the shared walk. */
  readonly node?: (expression: Expression, spot: Spot, walk: Walk) => string | null;
  /** Puts deferred parts behind the search. */
  readonly finish?: (search: string, deferred: readonly unknown[], context: RuleContext) => string;
  /** The search in its envelope; default: the search. */
  readonly query?: (search: string, context: RuleContext) => string;
  readonly correlate?: Target['correlate'];
}

/** Writes an expression at a spot. */
export type Walk = (expression: Expression, spot: Spot) => string;

/** What a language cannot say, as an error with the place of the rule or correlation. */
export function cannotExpress(
  { kind, path, position, title }: Pick<SigmaRule | SigmaCorrelation, 'kind' | 'path' | 'position' | 'title'>,
  target: string,
  what: string,
  hint?: string,
): HuntbookError {
  return new HuntbookError(
    'HB_TARGET_UNSUPPORTED',
    `${path}:${position.line}:${position.column}: ${target} cannot express ${what} (${kind} ${JSON.stringify(title)})`,
    { position: { file: path, ...position }, ...(hint === undefined ? {} : { hint }) },
  );
}

/** The same within a rule. */
export function unsupported(
  context: Pick<RuleContext, 'rule'>,
  target: string,
  what: string,
  hint?: string,
): HuntbookError {
  return cannotExpress(context.rule, target, what, hint);
}
