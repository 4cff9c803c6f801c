/**
 * Numbers under (host, GUID): open addressing over four words and a host, which takes a fifth of the time of a Map of
 * texts (bench/process-tree.ts). The words stay where they are: a number says where.
 */
import { sameGuid } from './guid.ts';

/** Where the GUID of an entry lies. */
export interface GuidPlaces {
  /** Words, place of the first, and host of an entry. */
  wordsOf(entry: number): Uint32Array;
  placeOf(entry: number): number;
  hostOf(entry: number): number;
}

export class GuidTable {
  size = 0;
  #slots: Int32Array;
  #mask: number;
  readonly #places: GuidPlaces;

  constructor(places: GuidPlaces, expected = 0) {
    this.#places = places;
    let slots = 16;
    while (slots < expected * 2) slots *= 2;
    this.#slots = new Int32Array(slots).fill(-1);
    this.#mask = slots - 1;
  }

  /** The entry of this GUID on this host, or -1. */
  find(words: Uint32Array, place: number, host: number): number {
    return this.#slots[this.#slotOf(words, place, host)] as number;
  }

  /** The entry that is there already; else `entry` is put there and given back. */
  findOrAdd(words: Uint32Array, place: number, host: number, entry: number): number {
    const slot = this.#slotOf(words, place, host);
    const found = this.#slots[slot] as number;
    if (found >= 0) return found;
    this.#slots[slot] = entry;
    if (++this.size * 2 > this.#slots.length) this.#grow();
    return entry;
  }

  #slotOf(words: Uint32Array, place: number, host: number): number {
    const places = this.#places;
    let slot = hashOf(words, place, host) & this.#mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry < 0) return slot;
      if (
        places.hostOf(entry) === host &&
        sameGuid(places.wordsOf(entry), places.placeOf(entry), words, place)
      )
        return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(-1);
    this.#mask = this.#slots.length - 1;
    const places = this.#places;
    for (const entry of old) {
      if (entry < 0) continue;
      let slot = hashOf(places.wordsOf(entry), places.placeOf(entry), places.hostOf(entry)) & this.#mask;
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry;
    }
  }
}

/** Differs from run to run, so that no file can be made whose GUIDs all fall on one slot. */
const seed = Math.trunc(Math.random() * 0x7fffffff) | 1;

function hashOf(words: Uint32Array, place: number, host: number): number {
  let hash = Math.imul(host + seed, 0x9e3779b1);
  for (let i = place; i < place + 4; i++) {
    hash = Math.imul(hash ^ (words[i] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
