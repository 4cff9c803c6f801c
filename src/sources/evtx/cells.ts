/** Cells of values that are not simply one span: empty ones and arrays. */
import type { EventBatch } from '../../events/index.ts';
import { Empty } from './flatten.ts';
import { FIXED_SIZE, ValueType } from './format.ts';
import { EMPTY_BITS, LEAVE_OUT } from './program.ts';

/** The cell of an empty value of `type`, by the flags of its leaf. */
export function addEmpty(batch: EventBatch, field: number, flags: number, type: number): void {
  if (type === ValueType.NULL && flags & LEAVE_OUT) return;
  const empty = flags & EMPTY_BITS;
  if (empty === Empty.TEXT) batch.addCell(field, ValueType.STRING, 0, 0);
  else if (empty === Empty.NULL) batch.addCell(field, ValueType.NULL, 0, 0);
}

/** The cells of a value, whatever its type; BinXML has none, its elements have. */
export function addValueCells(
  batch: EventBatch,
  bytes: Uint8Array,
  field: number,
  flags: number,
  type: number,
  start: number,
  end: number,
): void {
  if (
    start === end ||
    type === ValueType.NULL ||
    (type === ValueType.STRING && startsWithNul(bytes, start))
  ) {
    addEmpty(batch, field, flags, type);
  } else if (type >= ValueType.ARRAY) {
    addArray(batch, bytes, field, type, start, end);
  } else if (type !== ValueType.BINXML) {
    batch.addCell(field, type, start, end);
  }
}

/** Text ends at the first NUL: one that begins with it is empty. */
export function startsWithNul(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0;
}

/** An element whose value is an array occurs once for each item. */
function addArray(
  batch: EventBatch,
  bytes: Uint8Array,
  field: number,
  type: number,
  start: number,
  end: number,
): void {
  const item = type & ~ValueType.ARRAY;
  const size = item === ValueType.SIZE && (end - start) % 8 === 0 ? 8 : (FIXED_SIZE[item] ?? 0);
  if (size > 0) {
    for (let at = start; at + size <= end; at += size) batch.addCell(field, item, at, at + size);
  } else if (item === ValueType.STRING || item === ValueType.ANSI) {
    const unit = item === ValueType.STRING ? 2 : 1;
    let from = start;
    for (let at = start; at < end; at += unit) {
      if (bytes[at] !== 0 || (unit === 2 && bytes[at + 1] !== 0)) continue;
      batch.addCell(field, item, from, at);
      from = at + unit;
    }
    if (from < end) batch.addCell(field, item, from, end);
  } else if (item === ValueType.SID) {
    let at = start;
    while (at + 8 <= end) {
      const next = Math.min(end, at + 8 + 4 * (bytes[at + 1] as number));
      batch.addCell(field, item, at, next);
      at = next;
    }
  } else {
    batch.addCell(field, type, start, end);
  }
}

/** Makes room for `count` more cells, so that they can be written without a look at the size. */
export function reserveCells(batch: EventBatch, count: number): void {
  const needed = batch.cells + count;
  if (needed <= batch.cellField.length) return;
  const size = Math.max(needed, batch.cellField.length * 2);
  const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
    const next = new Int32Array(size);
    next.set(old);
    return next;
  };
  const kinds = new Uint8Array(size);
  kinds.set(batch.cellKind);
  batch.cellField = grown(batch.cellField);
  batch.cellStart = grown(batch.cellStart);
  batch.cellEnd = grown(batch.cellEnd);
  batch.cellKind = kinds;
}
