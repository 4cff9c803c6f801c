/** Values of detection items, for steps that replace them. */
import { ANY, ONE } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import { groupItem } from '../detection.ts';
import { parseStringValue } from '../string-value.ts';
import type { Detection } from '../ast.ts';
import type { Item } from './walk.ts';

/** The text as an expression of a pipeline sees it: wildcards as `*` and `?`, nothing escaped. */
export function displayText(parts: readonly StringPart[]): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else text += part === ANY ? '*' : part === ONE ? '?' : `%${part.placeholder}%`;
  }
  return text;
}

/** A value as a rule would write it without modifiers. */
export function valueOf(written: unknown): SigmaValue {
  if (typeof written === 'number') return { kind: 'number', value: written };
  if (typeof written === 'boolean') return { kind: 'bool', value: written };
  if (written === null || written === undefined) return { kind: 'null' };
  return { kind: 'string', parts: parseStringValue(String(written)), cased: false };
}

/**
 * The item with each value replaced by what `change` makes of it; several stand for any of them. The same object when
 * nothing changes.
 */
export function mapValues(
  item: Item,
  change: (value: SigmaValue) => SigmaValue | readonly SigmaValue[],
): Detection {
  let changed = false;
  let several = false;
  const values = item.values.map((value) => {
    const next = change(value);
    if (next !== value) changed = true;
    if (Array.isArray(next)) several = true;
    return next;
  });
  if (!changed) return item;
  if (!several) return { ...item, values: values as SigmaValue[] };
  return groupItem(
    item.field,
    item.modifiers,
    { values, all: item.link === 'and', negated: item.negated },
    item.position,
  );
}

/** One line about a change of values. */
export function describeValue(value: SigmaValue): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(displayText(value.parts));
    case 'null':
      return 'null';
    case 'regex':
      return `/${value.source}/${value.flags}`;
    case 'cidr':
      return value.network;
    case 'fieldref':
      return `the field ${value.field}`;
    case 'query':
      return value.text;
    case 'compare':
    case 'timepart':
      return `${value.op} ${value.value}`;
    default:
      return String(value.value);
  }
}
