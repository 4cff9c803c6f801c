/**
 * The scanner of one JSON object (RFC 8259) over bytes: checks its structure, follows its member names through the
 * path trie, and adds a cell for each wanted value, without making strings or objects. Benchmark: `bench/ndjson.ts`;
 * slow twin: `JSON.parse` and `canonicalise`.
 *
 * What it does not check, because nobody may ever look: escapes, and control characters in long text.
 * What it can not do (members named twice, objects in arrays that hold wanted fields, derived fields) it leaves to
 * the slow way by setting `Trait.whole` for the row.
 */
import { type EventBatch, Trait } from '../../events/index.ts';
import { Kind } from './kinds.ts';
import { isSpace, numberEnd, textEnd } from './lexical.ts';
import { NEEDS_SPAN, Node, OVERFLOW, type PathTrie, ROOT } from './path-trie.ts';
import { RowCells } from './row-cells.ts';

/** Results of `scan` that are not an end. */
export const NEED_MORE = -1;
export const BAD = -2;
export const TOO_DEEP = -3;

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** The same byte four times. */
const ONES = 0x01010101;
const SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const HIGH_BITS = 0x80808080 | 0;
/** Text this long is searched with `indexOf`, whose call costs about as much as this many steps of a loop. */
const LONG_TEXT = 32;

export class Scanner {
  /** What the row says about itself; see `Trait`. Set by `scan`. */
  traits = 0;
  /** Line feeds met outside of text, and where a bad object stopped making sense. */
  newlines = 0;
  errorAt = 0;
  readonly cells: RowCells;

  readonly #trie: PathTrie;
  readonly #maxDepth: number;
  /** Per open object or array: the node whose members it holds, negative (~node) for an array. */
  readonly #stack: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer, 0, 0);
  /** The first backslash at or after `slashFrom`. */
  #slashAt = -1;
  #slashFrom = 0;
  #nameEnd = 0;
  #unusualName = false;

  constructor(trie: PathTrie, batch: EventBatch, maxDepth: number) {
    this.#trie = trie;
    this.cells = new RowCells(trie, batch);
    this.#maxDepth = maxDepth;
    this.#stack = new Int32Array(maxDepth + 2);
  }

  /** To be called when the bytes of the buffer have changed. */
  reset(): void {
    this.#slashAt = -1;
  }

