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

  /** Whether a keyword may stand in a row that has no disguises. */
  mayMatch(batch: EventBatch, row: number): boolean {
    const { rawText, bytes } = batch;
    if (this.#always || rawText === null) return true;
    const from = batch.rowFrom[row] as number;
    const to = batch.rowTo[row] as number;
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
}

/** Finds the rows of a batch that hold disguised letters, by one search of each batch. */
export class DisguiseScan {
  #next: number[] = [];
  #end = 0;

  startBatch(batch: EventBatch): void {
    this.#next = batch.rawText === null ? [] : disguises[batch.rawText].map(() => -1);
    this.#end = batch.length === 0 ? 0 : (batch.rowTo[batch.length - 1] as number);
  }

  /** Rows are asked for in order. */
  inRow(batch: EventBatch, row: number): boolean {
    const { rawText, bytes } = batch;
    if (rawText === null) return true;
    const from = batch.rowFrom[row] as number;
    let found = false;
    for (let i = 0; i < this.#next.length; i++) {
      if ((this.#next[i] as number) < from) {
        const rest = Buffer.from(bytes.buffer, bytes.byteOffset + from, this.#end - from);
        const place = rest.indexOf(disguises[rawText][i] as Buffer);
        this.#next[i] = place < 0 ? Infinity : from + place;
      }
      found ||= (this.#next[i] as number) < (batch.rowTo[row] as number);
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
