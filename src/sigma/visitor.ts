/**
 * Folds over the trees of a rule, from the leaves up. A visitor must have a function for each kind of node, so that a
 * new kind of node is a type error wherever it was forgotten.
 */
import type { Condition, Detection, Expression } from './ast.ts';

export type ExpressionVisitor<Result> = {
  readonly and: (items: Result[], node: Chain<Expression>) => Result;
  readonly or: (items: Result[], node: Chain<Expression>) => Result;
  readonly not: (item: Result, node: Extract<Expression, { readonly op: 'not' }>) => Result;
  readonly match: (node: Extract<Expression, { readonly op: 'match' }>) => Result;
};

export type DetectionVisitor<Result> = {
  readonly and: (items: Result[], node: Chain<Detection>) => Result;
  readonly or: (items: Result[], node: Chain<Detection>) => Result;
  readonly item: (node: Extract<Detection, { readonly kind: 'item' }>) => Result;
};

export type ConditionVisitor<Result> = {
  readonly and: (items: Result[], node: Chain<Condition>) => Result;
  readonly or: (items: Result[], node: Chain<Condition>) => Result;
  readonly not: (item: Result, node: Extract<Condition, { readonly kind: 'not' }>) => Result;
  readonly ref: (node: Extract<Condition, { readonly kind: 'ref' }>) => Result;
  readonly of: (node: Extract<Condition, { readonly kind: 'of' }>) => Result;
};

/** `and` and `or`. */
type Chain<Tree> = Extract<Tree, { readonly items: unknown }>;

/** What a condition means (`toExpression`), folded. */
export function visitExpression<Result>(expression: Expression, visitor: ExpressionVisitor<Result>): Result {
  switch (expression.op) {
    case 'match':
      return visitor.match(expression);
    case 'not':
      return visitor.not(visitExpression(expression.item, visitor), expression);
    default: {
      const items = expression.items.map((item) => visitExpression(item, visitor));
      return visitor[expression.op](items, expression);
    }
  }
}

/** A detection as written, folded. */
export function visitDetection<Result>(detection: Detection, visitor: DetectionVisitor<Result>): Result {
  if (detection.kind === 'item') return visitor.item(detection);
  const items = detection.items.map((item) => visitDetection(item, visitor));
  return visitor[detection.kind](items, detection);
}

/** A condition as written, folded; selectors are not resolved. */
export function visitCondition<Result>(condition: Condition, visitor: ConditionVisitor<Result>): Result {
  switch (condition.kind) {
    case 'ref':
      return visitor.ref(condition);
    case 'of':
      return visitor.of(condition);
    case 'not':
      return visitor.not(visitCondition(condition.item, visitor), condition);
    default: {
      const items = condition.items.map((item) => visitCondition(item, visitor));
      return visitor[condition.kind](items, condition);
    }
  }
}
