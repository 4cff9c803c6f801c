/** Whether a rule can hold at all when no event has some of its fields. */
import { toExpression, type Expression, type SigmaRule } from '../../sigma/index.ts';

/** `absent`: names of fields that no event has. */
export function canNotHold(rule: SigmaRule, absent: ReadonlySet<string>): boolean {
  return rule.conditions.every((_, index) => valueOf(toExpression(rule, index), absent) === false);
}

/** Null: it depends on the event. */
function valueOf(expression: Expression, absent: ReadonlySet<string>): boolean | null {
  switch (expression.op) {
    case 'not': {
      const inner = valueOf(expression.item, absent);
      return inner === null ? null : !inner;
    }
    case 'and':
    case 'or': {
      const decides = expression.op === 'or';
      const values = expression.items.map((item) => valueOf(item, absent));
      if (values.includes(decides)) return decides;
      return values.includes(null) ? null : !decides;
    }
    default: {
      const { field, value } = expression;
      if (field === null || !absent.has(field)) return null;
      return value.kind === 'null' || (value.kind === 'exists' && !value.value);
    }
  }
}
