/** For languages that say with a `not` that a field is absent. */
import type { Expression } from '../ast.ts';

/** What is absent is said with a `not`: not absent is said without one. Gives the same object where nothing changes. */
export function withoutDoubleNot(expression: Expression): Expression {
  if (expression.op === 'match') return expression;
  if (expression.op === 'not') {
    const { item } = expression;
    if (item.op === 'match') {
      const { value } = item;
      const absence = value.kind === 'null' || (value.kind === 'exists' && !value.value);
      return absence ? { ...item, value: { kind: 'exists', value: true } } : expression;
    }
    const inner = withoutDoubleNot(item);
    return inner === item ? expression : { op: 'not', item: inner };
  }
  const items = expression.items.map(withoutDoubleNot);
  return items.every((item, index) => item === expression.items[index])
    ? expression
    : { ...expression, items };
}
