/**
 * Objects that only wrap an array of events, as interfaces and cloud services answer: CloudTrail `{"Records":[`,
 * Azure `{"records":[`, OData and Microsoft Graph `{"@odata.context":"...","value":[`, Elasticsearch
 * `{"took":1,"hits":{"hits":[`, Splunk `{"preview":false,"results":[`, XML turned into JSON `{"Events":{"Event":[`.
 *
 * An object is a wrapper when one of the names below holds an array of objects and every member before it is known
 * to be about the answer, not about an event. The array is then read element by element, so that its size does not
 * matter; what stands behind it is passed over, and told of when it is not known either.
 *
 * Ordinary events cost two comparisons: those that begin like the one before are not looked at again.
 */
import { isSpace, textEnd } from './lexical.ts';
import { NEED_MORE } from './scan.ts';

/** Names that hold the events, with the name inside for those that hold them one object further in. */
const payloads = new Map<string, string | null>(
  Object.entries({
    Records: null,
    records: null,
    value: null,
    Events: 'Event',
    events: null,
    hits: 'hits',
    results: null,
    Results: null,
    items: null,
    data: null,
    logs: null,
  }),
);
/** Names of members that may stand beside them. */
const metadata = new Set(
  `took timed_out terminated_early num_reduce_phases _shards _clusters _scroll_id pit_id total max_score aggregations
  suggest profile status is_partial is_running @odata.context @odata.count @odata.type @odata.nextLink
  @odata.deltaLink odata.metadata odata.nextLink @microsoft.graph.tips nextLink count Stats Schema preview init_offset
  offset messages fields highlighted post_process_count success error errors page pageSize limit next previous cursor
  totalCount size meta metadata links paging pagination hasMore requestId xmlns #attributes @xmlns`.split(
    /\s+/u,
  ),
);
const known = [...payloads.keys(), ...metadata];
const longest = Math.max(...known.map((name) => name.length));
/** The same with their closing quotes, by their first four bytes as a number. */
const byHead = Map.groupBy(
  known.map((name) => `${name}"`),
  (name) => Buffer.from(name).readInt32LE(0),
);
/** Members before the array that take more than this make the object an event. */
const MAX_HEAD = 64 * 1024;
/** `start`: the object is no wrapper. */
export const NO_WRAPPER = 0;

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

export class WrapperFinder {
  /** Objects around the array that `start` found last. */
  depth = 1;
  /** The first eight bytes of the name that ordinary objects begin with. */
  #low = 0;
  #high = 0;

  /** True when the object that opens at `at` has to be looked at. Zeros follow the bytes. */
  mayStart(bytes: Buffer, at: number): boolean {
    const low = bytes.readInt32LE(at + 2);
    const high = bytes.readInt32LE(at + 6);
    if (low === this.#low && high === this.#high && bytes[at + 1] === QUOTE) return false;
    if (bytes[at + 1] !== QUOTE) return true;
    const names = byHead.get(low);
    if (names !== undefined) {
      const start = bytes.toString('latin1', at + 2, at + 10);
      if (names.some((name) => name.startsWith(start.slice(0, name.length)))) return true;
    }
    // Nor is any other object that begins so.
    this.#low = low;
    this.#high = high;
    return false;
  }

  /**
   * Where the array in the object that opens at `from` begins, behind its bracket; `NO_WRAPPER`, or `NEED_MORE` when
   * the bytes end before that can be told.
   */
  start(bytes: Buffer, from: number, limit: number): number {
    const end = Math.min(limit, from + MAX_HEAD);
    const undecided = end < limit ? NO_WRAPPER : NEED_MORE;
    let inner: string | null = null;
    let at = from + 1;
    this.depth = 1;
    for (;;) {
      at = pastSpace(bytes, at, end);
      if (at >= end) return undecided;
      if (bytes[at] !== QUOTE) return NO_WRAPPER;
      const nameEnd = bytes.indexOf(QUOTE, at + 1);
      if (nameEnd < 0 || nameEnd >= end) return end - at > longest + 1 ? NO_WRAPPER : undecided;
      const name = nameEnd - at > longest + 1 ? '' : bytes.toString('latin1', at + 1, nameEnd);
      at = pastSpace(bytes, nameEnd + 1, end);
      if (at >= end) return undecided;
      if (bytes[at] !== COLON) return NO_WRAPPER;
      at = pastSpace(bytes, at + 1, end);
      if (at >= end) return undecided;
      if (inner === null ? payloads.has(name) : name === inner) {
        if (bytes[at] === OPEN_LIST) {
          const first = pastSpace(bytes, at + 1, end);
          if (first >= end) return undecided;
          return bytes[first] === OPEN || bytes[first] === CLOSE_LIST ? at + 1 : NO_WRAPPER;
        }
        inner = inner === null && bytes[at] === OPEN ? (payloads.get(name) as string | null) : null;
        if (inner === null) return NO_WRAPPER;
        this.depth++;
        at++;
        continue;
      }
      if (!metadata.has(name)) return NO_WRAPPER;
      at = valueEnd(bytes, at, end);
      if (at >= 0) at = pastSpace(bytes, at, end);
      if (at < 0 || at >= end) return undecided;
      if (bytes[at] !== COMMA) return NO_WRAPPER;
      at++;
    }
  }
}

/** Passes what follows the array, up to the end of the objects around it. */
export class WrapperTail {
  /** Line feeds passed. */
  newlines = 0;
  /** Members that are not known to be about the answer. */
  others = 0;
  /** It ends before its last bracket. */
  broken = false;
  #depth: number;
  /** The depth of the wrapper's innermost object that is still open. */
  #level: number;
  #expected: 'name' | 'value' | 'end' = 'end';
  #inText = false;
  #escaped = false;
  #name: string | null = null;

  constructor(depth: number) {
    this.#depth = this.#level = depth;
  }

  /** Where reading goes on, or -1 when the bytes end before. */
  skip(bytes: Buffer, from: number, end: number): number {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (this.#inText) {
        if (byte === LF) return this.#break(at);
        this.#passText(byte);
      } else if (byte === LF) {
        this.newlines++;
      } else if (byte === QUOTE) {
        this.#inText = true;
        this.#name = this.#depth === this.#level && this.#expected === 'name' ? '' : null;
      } else if (byte === COMMA) {
        this.#expected = 'name';
      } else if (byte === COLON) {
        this.#expected = 'value';
      } else if (byte === OPEN || byte === OPEN_LIST) {
        if (this.#depth === this.#level && this.#expected !== 'value') return this.#break(at);
        this.#depth++;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        this.#depth--;
        this.#level = Math.min(this.#level, this.#depth);
        this.#expected = 'end';
        if (this.#depth === 0) return at + 1;
      }
    }
    return -1;
  }

  #passText(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inText = false;
      if (this.#name !== null && !metadata.has(this.#name)) this.others++;
      return;
    }
    if (this.#name !== null && this.#name.length <= longest) this.#name += String.fromCharCode(byte);
  }

  #break(at: number): number {
    this.broken = true;
    return at;
  }
}

function pastSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(bytes[at] as number)) at++;
  return at;
}

/** The end of any value, by its quotes and brackets only; -1 when the bytes end first. */
function valueEnd(bytes: Buffer, from: number, end: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = textEnd(bytes, at + 1, end);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth-- <= 1) return depth < 0 ? at : at + 1;
    } else if (depth === 0 && byte === COMMA) return at;
  }
  return -1;
}
