/** Counts of distinct lines, as typed arrays: a line is a number that grows by one name at a time. */

const namesBits = 2 ** 26;

/** Lines of names: each is the line before it and one name more. */
export class LineNumbers {
  readonly #byKey = new Map<number, number>();
  readonly #before: number[] = [];
  readonly #name: number[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get full(): boolean {
    return this.#name.length >= this.#most;
  }

  /** The number of a line with one name more; `before` -1: of a line of that name only. -1: there is no room. */
  add(before: number, name: number): number {
    const key = (before + 1) * namesBits + name;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.full) return -1;
    this.#before.push(before);
    const line = this.#name.push(name) - 1;
    this.#byKey.set(key, line);
    return line;
  }

  /** Its names, the first first. */
  names(line: number): number[] {
    const names: number[] = [];
    for (let at = line; at >= 0; at = this.#before[at] as number) names.push(this.#name[at] as number);
    return names.reverse();
  }
}

export interface Stack {
  readonly line: number;
  count: number;
  hosts: number;
  /** Numbers of the first hosts. */
  readonly someHosts: number[];
  lastHost: number;
  first: number;
  last: number;
  /** The node with the least number. */
  example: number;
}

const mostHostNames = 10;

/** Nodes must come host by host. */
export function count(stack: Stack, node: number, host: number, time: number): void {
  stack.count++;
  if (stack.lastHost !== host) {
    stack.lastHost = host;
    stack.hosts++;
    if (stack.someHosts.length < mostHostNames) stack.someHosts.push(host);
  }
  if (time < stack.first) stack.first = time;
  if (time > stack.last) stack.last = time;
  if (node < stack.example) stack.example = node;
}

export function newStack(line: number): Stack {
  return {
    line,
    count: 0,
    hosts: 0,
    someHosts: [],
    lastHost: -1,
    first: Infinity,
    last: -Infinity,
    example: Infinity,
  };
}
