/** Whether two names of images can be the same program. */

/** Unknown agrees with all; whole paths must be equal without case; else the file names. */
export class ImageMatch {
  readonly #images: readonly string[];
  /** For each image the number of its file name (times two, plus one for a whole path); -1: not looked at yet. */
  readonly #files: Int32Array;
  readonly #names = new Map<string, number>();

  constructor(images: readonly string[]) {
    this.#images = images;
    this.#files = new Int32Array(images.length).fill(-1);
  }

  /** `a` and `b` are numbers of images, different where the texts differ by more than case; -1: unknown. */
  agree(a: number, b: number): boolean {
    if (a === b || a < 0 || b < 0) return true;
    const one = this.#fileOf(a);
    const other = this.#fileOf(b);
    return (one & other & 1) === 0 && one >> 1 === other >> 1;
  }

  #fileOf(image: number): number {
    const known = this.#files[image] as number;
    if (known >= 0) return known;
    const path = (this.#images[image] as string).toLowerCase();
    const slash = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
    const name = path.slice(slash + 1);
    let id = this.#names.get(name);
    if (id === undefined) this.#names.set(name, (id = this.#names.size));
    return (this.#files[image] = id * 2 + (slash < 0 ? 0 : 1));
  }
}
