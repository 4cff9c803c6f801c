/**
 * Output files that appear whole or not at all: bytes go to a temporary name beside the final one, and all files
 * of a run are renamed together at its end. A run that fails leaves nothing behind.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { HuntbookError, asHuntbookError } from '../../errors.ts';

export class OutputFile {
  /** Path relative to the output folder, with `/`. */
  readonly name: string;
  readonly target: string;
  readonly temporary: string;
  bytes = 0;
  #descriptor: number;

  constructor(folder: string, name: string) {
    this.name = name;
    this.target = path.join(folder, ...name.split('/'));
    mkdirSync(path.dirname(this.target), { recursive: true });
    const base = path.basename(this.target);
    this.temporary = path.join(path.dirname(this.target), `.${base}.part-${process.pid}`);
    this.#descriptor = openSync(this.temporary, 'w');
  }

  write(data: Uint8Array, position: number | null = null): void {
    let done = 0;
    while (done < data.length) {
      const at = position === null ? null : position + done;
      done += writeSync(this.#descriptor, data, done, data.length - done, at);
    }
    if (position === null) this.bytes += data.length;
  }

  close(): void {
    if (this.#descriptor < 0) return;
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

export class OutputFolder {
  readonly folder: string;
  readonly #force: boolean;
  readonly #files: OutputFile[] = [];

  constructor(folder: string, force: boolean) {
    this.folder = folder;
    this.#force = force;
  }

  /** Opens a file for writing; HB_EXISTS when it is there and may not be replaced. */
  open(name: string): OutputFile {
    const target = path.join(this.folder, ...name.split('/'));
    if (!this.#force && existsSync(target)) throw new HuntbookError('HB_EXISTS', `${target} exists.`);
    const file = wrap(target, () => new OutputFile(this.folder, name));
    this.#files.push(file);
    return file;
  }

  /** Gives every file its final name. */
  commit(): readonly OutputFile[] {
    for (const file of this.#files) wrap(file.target, () => file.close());
    for (const file of this.#files) wrap(file.target, () => renameSync(file.temporary, file.target));
    return this.#files;
  }

  /** Removes what was written so far. */
  discard(): void {
    for (const file of this.#files) {
      file.close();
      rmSync(file.temporary, { force: true });
    }
  }
}

function wrap<T>(target: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asHuntbookError(error, 'HB_WRITE', `Cannot write ${target}`);
  }
}
