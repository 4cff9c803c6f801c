/** The one walk over an expression that all text dialects share: operators, grouping, lists, expansions. */
import type { Expression, SigmaValue } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Operator, Spot, Walk } from './dialect.ts';
import type { Target } from './types.ts';

/** A dialect as a target. */
export function textTarget(dialect: Dialect): Target {
  const walk = makeWalk(dialect);
  const { name, alias, title, manual, formats, options, supports, suggests, correlate } = dialect;
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    title,
    manual,
    formats,
    options: options ?? {},
    supports,
    suggests,
    search(expression, context) {
      const deferred: unknown[] = [];
      const text = walk(expression, { parent: null, negated: false, required: true, context, deferred });
      return dialect.finish ? dialect.finish(text, deferred, context) : text;
    },
    query: (search, context) => dialect.query?.(search, context) ?? search,
    ...(correlate === undefined ? {} : { correlate }),
  };
}

/** The field and values when all items compare one field with texts or numbers; else null. */
export function valuesOfOneField(
  items: readonly Expression[],
): { field: string; values: SigmaValue[] } | null {
  const values: SigmaValue[] = [];
  let field: string | null = null;
  for (const item of items) {
    if (item.op !== 'match' || item.field === null) return null;
    if (field === null) field = item.field;
    if (item.field !== field) return null;
    if (item.value.kind !== 'string' && item.value.kind !== 'number') return null;
    values.push(item.value);
  }
  return field === null ? null : { field, values };
}

function makeWalk(dialect: Dialect): Walk {
  const rank = (operator: Operator): number => dialect.precedence.indexOf(operator);

  const walk: Walk = (expression, spot) => {
    const taken = dialect.node?.(expression, spot, walk) ?? null;
    if (taken !== null) return taken;
    switch (expression.op) {
      case 'match':
        return comparison(dialect, expression.field, expression.value, spot);
      case 'not': {
        const { item } = expression;
        const single = item.op === 'match' || isList(item);
        const required = spot.required && single;
        const inner = walk(item, { ...spot, parent: 'not', negated: !spot.negated, required });
        return dialect.not(single ? inner : dialect.group(inner), single, item);
      }
      default:
        return chain(expression, spot);
    }
  };

  const chain = (expression: Extract<Expression, { items: unknown }>, spot: Spot): string => {
    const { op, items } = expression;
    const same = valuesOfOneField(items);
    if (same !== null) {
      const text =
        expression.expansion === true
          ? dialect.expansion?.(same.field, same.values, spot)
          : dialect.list?.(same.field, same.values, op, spot);
      if (text !== null && text !== undefined) return text;
    }
    const below: Spot = { ...spot, parent: op, required: spot.required && op === 'and' };
    const texts: string[] = [];
    for (const item of items) {
      const text = walk(item, below);
      // What was deferred whole leaves nothing behind.
      if (text !== '') texts.push(grouped(item, op) ? dialect.group(text) : text);
    }
    return texts.join(op === 'and' ? dialect.and : dialect.or);
  };

  /** An expansion that the dialect writes as one comparison. */
  const isList = (item: Expression): boolean =>
    item.op === 'or' &&
    item.expansion === true &&
    dialect.expansion !== undefined &&
    valuesOfOneField(item.items) !== null;

  /** Whether an item below `and` or `or` stands in a group. */
  const grouped = (item: Expression, parent: 'and' | 'or'): boolean => {
    if (item.op === 'match') return false;
    if (isList(item) || (item.op === 'or' && item.expansion === true && parent === 'or')) return false;
    if (dialect.grouping === 'always') return true;
    return rank(item.op) > rank(parent);
  };
  return walk;
}

function comparison(dialect: Dialect, field: string | null, value: SigmaValue, spot: Spot): string {
  if (field === null) {
    const writer = dialect.keywords?.[value.kind] as ((value: SigmaValue, spot: Spot) => string) | undefined;
    if (writer !== undefined) return writer(value, spot);
    throw unsupported(
      spot.context,
      dialect.title,
      dialect.keywords === undefined
        ? 'keywords (values without a field)'
        : `${kindNames[value.kind]} without a field`,
    );
  }
  const writer = dialect.values[value.kind] as
    ((field: string, value: SigmaValue, spot: Spot) => string) | undefined;
  if (writer !== undefined) return writer(field, value, spot);
  throw unsupported(spot.context, dialect.title, kindNames[value.kind]);
}

const kindNames: Readonly<Record<SigmaValue['kind'], string>> = {
  string: 'text',
  number: 'numbers',
  bool: 'true and false',
  null: 'null',
  regex: 'regular expressions',
  cidr: 'networks (cidr)',
  compare: 'comparisons such as gt',
  exists: 'exists',
  fieldref: 'references to other fields (fieldref)',
  timepart: 'parts of times (hour, day and the like)',
  query: 'query expressions of a pipeline',
};
