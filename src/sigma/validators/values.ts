/** Checks of the values that fields are compared with. */
import { ANY } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import { quote } from '../fault.ts';
import { renderStringValue } from '../string-value.ts';
import { writtenIndex } from './items.ts';
import type { SourceEntry } from './source.ts';
import type { CheckContext, ItemEntry, TextEdit, Validator } from './types.ts';

const core = { group: 'core', byDefault: true } as const;
// oxlint-disable-next-line no-control-regex -- it looks for them
const controls = /[\u0000-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line no-control-regex -- it looks for them; texts have several lines
const textControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line no-control-regex -- it looks for them
const oddText = /[*?\u0000-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line no-control-regex -- it looks for them
const oddWhole = /[*?\u0000-\u001f\u007f-\u009f]|^\d+$/;
/** Modifiers that make text with zeros of any other. */
const encodings: readonly string[] = ['wide', 'utf16', 'utf16le', 'utf16be'];
type Item = ItemEntry['item'];
type StringValue = Extract<SigmaValue, { kind: 'string' }>;

export const valueValidators: readonly Validator[] = [
  stringValidator(
    {
      name: 'double_wildcard',
      severity: 'info',
      description: 'A value has no two `*` in a row.',
    },
    'has two wildcards in a row, which mean the same as one',
    ({ parts }) => parts.some((part, index) => part === ANY && parts[index + 1] === ANY),
  ),
  stringValidator(
    {
      name: 'escaped_wildcard',
      severity: 'info',
      description: 'A value has no `\\*` or `\\?`, which stand for the characters and not for wildcards.',
    },
    'has an escaped wildcard, which stands for the character itself; write \\\\* for a backslash and a wildcard',
    ({ parts }) => parts.some((part) => typeof part === 'string' && /[*?]/.test(part)),
  ),
  stringValidator(
    {
      name: 'number_as_string',
      severity: 'info',
      description: 'A number that a field is compared with is not in quotes.',
    },
    'is a number in quotes',
    ({ parts }, { field, modifiers }) =>
      field !== null && modifiers.length === 0 && parts.length === 1 && /^\d+$/.test(parts[0] as string),
  ),
  stringValidator(
    {
      name: 'control_character',
      severity: 'warning',
      description: 'Values and texts have no control characters.',
    },
    'has a control character',
    ({ parts }, { modifiers }) =>
      !modifiers.some((name) => encodings.includes(name)) &&
      parts.some((part) => typeof part === 'string' && controls.test(part)),
    (document, { source, report }) => {
      for (const key of ['title', 'description', 'author'] as const) {
        if (textControls.test(document[key] ?? ''))
          report(`the ${key} has a control character`, source.place(key));
      }
    },
  ),
  {
    ...core,
    name: 'wildcards_instead_of_modifiers',
    severity: 'info',
    description: 'Values with `*` only at the ends are written with contains, startswith or endswith.',
    check(_document, context) {
      for (const { item } of context.items) {
        const modifier = item.field === null ? null : modifierFor(item);
        if (modifier === null) continue;
        context.report(
          `${modifier} says the same as * at the ${modifier === 'contains' ? 'ends' : modifier === 'endswith' ? 'start' : 'end'} of the ${item.values.length === 1 ? 'value' : 'values'}`,
          item.position,
          useModifier(item, modifier, context),
        );
      }
    },
  },
];

function stringValidator(
  head: Pick<Validator, 'name' | 'severity' | 'description'>,
  message: string,
  holds: (value: StringValue, item: Item) => boolean,
  andAlso?: Validator['check'],
): Validator {
  return {
    ...core,
    ...head,
    check(document, context) {
      andAlso?.(document, context);
      for (const { item, index, value } of oddValues(context.items)) {
        if (!holds(value, item)) continue;
        const field = item.field === null ? '' : ` of ${quote(item.field)}`;
        context.report(
          `the value ${quote(renderStringValue(value.parts))}${field} ${message}`,
          context.source.valuePlace(item.position, writtenIndex(item, index)),
        );
      }
    },
  };
}

interface OddValue {
  readonly item: Item;
  readonly index: number;
  readonly value: StringValue;
}

const oddByItems = new WeakMap<readonly ItemEntry[], OddValue[]>();

/** The few values that any of the checks could have something to say of; found once for all of them. */
function oddValues(items: readonly ItemEntry[]): readonly OddValue[] {
  let odd = oddByItems.get(items);
  if (odd !== undefined) return odd;
  odd = [];
  for (const { item } of items) {
    const { values } = item;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as SigmaValue;
      if (value.kind === 'string' && isOdd(value.parts)) odd.push({ item, index, value });
    }
  }
  oddByItems.set(items, odd);
  return odd;
}

function isOdd(parts: readonly StringPart[]): boolean {
  if (parts.length === 1 && typeof parts[0] === 'string') return oddWhole.test(parts[0]);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as StringPart;
    if (typeof part === 'string' ? oddText.test(part) : part === ANY && parts[i + 1] === ANY) return true;
  }
  return false;
}

type Placing = 'contains' | 'startswith' | 'endswith';
const placing: readonly string[] = ['contains', 'startswith', 'endswith', 'base64', 'base64offset'];

/** The modifier that stands for the wildcards of all values alike; null when there is none. */
function modifierFor(item: Item): Placing | null {
  if (item.modifiers.some((name) => placing.includes(name))) return null;
  let modifier: Placing | null = null;
  for (const value of item.values) {
    if (value.kind !== 'string') return null;
    const one = modifierOf(value.parts);
    if (one === null || (modifier !== null && modifier !== one)) return null;
    modifier = one;
  }
  return modifier;
}

function modifierOf(parts: readonly StringPart[]): Placing | null {
  const before = parts[0] === ANY;
  const after = parts.length > 1 && parts[parts.length - 1] === ANY;
  const inner = parts.slice(before ? 1 : 0, after ? -1 : undefined);
  if (inner.length === 0 || inner.some((part) => typeof part === 'number')) return null;
  return before ? (after ? 'contains' : 'endswith') : after ? 'startswith' : null;
}

/** Undefined where the text is not one plain value a line; that the meaning stays is checked later. */
function useModifier(item: Item, modifier: Placing, { source }: CheckContext): TextEdit[] | undefined {
  const field = item.field as string;
  const key = source.offset(item.position);
  const entries = source.values(item.position);
  if (entries.length !== item.values.length || !source.text.startsWith(field, key)) return undefined;
  const edits: TextEdit[] = [{ start: key + field.length, end: key + field.length, text: `|${modifier}` }];
  for (const entry of entries) {
    const { start, end } = inside(source.text, entry);
    const first = modifier !== 'startswith';
    const last = modifier !== 'endswith';
    if ((first && source.text[start] !== '*') || (last && source.text[end - 1] !== '*')) return undefined;
    if (first) edits.push({ start, end: start + 1, text: '' });
    if (last) edits.push({ start: end - 1, end, text: '' });
  }
  return edits;
}

/** The characters of a scalar within its quotes. */
function inside(text: string, { start, end }: SourceEntry): { start: number; end: number } {
  const quoted = text[start] === "'" || text[start] === '"';
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}
