/** Modifiers that change text: where it stands in the field, how it is encoded, what it refers to. */
import { ANY } from './ast.ts';
import type { SigmaValue, StringPart } from './ast.ts';
import { asciiText, base64, base64Offsets, dashChoices, splitAtDashes, utf16Bytes } from './encodings.ts';
import { describe } from './modifiers.ts';
import type { Draft } from './modifiers.ts';
import { insertPlaceholders, joinParts, plainText } from './string-value.ts';

type Fail = (message: string) => never;
type Apply = (draft: Draft, fail: Fail) => Draft | Draft[];
type StringValue = Extract<SigmaValue, { kind: 'string' }>;

/** More dashes in one value are refused: each multiplies the alternatives by five. */
const maxDashes = 3;

export const stringModifiers: Record<string, Apply> = {
  contains: (draft, fail: Fail) => placed('contains', draft, true, true, fail),
  startswith: (draft, fail: Fail) => placed('startswith', draft, false, true, fail),
  endswith: (draft, fail: Fail) => placed('endswith', draft, true, false, fail),
  cased: (draft, fail: Fail) => {
    const { value } = draft;
    if (value.kind !== 'string' && value.kind !== 'fieldref')
      fail(`cased takes text, not ${describe(value)}`);
    return { ...draft, value: { ...value, cased: true } };
  },
  fieldref: ({ value }, fail: Fail) => {
    const text = stringOf('fieldref', value, fail);
    const field = plainText(text.parts);
    if (field === null) fail('fieldref takes the name of a field, without wildcards');
    return { value: { kind: 'fieldref', field, startsWith: false, endsWith: false, cased: text.cased } };
  },
  expand: ({ value }, fail: Fail) => {
    if (value.kind === 'regex') {
      return /(?<!\\)%\w+%/.test(value.source) ? { value: { ...value, placeholders: true } } : { value };
    }
    const text = stringOf('expand', value, fail);
    return { value: { ...text, parts: insertPlaceholders(text.parts) } };
  },
  base64: (draft, fail: Fail) => {
    const text = stringOf('base64', draft.value, fail);
    return { value: { ...text, parts: joinParts([base64(bytesOf('base64', text, draft, fail))]) } };
  },
  base64offset: (draft, fail: Fail) => {
    const text = stringOf('base64offset', draft.value, fail);
    const variants = base64Offsets(bytesOf('base64offset', text, draft, fail));
    return variants.map((variant) => ({ value: { ...text, parts: joinParts([variant]) } }));
  },
  wide: (draft, fail: Fail) => encoded('wide', draft, false, false, fail),
  utf16le: (draft, fail: Fail) => encoded('utf16le', draft, false, false, fail),
  utf16: (draft, fail: Fail) => encoded('utf16', draft, false, true, fail),
  utf16be: (draft, fail: Fail) => encoded('utf16be', draft, true, false, fail),
  windash: ({ value }, fail: Fail) => dashed(stringOf('windash', value, fail), fail),
};

export function regexDraft(source: string): Draft {
  return { value: { kind: 'regex', source, flags: '' } };
}

function stringOf(name: string, value: SigmaValue, fail: Fail): StringValue {
  if (value.kind !== 'string') fail(`${name} takes text, not ${describe(value)}`);
  return value;
}

function bytesOf(name: string, text: StringValue, draft: Draft, fail: Fail): Uint8Array {
  if (draft.bytes !== undefined) return draft.bytes;
  const plain = plainText(text.parts);
  if (plain === null) fail(`${name} cannot encode wildcards or placeholders`);
  return Buffer.from(plain, 'utf8');
}

function placed(name: string, draft: Draft, before: boolean, after: boolean, fail: Fail): Draft {
  const { value } = draft;
  if (value.kind === 'string') {
    const parts = [...value.parts];
    if (before && parts[0] !== ANY) parts.unshift(ANY);
    if (after && parts[parts.length - 1] !== ANY) parts.push(ANY);
    const next = { value: { ...value, parts } };
    return draft.problem === undefined ? next : { ...next, problem: draft.problem };
  }
  if (value.kind === 'fieldref') {
    // A field that contains another: as open at both ends as text with contains.
    return { value: { ...value, startsWith: value.startsWith || after, endsWith: value.endsWith || before } };
  }
  if (value.kind !== 'regex') fail(`${name} takes text, not ${describe(value)}`);
  let source = hasTopLevelChoice(value.source) ? `(?:${value.source})` : value.source;
  const open = !/(?<!\\)(?:\\\\)*(?:\.\*|\$)$/.test(value.source);
  if (before && !/^(?:\.\*|\^)/.test(source)) source = `.*${source}`;
  if (after && open) source = `${source}.*`;
  return { value: { ...value, source } };
}

function encoded(name: string, draft: Draft, bigEndian: boolean, mark: boolean, fail: Fail): Draft {
  const text = stringOf(name, draft.value, fail);
  let problem: string | undefined;
  const parts: StringPart[] = [];
  if (mark) parts.push('\uFEFF');
  for (const part of text.parts) {
    const ascii = typeof part === 'string' ? asciiText(utf16Bytes(part, bigEndian, false)) : part;
    if (ascii === null) problem = `${name} of text beyond ASCII needs base64 or base64offset after it`;
    else parts.push(ascii);
  }
  const plain = plainText(text.parts);
  return {
    value: { ...text, parts: joinParts(parts) },
    ...(plain === null ? {} : { bytes: utf16Bytes(plain, bigEndian, mark) }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function dashed(text: StringValue, fail: Fail): Draft[] {
  const pieces = text.parts.map((part) => (typeof part === 'string' ? splitAtDashes(part) : part));
  let count = 0;
  for (const piece of pieces) if (Array.isArray(piece)) count += piece.length - 1;
  if (count === 0) return [{ value: text }];
  if (count > maxDashes) fail(`windash takes at most ${maxDashes} dashes in a value, here are ${count}`);
  return dashChoices(count).map((choice) => {
    let next = 0;
    const parts = pieces.map((piece): StringPart => {
      if (!Array.isArray(piece)) return piece;
      let joined = piece[0] as string;
      for (let i = 1; i < piece.length; i++) joined += (choice[next++] as string) + (piece[i] as string);
      return joined;
    });
    return { value: { ...text, parts } };
  });
}

/** Whether `|` stands outside of groups and brackets, so that text around it would join one branch only. */
function hasTopLevelChoice(source: string): boolean {
  let depth = 0;
  let bracket = -1;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (bracket !== -1) {
      const firstAt = source[bracket + 1] === '^' ? bracket + 2 : bracket + 1;
      if (char === ']' && i !== firstAt) bracket = -1;
    } else if (char === '[') bracket = i;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}
