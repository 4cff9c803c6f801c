/**
 * Lets several searches run at a time and their findings out in the order of the rules, so that the output is the same
 * on every run. What is found ahead of its turn waits, up to a bound; then its search waits.
 */

/** Findings of one rule that may wait for its turn. */
const maxWaiting = 10_000;

export class InTurn<T> {
  readonly #write: (item: T) => void | Promise<void>;
  readonly #waiting = new Map<number, T[]>();
  readonly #done = new Set<number>();
  readonly #wake = new Map<number, () => void>();
  #turn = 0;
  #stopped = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: (item: T) => void | Promise<void>) {
    this.#write = write;
  }

  /** An item of the search with this number; numbers count from 0 without gaps. */
  async put(number: number, item: T): Promise<void> {
    if (number === this.#turn) return this.#out(item);
    let waiting = this.#waiting.get(number);
    if (waiting === undefined) this.#waiting.set(number, (waiting = []));
    waiting.push(item);
    if (waiting.length < maxWaiting || this.#stopped) return;
    await new Promise<void>((resolve) => this.#wake.set(number, resolve));
  }

  /** The search with this number has given all it had. */
  async end(number: number): Promise<void> {
    this.#done.add(number);
    while (this.#done.delete(this.#turn)) {
      this.#turn++;
      const waiting = this.#waiting.get(this.#turn) ?? [];
      this.#waiting.delete(this.#turn);
      for (const item of waiting) void this.#out(item);
      this.#wake.get(this.#turn)?.();
      this.#wake.delete(this.#turn);
    }
    await this.#writing;
  }

  /** Nobody waits from here on: the run ends. */
  stop(): void {
    this.#stopped = true;
    for (const wake of this.#wake.values()) wake();
    this.#wake.clear();
  }

  /** After the run ended early: what still waits goes out, in order. */
  async drain(): Promise<void> {
    for (const number of [...this.#waiting.keys()].sort((a, b) => a - b))
      for (const item of this.#waiting.get(number) ?? []) void this.#out(item);
    this.#waiting.clear();
    await this.#writing;
  }

  #out(item: T): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(item));
    return this.#writing;
  }
}
