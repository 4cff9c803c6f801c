/** Checks of modifiers that are allowed together but hardly ever meant. */
import type { Validator } from './types.ts';

/** Modifiers after which a value stands for a part of the field or takes a form of its own. */
const partial = ['contains', 'startswith', 'endswith', 're', 'fieldref'];

export const modifierValidators: readonly Validator[] = [
  {
    group: 'core',
    byDefault: true,
    name: 'invalid_modifier_combinations',
    severity: 'error',
    description:
      'Modifiers can all take effect: `all` and `base64offset` with `contains`, none twice, none without values to act on.',
    check(_document, { items, report }) {
      for (const { item } of items) {
        const problem = combinationProblem(item.modifiers, item.field, writtenCount(item));
        if (problem !== null) report(problem, item.position);
      }
    },
  },
];

function writtenCount({
  values,
  groups,
}: {
  values: readonly unknown[];
  groups?: readonly number[];
}): number {
  return groups?.length ?? values.length;
}

function combinationProblem(
  modifiers: readonly string[],
  field: string | null,
  count: number,
): string | null {
  if (modifiers.length === 0) return null;
  const twice = modifiers.find((name, index) => modifiers.indexOf(name) !== index);
  if (twice !== undefined) return `the modifier ${twice} is given twice`;
  const all = modifiers.includes('all');
  if (all && field !== null && !modifiers.some((name) => partial.includes(name)))
    return 'a field can not equal several values at once: all needs contains, startswith, endswith or re';
  if (all && field !== null && count === 1) return null;
  if (modifiers.includes('base64offset') && !modifiers.includes('contains'))
    return 'base64offset finds text within encoded data only with contains after it';
  const places = modifiers.filter((name) => ['contains', 'startswith', 'endswith'].includes(name));
  if (places.length > 1 && places.includes('contains'))
    return `contains makes ${places.find((name) => name !== 'contains')} pointless`;
  return null;
}
