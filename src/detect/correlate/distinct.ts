/** How many different things there are, of things that come and go. */
export class Distinct {
  readonly #counts = new Map<unknown, number>();

  get size(): number {
    return this.#counts.size;
  }

  has(thing: unknown): boolean {
    return this.#counts.has(thing);
  }

  add(thing: unknown): void {
    this.#counts.set(thing, (this.#counts.get(thing) ?? 0) + 1);
  }

  remove(thing: unknown): void {
    const left = (this.#counts.get(thing) ?? 0) - 1;
    if (left > 0) this.#counts.set(thing, left);
    else this.#counts.delete(thing);
  }
}
