/**
 * Steps for tables with fixed columns: which fields there are, and values in the form that a column has. All of them are
 * ours; the file format has no step that says the same.
 */
import { ANY } from '../../ast.ts';
import type { SigmaValue, StringPart } from '../../ast.ts';
import { plainText } from '../../string-value.ts';
import { flagOf, mappingOf, textOf, textsOf } from '../parameters.ts';
import { describeValue, mapValues, valueOf } from '../values.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import { itemStep } from './items.ts';
import type { MakeStep } from './step.ts';

type StringValue = Extract<SigmaValue, { kind: 'string' }>;

/** Throws HB_PIPELINE_RULE for a field, or a reference to one, that is not among `fields`; `table` names what lacks it. */
export const checkFields: MakeStep = (context) => {
  const { parameters } = context.step;
  const known = new Set(textsOf(parameters, 'fields'));
  const table = textOf(parameters, 'table');
  const check = (field: string, item: Item, work: Work): void => {
    if (known.has(field)) return;
    throw work.error('HB_PIPELINE_RULE', `${table} has nothing for the field ${field}`, item.position);
  };
  return itemStep(context, (item, work) => {
    if (item.field !== null) check(item.field, item, work);
    for (const value of item.values) if (value.kind === 'fieldref') check(value.field, item, work);
    return item;
  });
};

/**
 * Other values by whole texts or numbers, case ignored; a list stands for any of its entries. With `strict`,
 * HB_PIPELINE_RULE for values that the mapping does not name; otherwise they stay.
 */
export const translateValues: MakeStep = (context) => {
  const { parameters } = context.step;
  const strict = flagOf(parameters, 'strict');
  const mapping = new Map(
    [...mappingOf(parameters, 'mapping')].map(([from, to]) => [from.toLowerCase(), to.map(valueOf)] as const),
  );
  return itemStep(context, (item, work) =>
    mapValues(item, (value) => {
      const to = mapping.get(scalarText(value)?.toLowerCase() ?? '');
      if (to !== undefined) return to.length === 1 ? (to[0] as SigmaValue) : to;
      if (!strict || value.kind === 'null') return value;
      throw work.error(
        'HB_PIPELINE_RULE',
        `${item.field ?? 'the keyword'}: ${describeValue(value)} is none of ${[...mapping.keys()].join(', ')}`,
        item.position,
      );
    }),
  );
};

/**
 * Paths as the name of the file alone, for columns that hold no more: what stands after the last separator.
 * HB_PIPELINE_RULE for values that say nothing sure about the name.
 */
export const fileNames: MakeStep = (context) =>
  itemStep(context, (item, work) =>
    mapValues(item, (value) => {
      if (value.kind === 'null' || value.kind === 'exists') return value;
      const parts = value.kind === 'string' ? fileName(value.parts) : null;
      if (parts !== null) return { ...(value as StringValue), parts };
      throw work.error(
        'HB_PIPELINE_RULE',
        `${item.field ?? 'the keyword'} holds the name of a file only, which ${describeValue(value)} does not tell`,
        item.position,
      );
    }),
  );

/**
 * Numbers for a column of numbers, from decimal or hexadecimal (`0x3e7`) text. Other texts never equal a number: they are
 * left out as long as one value remains; HB_PIPELINE_RULE otherwise.
 */
export const readNumbers: MakeStep = (context) =>
  itemStep(context, (item, work) => {
    const values: SigmaValue[] = [];
    for (const value of item.values) {
      const text = value.kind === 'string' ? plainText(value.parts) : null;
      if (value.kind !== 'string') values.push(value);
      else if (text !== null && /^(?:0x[\da-f]{1,16}|\d{1,19})$/i.test(text)) values.push(numberOf(text));
      else if (item.link === 'and' || item.values.length === 1)
        throw work.error(
          'HB_PIPELINE_RULE',
          `${item.field ?? 'the keyword'} holds numbers; ${describeValue(value)} is none`,
          item.position,
        );
    }
    if (values.length === 0)
      throw work.error(
        'HB_PIPELINE_RULE',
        `${item.field ?? 'the keyword'} holds numbers only`,
        item.position,
      );
    if (values.every((value, index) => value === item.values[index])) return item;
    const { groups: _groups, ...rest } = item;
    return { ...rest, values };
  });

/** `DWORD (0x0000000a)` and `QWORD (0x00000000-0x0000000a)`, as Sysmon writes registry data, as decimal text. */
export const plainRegistryData: MakeStep = (context) =>
  itemStep(context, (item) => {
    const result = mapValues(item, (value) => {
      if (value.kind !== 'string') return value;
      const match = /^[DQ]WORD \((0x[\da-f]{8})(?:-0x([\da-f]{8}))?\)$/i.exec(literalText(value.parts) ?? '');
      if (match === null) return value;
      const digits = (match[1] as string) + (match[2] ?? '');
      return { ...value, parts: [BigInt(digits).toString()] };
    });
    if (result.kind !== 'item' || result === item) return result;
    const { groups: _groups, ...rest } = result;
    return {
      ...rest,
      values: [...new Map(rest.values.map((value) => [describeValue(value), value])).values()],
    };
  });

/** The text of a value that is one, without regard to a `*` before and after it; null where more is open. */
function literalText(parts: readonly StringPart[]): string | null {
  const from = parts[0] === ANY ? 1 : 0;
  const to = parts.length - (parts.length > from && parts.at(-1) === ANY ? 1 : 0);
  return plainText(parts.slice(from, to));
}

function scalarText(value: SigmaValue): string | null {
  if (value.kind === 'string') return plainText(value.parts);
  return value.kind === 'number' || value.kind === 'bool' ? String(value.value) : null;
}

function numberOf(text: string): SigmaValue {
  const exact = BigInt(text);
  const number = Number(exact);
  return { kind: 'number', value: Number.isSafeInteger(number) ? number : exact.toString() };
}

/** Null where no separator stands before the last piece of sure text, or nothing after it. */
function fileName(parts: readonly StringPart[]): StringPart[] | null {
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index] as StringPart;
    if (part === ANY) return index === 0 ? [...parts] : null;
    if (typeof part !== 'string') continue;
    const cut = Math.max(part.lastIndexOf('\\'), part.lastIndexOf('/'));
    if (cut === -1) continue;
    const rest = part.slice(cut + 1);
    const name = [...(rest === '' ? [] : [rest]), ...parts.slice(index + 1)];
    return name.length === 0 ? null : name;
  }
  return parts.length === 0 ? null : [...parts];
}
