/** A file of text lines, written in blocks. */
import type { OutputFile } from './output.ts';

const BLOCK = 256 * 1024;

export class LineFile {
  readonly file: OutputFile;
  lines = 0;
  #pending = '';

  constructor(file: OutputFile) {
    this.file = file;
  }

  /** Adds a line (with its line end); returns its number. */
  add(line: string): number {
    this.#pending += line;
    if (this.#pending.length >= BLOCK) this.flush();
    return ++this.lines;
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    this.file.write(Buffer.from(this.#pending, 'utf8'));
    this.#pending = '';
  }
}
