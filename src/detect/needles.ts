/**
 * Finds which of many literals occur in a text, in one pass over the text: each literal is filed under one of
 * its 3-character grams, the one that fewest other literals share and that is rarest in practice; a rolling hash
 * of the last three characters looks the grams up. Over-approximates through hash collisions, never omits:
 * `visit` gets every (literal, start) that truly occurs. Literals shorter than three characters do not belong here.
 *
 * Benchmark: bench/hunt.ts; a full automaton was slower on real values (many distinct, short lived).
 */
const gramBits = 15;
const gramMask = (1 << gramBits) - 1;
/** How many literals share a gram; used while an index is built only. */
const counts = new Uint16Array(1 << gramBits);

/** Next state of the rolling hash: depends on the last three characters only. */
export function rollGram(hash: number, code: number): number {
  return ((hash << 5) ^ code) & gramMask;
}

export class NeedleSet {
  /** 0: no literal has this gram; otherwise 1 + index into `#lists`. */
  readonly #table = new Uint16Array(1 << gramBits);
  readonly #lists: Int32Array[] = [];
  readonly #offsets: Int32Array;
  readonly literals: readonly string[];

  constructor(literals: readonly string[]) {
    this.literals = literals;
    counts.fill(0);
    for (const literal of literals) {
      let hash = 0;
      for (let i = 0; i < literal.length; i++) {
        hash = rollGram(hash, literal.charCodeAt(i));
        if (i >= 2 && (counts[hash] as number) < 0xffff) counts[hash] = (counts[hash] as number) + 1;
      }
    }
    this.#offsets = new Int32Array(literals.length);
    const filed = new Map<number, number[]>();
    for (const [index, literal] of literals.entries()) {
      const { gram, end } = rarestGram(literal);
      this.#offsets[index] = end;
      const list = filed.get(gram);
      if (list) list.push(index);
      else filed.set(gram, [index]);
    }
    for (const [gram, list] of filed) {
      this.#lists.push(Int32Array.from(list));
      this.#table[gram] = this.#lists.length;
    }
  }

  /** Calls `visit(literal index, start)` for every filed place where the literal stands in the text. */
  scan(text: string, visit: (literal: number, start: number) => void): void {
    const table = this.#table;
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = ((hash << 5) ^ text.charCodeAt(i)) & gramMask;
      const list = table[hash] as number;
      if (list !== 0 && i >= 2) this.#verify(list - 1, text, i, visit);
    }
  }

  #verify(list: number, text: string, end: number, visit: (literal: number, start: number) => void): void {
    for (const index of this.#lists[list] as Int32Array) {
      const start = end - (this.#offsets[index] as number);
      if (start >= 0 && text.startsWith(this.literals[index] as string, start)) visit(index, start);
    }
  }
}

/** The same for literals of one or two characters: looks every pair of neighbours up. */
export class ShortNeedles {
  readonly #literals: ReadonlySet<string>;
  readonly #single: boolean;
  readonly #table = new Uint8Array(1 << 12);

  constructor(literals: Iterable<string>) {
    this.#literals = new Set(literals);
    this.#single = [...this.#literals].some((literal) => literal.length === 1);
    for (const literal of this.#literals) this.#table[hashPair(literal, 0)] = 1;
  }

  /** Calls `visit` for every literal that stands in the text, once a place. */
  scan(text: string, visit: (literal: string) => void): void {
    for (let i = 0; i < text.length; i++) {
      if (this.#table[hashPair(text, i)] === 1) {
        const pair = text.slice(i, i + 2);
        if (this.#literals.has(pair)) visit(pair);
      }
      if (this.#single) {
        const char = text[i] as string;
        if (this.#literals.has(char)) visit(char);
      }
    }
  }
}

function hashPair(text: string, at: number): number {
  // Beyond the end charCodeAt is NaN, which the operators take as 0.
  return ((text.charCodeAt(at) << 5) ^ text.charCodeAt(at + 1)) & 0xfff;
}

/** Characters that make a gram common in Windows paths and command lines. */
const commonText =
  'c:\\windows\\system32\\.exe program files users appdata microsoft http:// -e /c software currentversion';
const commonGrams = new Set<number>();
{
  let hash = 0;
  for (let i = 0; i < commonText.length; i++) {
    hash = rollGram(hash, commonText.charCodeAt(i));
    if (i >= 2) commonGrams.add(hash);
  }
}

function rarestGram(literal: string): { gram: number; end: number } {
  let hash = 0;
  let best = { gram: 0, end: 2 };
  let bestCost = Infinity;
  for (let i = 0; i < literal.length; i++) {
    hash = rollGram(hash, literal.charCodeAt(i));
    if (i < 2) continue;
    const cost = (counts[hash] as number) + (commonGrams.has(hash) ? 1000 : 0);
    if (cost < bestCost) {
      bestCost = cost;
      best = { gram: hash, end: i };
    }
  }
  return best;
}
