/** A file of text lines, encoded into one block that is reused. */
import type { OutputFile } from './output.ts';

const BLOCK = 1024 * 1024;
/** UTF-8 takes at most three bytes for one unit of a JavaScript string. */
const MAX_BYTES_PER_UNIT = 3;

export class LineFile {
  readonly file: OutputFile;
  lines = 0;
  #block = Buffer.allocUnsafe(BLOCK);
  #used = 0;

  constructor(file: OutputFile) {
    this.file = file;
  }

  /** Adds a line (with its line end); returns its number. */
  add(line: string): number {
    const room = line.length * MAX_BYTES_PER_UNIT;
    if (this.#used + room > this.#block.length) {
      this.flush();
      if (room > this.#block.length) this.#block = Buffer.allocUnsafe(room);
    }
    this.#used += this.#block.write(line, this.#used, 'utf8');
    return ++this.lines;
  }

  flush(): void {
    if (this.#used > 0) this.file.write(this.#block.subarray(0, this.#used));
    this.#used = 0;
  }
}
