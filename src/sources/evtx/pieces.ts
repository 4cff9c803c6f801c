/**
 * The slow path of a leaf, rarely taken: values put together from pieces (constants, values, characters, entities),
 * and fields that are named by a value.
 */
import type { EventBatch } from '../../events/index.ts';
import { utf16 } from './bytes.ts';
import { addEmpty, addValueCells } from './cells.ts';
import type { Content } from './element.ts';
import { type Leaf, MAX_FIELD_NAME } from './flatten.ts';
import { ValueType } from './format.ts';
import { LEAVE_OUT } from './program.ts';
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

/** What a leaf needs of its reader besides the frame. */
export interface LeafSink {
  readonly batch: EventBatch;
  /** Characters the record may still have made; below 0 it is given up. */
  textLeft: number;
  /** Id of a field whose name is known only now. */
  fieldOf(name: string): number;
}

/** Adds the cells of a leaf that is not one value or one constant. */
export function addPieces(leaf: Leaf, field: number, frame: Frame, sink: LeafSink): void {
  if (leaf.nameFrom >= 0) {
    const name = valueText(leaf.nameFrom, frame);
    sink.textLeft -= name.length;
    field = sink.fieldOf(name.slice(0, MAX_FIELD_NAME) || 'Data');
  }
  const only = leaf.parts[0];
  if (leaf.parts.length === 1 && only?.type === 'substitution') {
    const { index } = only;
    const flags = leaf.empty | (leaf.guards.includes(index) ? LEAVE_OUT : 0);
    if (index < frame.count) {
      const type = frame.bytes[frame.descriptors + index * 4 + 2] as number;
      const start = frame.starts[frame.base + index] as number;
      const end = frame.starts[frame.base + index + 1] as number;
      addValueCells(sink.batch, frame.bytes, field, flags, type, start, end);
    } else {
      addEmpty(sink.batch, field, flags, ValueType.NULL);
    }
    return;
  }
  const text = pieceText(leaf.parts, frame, sink.textLeft);
  sink.textLeft = text === null ? -1 : sink.textLeft - text.length;
  if (text === '') addEmpty(sink.batch, field, leaf.empty, ValueType.STRING);
  else if (text !== null) sink.batch.addValue(field, text);
}

/** The text, or null when it is longer than `limit` (a template can repeat a long value thousands of times). */
function pieceText(parts: readonly Content[], frame: Frame, limit: number): string | null {
  let text = '';
  for (const part of parts) {
    text += partText(part, frame);
    if (text.length > limit) return null;
  }
  return text;
}

function valueText(index: number, frame: Frame): string {
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
