/**
 * What a condition of a rule means, with selectors resolved and items split into single comparisons. Detections that
 * are named twice appear as the same object, so that a condition of any length stays small.
 */
import { HuntbookError } from '../errors.ts';
import type { Condition, Detection, Expression, SigmaRule, SigmaValue } from './ast.ts';
import { placeholderNames } from './expand.ts';
import { selectNames } from './selector.ts';
import { isPlaceholder } from './string-value.ts';

/** Comparisons of an expression when every shared part is counted each time it is used. */
const maxComparisons = 1_000_000;

interface Sized {
  readonly expression: Expression;
  readonly size: number;
}

/**
 * Throws HB_RULE_PLACEHOLDER where a placeholder was not filled, HB_RULE_VALUE for a keyword that is null, HB_LIMIT
 * when the parts of the condition multiply beyond all measure. With `expansions`, values that a modifier made of one
 * written value stay together in an `or` of their own.
 */
export function toExpression(
  rule: SigmaRule,
  conditionIndex = 0,
  options: { readonly expansions?: boolean } = {},
): Expression {
  const condition = rule.conditions[conditionIndex];
  if (condition === undefined) {
    throw new HuntbookError('HB_RULE_CONDITION', `${rule.path}: there is no condition ${conditionIndex}`);
  }
  const built = new Map<string, Sized>();
  const named = (name: string): Sized => {
    let found = built.get(name);
    if (found === undefined) {
      const detection = Object.hasOwn(rule.detections, name) ? rule.detections[name] : undefined;
      if (detection === undefined)
        throw ruleError(rule, 'HB_RULE_CONDITION', `no detection is named ${name}`);
      found = fromDetection(detection, rule, options.expansions === true);
      built.set(name, found);
    }
    return found;
  };
  const { expression, size } = fromCondition(condition.tree, named, Object.keys(rule.detections));
  if (size > maxComparisons) {
    throw ruleError(
      rule,
      'HB_LIMIT',
      `the condition expands to ${size} comparisons, more than ${maxComparisons}`,
    );
  }
  return expression;
}

function fromCondition(tree: Condition, named: (name: string) => Sized, names: readonly string[]): Sized {
  switch (tree.kind) {
    case 'ref':
      return named(tree.name);
    case 'not': {
      const { expression, size } = fromCondition(tree.item, named, names);
      return { expression: { op: 'not', item: expression }, size };
    }
    case 'of':
      return combine(tree.quantifier === 'all' ? 'and' : 'or', selectNames(names, tree.pattern).map(named));
    default:
      return combine(
        tree.kind,
        tree.items.map((item) => fromCondition(item, named, names)),
      );
  }
}

function fromDetection(detection: Detection, rule: SigmaRule, expansions: boolean): Sized {
  if (detection.kind !== 'item') {
    return combine(
      detection.kind,
      detection.items.map((item) => fromDetection(item, rule, expansions)),
    );
  }
  const { field, values, link, groups } = detection;
  let items: Expression[] = [];
  for (const value of values) {
    checkValue(value, field, detection, rule);
    items.push({ op: 'match', field, value });
  }
  if (expansions && groups !== undefined) items = groupExpansions(items, groups);
  const all: Expression = items.length === 1 ? (items[0] as Expression) : { op: link, items };
  return { expression: detection.negated ? { op: 'not', item: all } : all, size: values.length };
}

function groupExpansions(items: readonly Expression[], groups: readonly number[]): Expression[] {
  let next = 0;
  return groups.map((size): Expression => {
    const from = next;
    next += size;
    if (size === 1) return items[from] as Expression;
    return { op: 'or', items: items.slice(from, next), expansion: true };
  });
}

function combine(op: 'and' | 'or', parts: readonly Sized[]): Sized {
  if (parts.length === 1) return parts[0] as Sized;
  let size = 0;
  for (const part of parts) size += part.size;
  return { expression: { op, items: parts.map((part) => part.expression) }, size };
}

function checkValue(
  value: SigmaValue,
  field: string | null,
  item: Extract<Detection, { kind: 'item' }>,
  rule: SigmaRule,
): void {
  if (value.kind === 'string') {
    for (const part of value.parts) {
      if (isPlaceholder(part)) {
        throw ruleError(
          rule,
          'HB_RULE_PLACEHOLDER',
          `the placeholder %${part.placeholder}% has no value`,
          item.position,
        );
      }
    }
  } else if (value.kind === 'regex') {
    if (value.placeholders !== true) return;
    const [name] = placeholderNames(value);
    throw ruleError(
      rule,
      'HB_RULE_PLACEHOLDER',
      `the placeholder %${name ?? ''}% has no value`,
      item.position,
    );
  } else if (field === null && (value.kind === 'null' || value.kind === 'fieldref')) {
    throw ruleError(rule, 'HB_RULE_VALUE', `${value.kind} needs a field to be compared with`, item.position);
  }
}

function ruleError(
  rule: SigmaRule,
  code: 'HB_RULE_CONDITION' | 'HB_LIMIT' | 'HB_RULE_PLACEHOLDER' | 'HB_RULE_VALUE',
  message: string,
  position = rule.position,
): HuntbookError {
  return new HuntbookError(code, `${rule.path}:${position.line}:${position.column}: ${message}`, {
    position: { file: rule.path, ...position },
  });
}
