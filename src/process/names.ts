/** Names of hosts and images as small numbers: one number for all spellings that differ only by case. */

export class Names {
  /** One spelling of each, the least in code units of those seen, so that it does not depend on their order. */
  readonly spelled: string[] = [];
  readonly #byText = new Map<string, number>();
  readonly #byFold = new Map<string, number>();

  /** The number of a name; -1 for null. */
  add(name: string | null): number {
    if (name === null) return -1;
    const known = this.#byText.get(name);
    if (known !== undefined) return known;
    const fold = name.toLowerCase();
    let id = this.#byFold.get(fold);
    if (id === undefined) {
      id = this.spelled.push(name) - 1;
      this.#byFold.set(fold, id);
    } else if (name < (this.spelled[id] as string)) this.spelled[id] = name;
    this.#byText.set(name, id);
    return id;
  }
}
