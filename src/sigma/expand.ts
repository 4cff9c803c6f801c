/** Values of one detection item replaced by others: what filling placeholders and pipelines have in common. */
import { HuntbookError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { ANY, ONE } from './ast.ts';
import type { Detection, SigmaValue, StringPart } from './ast.ts';
import { escapeLiteral } from './regex-class.ts';
import { isPlaceholder, joinParts, parseStringValue } from './string-value.ts';

export type DetectionItem = Extract<Detection, { kind: 'item' }>;

/**
 * The values of a placeholder: text in which `*` and `?` are wildcards (in regular expressions they are literals), or
 * the parts of a string value. Undefined: the placeholder stays.
 */
export type PlaceholderLookup = (name: string) => readonly (string | readonly StringPart[])[] | undefined;

/** Values that one written value may become. */
const maxVariants = 100_000;
const openPattern = /(?<!\\)%(\w+)%/g;

/**
 * The item with its placeholders replaced by each of their values; the same object where none is to be replaced.
 * Throws HB_LIMIT when the combinations explode, HB_RULE_PLACEHOLDER for a placeholder whose list is empty.
 */
export function expandItem(item: DetectionItem, lookup: PlaceholderLookup, path: string): Detection {
  const known = (name: string): boolean => lookup(name) !== undefined;
  if (!item.values.some((value) => placeholderNames(value).some(known))) return item;
  return replaceValues(
    item,
    item.values.map((value) => expandValue(value, lookup, item, path)),
  );
}

/**
 * The item with each of its values replaced by one or several, of which any may match; also where all values of the
 * item must. Values that were made of one written value stay one group. `replaced` is as long as the values.
 */
export function replaceValues(
  item: DetectionItem,
  replaced: readonly (SigmaValue | readonly SigmaValue[])[],
): Detection {
  const lists = replaced.map((value) => (isList(value) ? value : [value]));
  if (item.link === 'or' || lists.every((list) => list.length === 1)) {
    const groups = item.groups === undefined ? {} : { groups: regroup(item.groups, lists) };
    return { ...item, values: lists.flat(), ...groups };
  }
  const items = lists.map((list): Detection => ({ ...item, values: list, link: 'or' }));
  // Not (a and b) is (not a or not b); each item carries its own not.
  return { kind: item.negated ? 'or' : 'and', items };
}

/** Names of the placeholders that a value still holds. */
export function placeholderNames(value: SigmaValue): string[] {
  if (value.kind === 'string') return value.parts.filter(isPlaceholder).map((part) => part.placeholder);
  if (value.kind !== 'regex' || value.placeholders !== true) return [];
  return [...value.source.matchAll(openPattern)].map((found) => found[1] as string);
}

function isList(value: SigmaValue | readonly SigmaValue[]): value is readonly SigmaValue[] {
  return Array.isArray(value);
}

/** `groups` count values; each value became a list. */
function regroup(groups: readonly number[], lists: readonly (readonly SigmaValue[])[]): number[] {
  let next = 0;
  return groups.map((size) => {
    const from = next;
    next += size;
    return lists.slice(from, next).reduce((sum, list) => sum + list.length, 0);
  });
}

function expandValue(
  value: SigmaValue,
  lookup: PlaceholderLookup,
  item: DetectionItem,
  path: string,
): SigmaValue | SigmaValue[] {
  if (value.kind === 'string') {
    const pieces = value.parts.map((part): (readonly StringPart[])[] => {
      if (!isPlaceholder(part)) return [[part]];
      const values = valuesOf(part.placeholder, lookup, item, path);
      return values?.map((one) => (typeof one === 'string' ? parseStringValue(one) : one)) ?? [[part]];
    });
    return combinations(pieces, item, path).map((parts) => ({ ...value, parts: joinParts(parts.flat()) }));
  }
  if (value.kind !== 'regex' || value.placeholders !== true) return value;
  // While a placeholder stays, percent signs that are none keep their backslash.
  const open = placeholderNames(value).some((name) => lookup(name) === undefined);
  const pieces = value.source.split(/(?<!\\)(%\w+%)/).map((piece, index) => {
    if (index % 2 === 0) return [open ? piece : piece.replaceAll('\\%', '%')];
    const values = valuesOf(piece.slice(1, -1), lookup, item, path)?.map(regexText) ?? [piece];
    return open && lookup(piece.slice(1, -1)) !== undefined
      ? values.map((one) => one.replaceAll('%', '\\%'))
      : values;
  });
  return combinations(pieces, item, path).map((parts) => {
    const { placeholders: _filled, ...rest } = value;
    return { ...(open ? value : rest), source: parts.join('') };
  });
}

function regexText(value: string | readonly StringPart[]): string {
  if (typeof value === 'string') return escapeLiteral(value);
  const texts = value.map((part) => {
    if (part === ANY) return '.*';
    if (part === ONE) return '.';
    return typeof part === 'string' ? escapeLiteral(part) : `%${part.placeholder}%`;
  });
  return texts.join('');
}

function valuesOf(
  name: string,
  lookup: PlaceholderLookup,
  item: DetectionItem,
  path: string,
): readonly (string | readonly StringPart[])[] | undefined {
  const values = lookup(name);
  if (values?.length === 0)
    fail('HB_RULE_PLACEHOLDER', `the list of the placeholder %${name}% is empty`, item, path);
  return values;
}

function combinations<Piece>(
  pieces: readonly (readonly Piece[])[],
  item: DetectionItem,
  path: string,
): Piece[][] {
  const count = pieces.reduce((product, piece) => product * piece.length, 1);
  if (count > maxVariants)
    fail('HB_LIMIT', `placeholders give ${count} combinations, more than ${maxVariants}`, item, path);
  let result: Piece[][] = [[]];
  for (const piece of pieces) result = result.flatMap((head) => piece.map((choice) => [...head, choice]));
  return result;
}

function fail(code: ErrorCode, message: string, { position }: DetectionItem, path: string): never {
  throw new HuntbookError(code, `${path}:${position.line}:${position.column}: ${message}`, {
    position: { file: path, ...position },
  });
}
