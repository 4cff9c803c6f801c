/**
 * Whether a raw row could hold one of the keywords, decided on its bytes: a row is only decoded for keyword rules
 * when it might match. Over-approximates, never omits.
 *
 * Each keyword is represented by a run of its characters that no encoding changes: not escaped in JSON, and not
 * producible by rendering a binary value (digits, hexadecimal, GUID, SID, time), since those are not in the bytes
 * as text. A keyword without such a run makes every row a candidate. The runs are sought all at once by looking at
 * three characters and skipping as far as no run can begin (Wu and Manber's method): bench/hunt.ts.
 */
import type { EventBatch } from '../events/index.ts';
import type { Atom } from './atoms.ts';
import { rollGram } from './needles.ts';

/** Characters that are in no rendering of a number, GUID, SID or time; words are left to `rendered`. */
const certain = /[g-ru-wy _;,=!?@#$%^*[\]|~]|::/;
const rendered = ['true', 'false', 'infinity', 'nan'];
const runOf = /[a-z0-9 _.:;,=()!?@#$%^*[\]{}|~-]{3,}/g;

/** Bytes that may stand for ASCII letters after all: escapes, and two letters beyond ASCII that fold to k and i. */
const disguises = {
  json: ['\\u0', '\\u2', '\u212A', '\u0130'].map((text) => Buffer.from(text)),
  utf16le: ['\u212A', '\u0130'].map((text) => Buffer.from(text, 'utf16le')),
} as const;

export class KeywordScan {
  readonly #runs: string[] = [];
  readonly #always: boolean;
  /** Length of the shortest run: all are sought by their first so many characters. */
  readonly #window: number;
  /** How far to go on from three characters; 0 where a run may end its window. */
  readonly #shift = new Uint8Array(1 << 15);
  /** Next place of each disguise in the batch at hand. */
  #next: number[] = [];
  #serial = -1;

  constructor(atoms: Iterable<Atom>) {
    let always = false;
    for (const atom of atoms) {
      const run = certainRun(atom);
      if (run === '') always = true;
      else if (!this.#runs.includes(run)) this.#runs.push(run);
    }
    this.#always = always;
    const window = Math.min(20, ...this.#runs.map((run) => run.length));
    this.#window = window;
    this.#shift.fill(window - 2);
    for (const run of this.#runs) {
      let hash = 0;
      for (let i = 0; i < window; i++) {
        hash = rollGram(hash, run.charCodeAt(i));
        if (i >= 2) this.#shift[hash] = Math.min(this.#shift[hash] as number, window - 1 - i);
      }
    }
  }

  /** `serial` is another number for each batch. */
  mayMatch(batch: EventBatch, row: number, serial: number): boolean {
    const { rawText, bytes } = batch;
    if (this.#always || rawText === null) return true;
    const from = batch.rowFrom[row] as number;
    const to = batch.rowTo[row] as number;
    if (this.#disguised(bytes, rawText, from, to, serial)) return true;
    if (rawText === 'json') return this.#scan(bytes, from, to, 1);
    // Text may start at an even or an odd byte.
    return this.#scan(bytes, from, to, 2) || this.#scan(bytes, from + 1, to, 2);
  }

  #scan(bytes: Uint8Array, from: number, to: number, step: number): boolean {
    const shift = this.#shift;
    const reach = (this.#window - 1) * step;
    for (let at = from + reach; at < to;) {
      const a = lower[bytes[at - 2 * step] as number] as number;
      const b = lower[bytes[at - step] as number] as number;
      const hash = ((a << 10) ^ (b << 5) ^ (lower[bytes[at] as number] as number)) & 0x7fff;
      const skip = shift[hash] as number;
      if (skip > 0) at += skip * step;
      else {
        if (this.#verify(bytes, at - reach, step, to)) return true;
        at += step;
      }
    }
    return false;
  }

  #verify(bytes: Uint8Array, at: number, step: number, to: number): boolean {
    next: for (const run of this.#runs) {
      if (at + (run.length - 1) * step >= to) continue;
      for (let i = 0, p = at; i < run.length; i++, p += step) {
        if (lower[bytes[p] as number] !== run.charCodeAt(i)) continue next;
      }
      return true;
    }
    return false;
  }

  #disguised(bytes: Uint8Array, kind: 'json' | 'utf16le', from: number, to: number, serial: number): boolean {
    if (serial !== this.#serial) {
      this.#serial = serial;
      this.#next = disguises[kind].map(() => -1);
    }
    let found = false;
    for (let i = 0; i < this.#next.length; i++) {
      if ((this.#next[i] as number) < from) {
        const place = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(
          disguises[kind][i] as Buffer,
          from,
        );
        this.#next[i] = place < 0 ? Infinity : place;
      }
      found ||= (this.#next[i] as number) < to;
    }
    return found;
  }
}

const lower = Uint8Array.from({ length: 256 }, (_, i) => (i >= 0x41 && i <= 0x5a ? i + 32 : i));

/** The longest run that is certain to stand in the bytes, or ''. */
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
