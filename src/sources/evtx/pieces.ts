/** Texts put together from pieces: constants, values, characters and entities. The slow path, rarely taken. */
import { utf16 } from './bytes.ts';
import type { Content } from './element.ts';
import { ValueType } from './format.ts';
import type { SpanTable } from './span-table.ts';
import { decodeValue } from './values.ts';

/** An instance of a template, or the text of a record: where its constants and its values lie. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly names: SpanTable;
  /** Start and end of each constant. */
  readonly spans: Int32Array;
  /** Where the descriptors of the values begin, and how many there are. */
  readonly descriptors: number;
  readonly count: number;
  /** Start of value i at `base + i`, its end at the next. */
  readonly starts: Int32Array;
  readonly base: number;
}

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

/** The text, or null when it is longer than `limit` (a template can repeat a long value thousands of times). */
export function pieceText(parts: readonly Content[], frame: Frame, limit: number): string | null {
  let text = '';
  for (const part of parts) {
    text += partText(part, frame);
    if (text.length > limit) return null;
  }
  return text;
}

export function valueText(index: number, frame: Frame): string {
  if (index >= frame.count) return '';
  const type = frame.bytes[frame.descriptors + index * 4 + 2] as number;
  const start = frame.starts[frame.base + index] as number;
  const end = frame.starts[frame.base + index + 1] as number;
  if (type === (ValueType.STRING | ValueType.ARRAY)) {
    return utf16(frame.bytes, start, end).replace(/\0+$/, '').replaceAll('\0', ',');
  }
  return spanText(frame.bytes, type, start, end);
}

function partText(part: Content, frame: Frame): string {
  switch (part.type) {
    case 'character':
      return String.fromCharCode(part.unit);
    case 'entity': {
      const name = frame.names.text(part.name);
      return ENTITIES[name] ?? `&${name};`;
    }
    case 'constant': {
      const at = part.index * 2;
      return spanText(frame.bytes, part.kind, frame.spans[at] as number, frame.spans[at + 1] as number);
    }
    case 'substitution':
      return valueText(part.index, frame);
    default:
      return '';
  }
}

function spanText(bytes: Uint8Array, kind: number, start: number, end: number): string {
  if (kind === ValueType.BINXML || start === end) return '';
  const value = decodeValue(bytes, kind, start, end);
  return value === null ? '' : String(value);
}
