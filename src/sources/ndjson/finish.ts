/**
 * The end of a scanned row: sets right what is cheap (`deriveChannel`, `deriveTime` of the events room are the
 * twins), and tells which rows must be read whole because a field is derived from text or from several others.
 */
import {
  channelOfProvider,
  EXTRA,
  type EventBatch,
  Field,
  hasEventType,
  isSysmon,
  lacksZone,
  rendersMessage,
  Trait,
  usualChannel,
  type Value,
  zoneQuarters,
} from '../../events/index.ts';
import { decodeCell, Kind } from './kinds.ts';
import { type PathTrie, Watch } from './path-trie.ts';
import type { RowCells } from './row-cells.ts';
import type { Scanner } from './scan.ts';

const UPPER_Z = 0x5a;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

export class RowFinisher {
  readonly #scanner: Scanner;
  readonly #cells: RowCells;
  readonly #batch: EventBatch;
  readonly #hashesSlot: number;
  readonly #userSlot: number;
  readonly #trie: PathTrie;
  #zoneLocal = '';
  #zoneUtc = '';
  #zoneQuarters = 0;
  /** The traits that matter for the fields that are wanted. */
  #mask = 0;

  constructor(scanner: Scanner, batch: EventBatch, trie: PathTrie) {
    this.#trie = trie;
    this.#scanner = scanner;
    this.#cells = scanner.cells;
    this.#batch = batch;
    this.#hashesSlot = trie.slot('Hashes');
    this.#userSlot = trie.slot('User');
  }

  /** To be called before a batch, after more fields may have become wanted. */
  refresh(): void {
    this.#mask = Trait.whole | Trait.message;
    if (this.#trie.wants('Hashes')) this.#mask |= Trait.hashes;
    if (this.#trie.wants('User')) this.#mask |= Trait.user;
  }

  /** True when the row, whose cells are in the batch but not closed, has to be read the slow way. */
  needsWhole(bytes: Buffer): boolean {
    const traits = this.#scanner.traits & (this.#mask | Trait.data);
    if ((traits & this.#mask) === 0) return false;
    if ((traits & Trait.whole) !== 0) return true;
    if ((traits & Trait.hashes) !== 0 && !this.#has(this.#hashesSlot)) return true;
    if (
      (traits & Trait.user) !== 0 &&
      !this.#has(this.#userSlot) &&
      isSysmon(this.#value(bytes, Field.Provider_Name))
    ) {
      return true;
    }
    if ((traits & Trait.message) === 0) return false;
    if ((traits & Trait.data) === 0 && rendersMessage(this.#value(bytes, Field.Provider_Name))) return true;
    return (
      this.#cells.nxlogType &&
      hasEventType(this.#value(bytes, Field.EventID)) &&
      isSysmon(this.#value(bytes, Field.Provider_Name))
    );
  }

  /** Completes the cells of a row that is not read whole. False when it must be after all. */
  finish(bytes: Buffer): boolean {
    return this.#finishChannel(bytes) && this.#finishTime(bytes);
  }

  #finishChannel(bytes: Buffer): boolean {
    const batch = this.#batch;
    if (!this.#has(Field.Channel)) {
      const derived = channelOfProvider(this.#value(bytes, Field.Provider_Name));
      if (derived !== undefined) batch.addValue(Field.Channel, derived);
      return true;
    }
    const cell = this.#cells.slotCell[Field.Channel] as number;
    const kind = batch.cellKind[cell] as number;
    // Of several values, the first is the log the event is in.
    if (kind === Kind.list) return usualChannel(this.#value(bytes, Field.Channel)) === undefined;
    const first = bytes[batch.cellStart[cell] as number] as number;
    if (kind > Kind.escaped || (kind === Kind.text && (first < LOWER_A || first > LOWER_Z))) return true;
    const usual = usualChannel(this.#value(bytes, Field.Channel));
    if (usual !== undefined) this.#replace(cell, usual);
    return true;
  }

  #finishTime(bytes: Buffer): boolean {
    const { slotRank, slotCell, watchStart, watchEnd, watchRow, row } = this.#cells;
    const batch = this.#batch;
    if (!this.#has(Field.SystemTime) || (slotRank[Field.SystemTime] as number) <= 0) return true;
    const cell = slotCell[Field.SystemTime] as number;
    const kind = batch.cellKind[cell] as number;
    if (kind === Kind.escaped || kind === Kind.list) return false;
    if (kind !== Kind.text || bytes[(batch.cellEnd[cell] as number) - 1] === UPPER_Z) return true;
    if (!lacksZone(this.#value(bytes, Field.SystemTime))) return true;
    if (watchRow[Watch.utcTime] === row) {
      if ((watchStart[Watch.utcTime] as number) < 0) return false;
      batch.cellStart[cell] = watchStart[Watch.utcTime] as number;
      batch.cellEnd[cell] = watchEnd[Watch.utcTime] as number;
      return true;
    }
    if (watchRow[Watch.receivedTime] !== row || watchRow[Watch.timestamp] !== row) return true;
    if ((watchStart[Watch.receivedTime] as number) < 0 || (watchStart[Watch.timestamp] as number) < 0)
      return false;
    const quarters = this.#zone(bytes);
    if (quarters !== 0) batch.cellKind[cell] = Kind.shifted + quarters;
    return true;
  }

  /** The zone of the row by its two times of arrival, which neighbours often share. */
  #zone(bytes: Buffer): number {
    const { watchStart, watchEnd } = this.#cells;
    const local = bytes.toString('latin1', watchStart[Watch.receivedTime], watchEnd[Watch.receivedTime]);
    const utc = bytes.toString('latin1', watchStart[Watch.timestamp], watchEnd[Watch.timestamp]);
    if (local !== this.#zoneLocal || utc !== this.#zoneUtc) {
      this.#zoneLocal = local;
      this.#zoneUtc = utc;
      this.#zoneQuarters = zoneQuarters(local, utc);
    }
    return this.#zoneQuarters;
  }

  #has(slot: number): boolean {
    return this.#cells.slotRow[slot] === this.#cells.row;
  }

  /** The first value of one of the fixed fields, whose slot is its id. */
  #value(bytes: Buffer, slot: number): Value | undefined {
    if (!this.#has(slot)) return undefined;
    const batch = this.#batch;
    const cell = this.#cells.slotCell[slot] as number;
    const value = decodeCell(
      bytes,
      batch.cellKind[cell] as number,
      batch.cellStart[cell] as number,
      batch.cellEnd[cell] as number,
    );
    return Array.isArray(value) ? (value[0] as Value | undefined) : value;
  }

  #replace(cell: number, value: Value): void {
    const batch = this.#batch;
    batch.cellKind[cell] = EXTRA;
    batch.cellStart[cell] = batch.extra.push(value) - 1;
    batch.cellEnd[cell] = 0;
  }
}
