/**
 * Whether a raw row could hold one of the keywords, decided on its bytes: a row is only decoded for keyword rules
 * when it might match. Over-approximates, never omits.
 *
 * Each keyword is represented by a run of its characters that no encoding changes: not escaped in JSON, and not
 * producible by rendering a binary value (digits, hexadecimal, GUID, SID, time), since those are not in the bytes
 * as text. A keyword without such a run makes every row a candidate.
 */
import type { EventBatch } from '../events/index.ts';
import type { Atom } from './atoms.ts';
import { rollGram } from './needles.ts';

/** Characters that are in no rendering of a number, GUID, SID or time; words are left to `rendered`. */
const certain = /[g-ru-wy _;,=!?@#$%^*[\]|~]|::/;
const rendered = ['true', 'false', 'infinity', 'nan'];
const runOf = /[a-z0-9 _.:;,=()!?@#$%^*[\]{}|~-]{3,}/g;

export class KeywordScan {
  readonly #table = new Uint8Array(1 << 15);
  readonly #runs: string[] = [];
  readonly #always: boolean;

  constructor(atoms: Iterable<Atom>) {
    let always = false;
    for (const atom of atoms) {
      const run = certainRun(atom);
      if (run === '') always = true;
      else if (!this.#runs.includes(run)) this.#runs.push(run);
    }
    this.#always = always;
    for (const run of this.#runs) {
      let hash = 0;
      for (let i = 0; i < 3; i++) hash = rollGram(hash, run.charCodeAt(i));
      this.#table[hash] = 1;
    }
  }

  mayMatch(batch: EventBatch, row: number): boolean {
    if (this.#always || batch.rawText === null) return true;
    const from = batch.rowFrom[row] as number;
    const to = batch.rowTo[row] as number;
    return batch.rawText === 'json'
      ? this.#scanJson(batch.bytes, from, to)
      : this.#scanUtf16(batch.bytes, from, to);
  }

  #scanJson(bytes: Uint8Array, from: number, to: number): boolean {
    const table = this.#table;
    let hash = 0;
    for (let i = from; i < to; i++) {
      const byte = lower[bytes[i] as number] as number;
      hash = ((hash << 5) ^ byte) & 0x7fff;
      if (table[hash] === 1 && this.#verify(bytes, i - 2, 1, to)) return true;
      // An escaped letter could spell a keyword, and two letters beyond ASCII fold to k and i.
      if (byte === 0x5c && bytes[i + 1] === 0x75) {
        if (bytes[i + 2] === 0x30 || bytes[i + 2] === 0x32) return true;
      } else if (byte === 0xaa) {
        if (bytes[i - 1] === 0x84 && bytes[i - 2] === 0xe2) return true;
      } else if (byte === 0xb0 && bytes[i - 1] === 0xc4) return true;
    }
    return false;
  }

  /** Text may start at any byte: even and odd places are rolled apart. */
  #scanUtf16(bytes: Uint8Array, from: number, to: number): boolean {
    const table = this.#table;
    let even = 0;
    let odd = 0;
    for (let i = from; i + 1 < to; i += 2) {
      even = ((even << 5) ^ (lower[bytes[i] as number] as number)) & 0x7fff;
      odd = ((odd << 5) ^ (lower[bytes[i + 1] as number] as number)) & 0x7fff;
      if (table[even] === 1 && this.#verify(bytes, i - 4, 2, to)) return true;
      if (table[odd] === 1 && this.#verify(bytes, i - 3, 2, to)) return true;
      if (foldsToAscii(bytes, i) || foldsToAscii(bytes, i + 1)) return true;
    }
    return false;
  }

  #verify(bytes: Uint8Array, at: number, step: number, to: number): boolean {
    next: for (const run of this.#runs) {
      if (at < 0 || at + (run.length - 1) * step >= to) continue;
      for (let i = 0, p = at; i < run.length; i++, p += step) {
        if (lower[bytes[p] as number] !== run.charCodeAt(i)) continue next;
      }
      return true;
    }
    return false;
  }
}

const lower = Uint8Array.from({ length: 256 }, (_, i) => (i >= 0x41 && i <= 0x5a ? i + 32 : i));

/** The Kelvin sign (k) or the dotted capital I (i) in UTF-16LE. */
function foldsToAscii(bytes: Uint8Array, at: number): boolean {
  const low = bytes[at];
  return (low === 0x2a && bytes[at + 1] === 0x21) || (low === 0x30 && bytes[at + 1] === 0x01);
}

/** The longest run that is certain to stand in the bytes, or ''. Starts with the gram to look for. */
function certainRun(atom: Atom): string {
  const literals =
    atom.kind === 'contains' ? [atom.text] : atom.value?.kind === 'string' ? atom.value.parts : [];
  let best = '';
  for (const part of literals) {
    if (typeof part !== 'string') continue;
    for (const [run] of part.toLowerCase().matchAll(runOf)) {
      if (run.length > best.length && certain.test(run) && !rendered.some((word) => word.includes(run)))
        best = run;
    }
  }
  return best;
}