  /**
   * Scans the object that opens at `from`; cells go to the row being built. Returns where it ends, or one of
   * `NEED_MORE` (the bytes end first), `BAD` (at `errorAt`), `TOO_DEEP`. Zeros must follow at `limit`. The bytes
   * must not change while rows of one buffer are scanned; `reset` tells that they did.
   */
  scan(bytes: Buffer, from: number, limit: number): number {
    const trie = this.#trie;
    const stack = this.#stack;
    const maxDepth = this.#maxDepth;
    const cells = this.cells;
    const row = cells.begin();
    let { nodes, nameWords, names } = trie;
    let traits = 0;
    let newlines = 0;
    let depth = 0;
    let node = ROOT; // whose members are read
    let previous = -1; // the member before, or -1
    let lists = 0; // open arrays
    let list = 0; // the node of the outermost open array, where it starts, and what it held
    let listStart = 0;
    let listHasObject = false;
    let listHasPlain = false;
    let listObjects = 0; // objects open in it
    let at = from + 1;
    this.traits = 0;
    this.newlines = 0;
    stack[0] = ROOT;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const view = this.#view;

    for (;;) {
      let byte = bytes[at] as number;
      let value = 0;
      if ((stack[depth] as number) >= 0) {
        // A member: name, colon.
        while (byte <= 0x20) {
          if (byte === LF) newlines++;
          else if (!isSpace(byte)) return this.#stop(at, limit);
          byte = bytes[++at] as number;
        }
        if (byte === CLOSE && previous < 0) {
          // An empty object; closed below.
          value = -1;
        } else {
          if (byte !== QUOTE) return this.#stop(at, limit);
          at++;
          // Most events name the same members in the same order as the one before.
          const guessAt = previous < 0 ? node + Node.first : previous + Node.next;
          let guess = nodes[guessAt] as number;
          if (guess !== 0 && nodes[guess + Node.parent] === node) {
            // Four bytes at a time, then the rest; the closing quote is part of the name.
            const length = nodes[guess + Node.nameLength] as number;
            const start = nodes[guess + Node.nameStart] as number;
            let same = 0;
            for (let word = start >> 2; same + 4 <= length; word++, same += 4) {
              if (view.getInt32(at + same, true) !== nameWords[word]) break;
            }
            while (same < length && bytes[at + same] === names[start + same]) same++;
            if (same === length && at + length <= limit) at += length;
            else guess = 0;
          } else {
            guess = 0;
          }
          if (guess === 0) {
            guess = this.#name(bytes, at, limit, node);
            if (guess < 0) return this.#stop(this.#nameEnd, limit);
            at = this.#nameEnd + 1;
            ({ nodes, nameWords, names } = trie);
            if (this.#unusualName) this.#unusualName = false;
            else nodes[guessAt] = guess;
          }
          value = previous = guess;
          if (lists === 0) {
            if (nodes[value + Node.seen] === row) traits |= Trait.whole;
            nodes[value + Node.seen] = row;
          }
          byte = bytes[at] as number;
          while (byte <= 0x20) {
            if (byte === LF) newlines++;
            else if (!isSpace(byte)) return this.#stop(at, limit);
            byte = bytes[++at] as number;
          }
          if (byte !== COLON) return this.#stop(at, limit);
          byte = bytes[++at] as number;
        }
      } else {
        value = ~(stack[depth] as number);
      }

      if (value >= 0) {
        while (byte <= 0x20) {
          if (byte === LF) newlines++;
          else if (!isSpace(byte)) return this.#stop(at, limit);
          byte = bytes[++at] as number;
        }
        const start = at;
        let kind: number = Kind.text;
        switch (byte) {
          case QUOTE: {
            const needed = lists === 0 ? (nodes[value + Node.info] as number) & NEEDS_SPAN : 0;
            const long = at + LONG_TEXT;
            at++;
            for (;;) {
              // Four bytes at a time as long as none of them is a quote, a backslash or a control character.
              const word = view.getInt32(at, true);
              const quotes = word ^ QUOTES;
              const slashes = word ^ BACKSLASHES;
              const special =
                ((quotes - ONES) & ~quotes) | ((slashes - ONES) & ~slashes) | ((word - SPACES) & ~word);
              if ((special & HIGH_BITS) === 0) {
                at += 4;
              } else {
                byte = bytes[at] as number;
                while (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++at] as number;
                if (byte === QUOTE) break;
                if (byte !== BACKSLASH) return this.#stop(at, limit);
                kind = Kind.escaped;
                at += 2;
              }
              if (at > long) {
                const rest = at;
                at = textEnd(bytes, at, limit);
                if (at < 0) return NEED_MORE;
                if (needed !== 0 && kind === Kind.text && this.#hasSlash(bytes, rest, at))
                  kind = Kind.escaped;
                break;
              }
            }
            if (at >= limit) return NEED_MORE;
            at++;
            break;
          }
          case OPEN:
          case OPEN_LIST: {
            if (++depth >= maxDepth) return TOO_DEEP;
            if (byte === OPEN_LIST) {
              if (lists++ === 0) {
                list = value;
                listStart = start;
                listHasObject = listHasPlain = false;
                listObjects = 0;
              } else if (listObjects === 0) {
                listHasPlain = true;
              }
              stack[depth] = ~value;
              at++;
              byte = bytes[at] as number;
              while (byte <= 0x20) {
                if (byte === LF) newlines++;
                else if (!isSpace(byte)) return this.#stop(at, limit);
                byte = bytes[++at] as number;
              }
              if (byte !== CLOSE_LIST) continue;
              // An empty array; closed below.
              if (listHasObject && lists > 1) traits |= cells.inList(value);
            } else {
              if (lists > 0) {
                listHasObject = true;
                listObjects++;
              }
              stack[depth] = value;
              node = value;
              previous = -1;
              at++;
              continue;
            }
            kind = -1;
            break;
          }
          case LOWER_T:
            if (bytes[at + 1] !== 0x72 || bytes[at + 2] !== 0x75 || bytes[at + 3] !== LOWER_E) {
              return this.#stopInWord(bytes, at, limit);
            }
            at += 4;
            kind = Kind.true;
            break;
          case LOWER_F:
            if (bytes[at + 1] !== 0x61 || bytes[at + 2] !== 0x6c || bytes[at + 3] !== 0x73) {
              return this.#stopInWord(bytes, at, limit);
            }
            if (bytes[at + 4] !== LOWER_E) return this.#stop(at + 4, limit);
            at += 5;
            kind = Kind.false;
            break;
          case LOWER_N:
            if (bytes[at + 1] !== 0x75 || bytes[at + 2] !== 0x6c || bytes[at + 3] !== 0x6c) {
              return this.#stopInWord(bytes, at, limit);
            }
            at += 4;
            kind = Kind.null;
            break;
          default:
            at = numberEnd(bytes, at);
            if (at < 0) return this.#stop(-at, limit);
            kind = Kind.number;
        }
        if (kind >= 0) {
          if (lists > 0) {
            if (listObjects === 0) listHasPlain = true;
            if (listHasObject) traits |= cells.inList(value);
          } else {
            const what = nodes[value + Node.info] as number;
            traits |= what;
            if ((what & NEEDS_SPAN) !== 0) {
              if (kind <= Kind.escaped) traits |= cells.leaf(bytes, value, kind, start + 1, at - 1);
              else traits |= cells.leaf(bytes, value, kind, start, at);
            }
          }
          byte = bytes[at] as number;
        }
      }

      // After a value (or at the end of an empty object or array): close what ends here.
      for (;;) {
        while (byte <= 0x20) {
          if (byte === LF) newlines++;
          else if (!isSpace(byte)) return this.#stop(at, limit);
          byte = bytes[++at] as number;
        }
        if (byte === COMMA) {
          at++;
          byte = bytes[at] as number;
          if ((stack[depth] as number) < 0) break;
          // A comma promises another member.
          while (byte <= 0x20) {
            if (byte === LF) newlines++;
            else if (!isSpace(byte)) return this.#stop(at, limit);
            byte = bytes[++at] as number;
          }
          if (byte !== QUOTE) return this.#stop(at, limit);
          break;
        }
        const open = stack[depth] as number;
        if (byte === CLOSE && open >= 0) {
          at++;
          if (lists > 0) listObjects--;
          if (depth === 0) {
            this.traits |= traits & 0xff;
            this.newlines = newlines;
            return at;
          }
        } else if (byte === CLOSE_LIST && open < 0) {
          at++;
          if (--lists === 0) {
            if (!listHasObject) traits |= cells.leaf(bytes, list, Kind.list, listStart, at);
            else if (listHasPlain) traits |= cells.inList(list);
          }
        } else {
          return this.#stop(at, limit);
        }
        previous = open < 0 ? ~open : open;
        depth--;
        const outer = stack[depth] as number;
        node = outer < 0 ? ~outer : outer;
        byte = bytes[at] as number;
      }
    }
  }

  /** True when there is a backslash in `from` .. `to`. The place found is kept, so that no byte is searched twice. */
  #hasSlash(bytes: Buffer, from: number, to: number): boolean {
    if (this.#slashFrom > from || this.#slashAt < from) {
      const at = bytes.indexOf(BACKSLASH, from);
      this.#slashFrom = from;
      this.#slashAt = at < 0 ? bytes.length : at;
    }
    return this.#slashAt < to;
  }

  /** The node of a name that was not guessed; sets `#nameEnd` to its closing quote. -1 when it is no name. */
  #name(bytes: Buffer, from: number, limit: number, node: number): number {
    let at = from;
    let unusual = false;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        unusual = true;
        at++;
      } else if (byte < 0x20) {
        this.#nameEnd = at;
        return -1;
      } else if (byte >= 0x80) {
        unusual = true;
      }
      at++;
      if (at > limit) break;
    }
    this.#nameEnd = at;
    if (at >= limit) return -1;
    if (!unusual) return this.#trie.child(node, bytes, from, at);
    // Escapes, and bytes that may not be UTF-8: by the text that they mean. Never guessed, since bytes differ.
    this.#unusualName = true;
    try {
      const text = JSON.parse(`"${bytes.toString('utf8', from, at)}"`) as string;
      const plain = Buffer.from(text);
      // A lone surrogate has no bytes of its own.
      return plain.toString() === text ? this.#trie.child(node, plain, 0, plain.length) : OVERFLOW;
    } catch {
      return -1;
    }
  }

  #stop(at: number, limit: number): number {
    this.errorAt = at;
    return at >= limit ? NEED_MORE : BAD;
  }

  /** `true`, `false`, `null` that is cut or misspelt. */
  #stopInWord(bytes: Buffer, from: number, limit: number): number {
    let at = from;
    while (at < limit && (bytes[at] as number) >= 0x61 && (bytes[at] as number) <= 0x7a) at++;
    return this.#stop(at >= limit ? limit : from, limit);
  }
}
