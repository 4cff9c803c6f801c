/**
 * The cells of the row that is scanned: which of several values that claim one field stand (the twin of
 * `FieldCollector` in the events room), and the values that are remembered for the end of the row.
 */
import { type EventBatch, isNxlogSeverity, Trait } from '../../events/index.ts';
import { Kind } from './kinds.ts';
import { digitsEnd } from './lexical.ts';
import { Info, Node, type PathTrie } from './path-trie.ts';

const ZERO = 0x30;
const UPPER_Z = 0x5a;

export class RowCells {
  /** Number of the row, to which stamps refer. Wraps around, which no one notices. */
  row = 0;
  /** True when `EventType` holds one of NXLog's words for severity. */
  nxlogType = false;
  /** Per slot: the row that had it last, with which rank, and its first cell there. */
  slotRow = new Int32Array(256);
  slotRank = new Int32Array(256);
  slotCell = new Int32Array(256);
  /** Per `Watch` value: the row that had it last, and its span; the start is negative when it has escapes. */
  readonly watchRow = new Int32Array(4);
  readonly watchStart = new Int32Array(4);
  readonly watchEnd = new Int32Array(4);

  readonly #trie: PathTrie;
  readonly #batch: EventBatch;

  constructor(trie: PathTrie, batch: EventBatch) {
    this.#trie = trie;
    this.#batch = batch;
  }

  /** Begins a row; returns its number. */
  begin(): number {
    this.nxlogType = false;
    return (this.row = (this.row + 1) | 0);
  }

  /** A value whose span is needed: adds cells for the fields it fills. Returns what it says about the row. */
  leaf(bytes: Buffer, node: number, kind: number, start: number, end: number): number {
    const trie = this.#trie;
    let info = trie.nodes[node + Node.info] as number;
    if ((info & Info.unresolved) !== 0) info = trie.resolve(node);
    if (kind === Kind.null && (info & Trait.container) !== 0) return info;
    let cellKind = kind;
    if (kind === Kind.list && (info & Info.watched) !== 0) info |= Trait.whole;
    if (kind <= Kind.escaped) {
      if ((info & Trait.number) !== 0) {
        if (kind === Kind.escaped) info |= Trait.whole;
        else if (isInteger(bytes, start, end)) cellKind = Kind.number;
      }
      if ((info & Trait.eventType) !== 0 && (kind === Kind.escaped || isSeverity(bytes, start, end))) {
        this.nxlogType = true;
      }
      if ((info & Info.watched) !== 0) this.#watch(trie.nodes[node + Node.watch] as number, kind, start, end);
    }
    let target = trie.nodes[node + Node.targetStart] as number;
    let targetEnd = trie.nodes[node + Node.targetEnd] as number;
    if (kind === Kind.number) {
      target = trie.nodes[node + Node.numberStart] as number;
      targetEnd = trie.nodes[node + Node.numberEnd] as number;
    }
    for (; target < targetEnd; target++) this.#put(target, cellKind, start, end);
    return info;
  }

  /** A value in an array that holds objects too: whether its fields matter. They are found the slow way. */
  inList(node: number): number {
    let info = this.#trie.nodes[node + Node.info] as number;
    if ((info & Info.unresolved) !== 0) info = this.#trie.resolve(node);
    return (info & ~Trait.data) === 0 ? info : info | Trait.whole;
  }

  #watch(watch: number, kind: number, start: number, end: number): void {
    if (this.watchRow[watch] === this.row) return;
    this.watchRow[watch] = this.row;
    this.watchStart[watch] = kind === Kind.text ? start : -1;
    this.watchEnd[watch] = end;
  }

  /** Adds a cell as the rank of its target demands; the twin of `FieldCollector.add`. */
  #put(target: number, kind: number, start: number, end: number): void {
    const trie = this.#trie;
    const batch = this.#batch;
    const slot = trie.targetSlot[target] as number;
    const rank = trie.targetRank[target] as number;
    const field = trie.targetField[target] as number;
    if (slot >= this.slotRow.length) this.#growSlots(slot);
    if (this.slotRow[slot] !== this.row) {
      this.slotRow[slot] = this.row;
      this.slotRank[slot] = rank;
      this.slotCell[slot] = batch.cells;
      batch.addCell(field, kind, start, end);
      return;
    }
    const before = this.slotRank[slot] as number;
    const cell = this.slotCell[slot] as number;
    if (rank > 0 ? rank === before : before <= 0) {
      if (rank < 0 && before === 0) {
        const { cellKind, cellStart, cellEnd } = batch;
        batch.addCell(field, cellKind[cell] as number, cellStart[cell] as number, cellEnd[cell] as number);
        this.slotRank[slot] = rank;
      } else {
        batch.addCell(field, kind, start, end);
        return;
      }
    } else if (rank < before) {
      this.slotRank[slot] = rank;
    } else {
      return;
    }
    batch.cellKind[cell] = kind;
    batch.cellStart[cell] = start;
    batch.cellEnd[cell] = end;
  }

  #growSlots(slot: number): void {
    const size = Math.max(this.slotRow.length * 2, slot + 1);
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size);
      next.set(old);
      return next;
    };
    this.slotRow = grow(this.slotRow);
    this.slotRank = grow(this.slotRank);
    this.slotCell = grow(this.slotCell);
  }
}

/** Decimal digits as `numberFromText` takes them. */
function isInteger(bytes: Buffer, start: number, end: number): boolean {
  if (end === start || end - start > 15) return false;
  if (bytes[start] === ZERO) return end - start === 1;
  return digitsEnd(bytes, start) >= end;
}

/** NXLog's words are in capitals, those of Sysmon are not. */
function isSeverity(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 4 || end - start > 13) return false;
  return (bytes[start + 1] as number) <= UPPER_Z && isNxlogSeverity(bytes.toString('latin1', start, end));
}
