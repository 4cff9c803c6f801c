/** Modifiers that change text: where it stands in the field, how it is encoded, what it refers to. */
import { ANY } from './ast.ts';
import type { StringPart } from './ast.ts';
import { describe, reject } from './draft.ts';
import type { Apply, Draft, EncodedText, StringValue } from './draft.ts';
import {
  asciiText,
  base64,
  base64Offsets,
  dashChoices,
  splitAtDashes,
  utf16Bytes,
  utf8Bytes,
} from './encodings.ts';
import { insertPlaceholders, joinParts, plainText } from './string-value.ts';

/** More dashes in one value are refused: each multiplies the alternatives by five. */
const maxDashes = 3;

export const stringModifiers: Record<string, Apply> = {
  contains: (value) => placed('contains', value, true, true),
  startswith: (value) => placed('startswith', value, false, true),
  endswith: (value) => placed('endswith', value, true, false),
  cased: (value) => {
    if (value.kind === 'fieldref') return { ...value, cased: true };
    return { ...textOf('cased', value), cased: true };
  },
  fieldref: (value) => {
    const text = textOf('fieldref', value);
    const field = plainText(text.parts);
    if (field === null) reject('fieldref takes the name of a field, without wildcards');
    return { kind: 'fieldref', field, startsWith: false, endsWith: false, cased: text.cased };
  },
  expand: (value) => {
    if (value.kind === 'regex')
      return hasPlaceholder.test(value.source) ? { ...value, placeholders: true } : value;
    const text = textOf('expand', value);
    return { ...text, parts: insertPlaceholders(text.parts) };
  },
  base64: (value) => {
    const text = textOf('base64', value);
    return plain([base64(bytesOf('base64', text))], text.cased);
  },
  base64offset: (value) => {
    const text = textOf('base64offset', value);
    return base64Offsets(bytesOf('base64offset', text)).map((variant) => plain([variant], text.cased));
  },
  wide: (value) => encoded('wide', value, false, false),
  utf16le: (value) => encoded('utf16le', value, false, false),
  utf16: (value) => encoded('utf16', value, false, true),
  utf16be: (value) => encoded('utf16be', value, true, false),
  windash: (value) => dashed(textOf('windash', value)),
};

const hasPlaceholder = /(?<!\\)%\w+%/;

function textOf(name: string, value: Draft): StringValue | EncodedText {
  if (value.kind !== 'string' && value.kind !== 'encoded')
    reject(`${name} takes text, not ${describe(value)}`);
  return value;
}

function plain(parts: readonly StringPart[], cased: boolean): StringValue {
  return { kind: 'string', parts: joinParts(parts), cased };
}

function bytesOf(name: string, text: StringValue | EncodedText): Uint8Array {
  const whole = text.kind === 'encoded' ? text.bytes : plainText(text.parts);
  if (whole === null) reject(`${name} cannot encode wildcards or placeholders`);
  return typeof whole === 'string' ? utf8Bytes(whole) : whole;
}

function placed(name: string, value: Draft, before: boolean, after: boolean): Draft {
  if (value.kind === 'string' || value.kind === 'encoded') {
    const parts = surround(value.parts, before, after);
    if (value.kind === 'string') return { kind: 'string', parts, cased: value.cased };
    return { ...value, parts, bytes: null };
  }
  if (value.kind === 'fieldref') {
    // Open at both ends stands for contains, as with text.
    return { ...value, startsWith: value.startsWith || after, endsWith: value.endsWith || before };
  }
  if (value.kind !== 'regex') reject(`${name} takes text, not ${describe(value)}`);
  let source = hasTopLevelChoice(value.source) ? `(?:${value.source})` : value.source;
  const open = !/(?<!\\)(?:\\\\)*(?:\.\*|\$)$/.test(value.source);
  if (before && !/^(?:\.\*|\^)/.test(source)) source = `.*${source}`;
  if (after && open) source = `${source}.*`;
  return { ...value, source };
}

function surround(old: readonly StringPart[], before: boolean, after: boolean): StringPart[] {
  // Nearly every value is one literal.
  if (old.length === 1 && old[0] !== ANY) {
    const only = old[0] as StringPart;
    return before ? (after ? [ANY, only, ANY] : [ANY, only]) : [only, ANY];
  }
  const parts: StringPart[] = before && old[0] !== ANY ? [ANY, ...old] : [...old];
  if (after && parts[parts.length - 1] !== ANY) parts.push(ANY);
  return parts;
}

function encoded(name: string, value: Draft, bigEndian: boolean, mark: boolean): EncodedText {
  const text = textOf(name, value);
  if (text.kind === 'encoded' && text.problem !== null) reject(text.problem);
  let problem: string | null = null;
  const parts: StringPart[] = mark ? ['\uFEFF'] : [];
  for (const part of text.parts) {
    const ascii = typeof part === 'string' ? asciiText(utf16Bytes(part, bigEndian, false)) : part;
    if (ascii === null) problem = `${name} of text beyond ASCII needs base64 or base64offset after it`;
    else parts.push(ascii);
  }
  const whole = plainText(text.parts);
  return {
    kind: 'encoded',
    parts: joinParts(parts),
    cased: text.cased,
    bytes: whole === null ? null : utf16Bytes(whole, bigEndian, mark),
    problem,
  };
}

function dashed(text: StringValue | EncodedText): Draft | Draft[] {
  if (text.kind === 'encoded') reject('windash stands before encodings');
  const pieces = text.parts.map((part) => (typeof part === 'string' ? splitAtDashes(part) : part));
  let count = 0;
  for (const piece of pieces) if (Array.isArray(piece)) count += piece.length - 1;
  if (count === 0) return text;
  if (count > maxDashes) reject(`windash takes at most ${maxDashes} dashes in a value, here are ${count}`);
  return dashChoices(count).map((choice) => {
    let next = 0;
    const parts = pieces.map((piece): StringPart => {
      if (!Array.isArray(piece)) return piece;
      let joined = piece[0] as string;
      for (let i = 1; i < piece.length; i++) joined += (choice[next++] as string) + (piece[i] as string);
      return joined;
    });
    return { kind: 'string', parts, cased: text.cased };
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
