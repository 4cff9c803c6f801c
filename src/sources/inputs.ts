/**
 * From the paths a user gives to the inputs to read: files, folders (all the way down), globs and `-`.
 *
 * The order is the order of the arguments, inside a folder the order of names by code unit: the same on every
 * run. A file reached in two ways is read once. Folders whose name starts with a dot are not entered.
 */
import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { HuntbookError } from '../errors.ts';
import { FileInput, pipeInput, stdinInput } from './file-input.ts';
import { hasMagic, parseGlob, type Glob } from './glob.ts';
import type { ByteInput, SourceIssue } from './types.ts';

export interface ListedInput {
  readonly input: ByteInput;
  /** The user named this very input; false where it was found in a folder or by a glob. */
  readonly named: boolean;
}

export interface InputList {
  readonly inputs: readonly ListedInput[];
  /** Sum of the sizes that are known (standard input and pipes have none). */
  readonly totalBytes: number;
}

export interface ListOptions {
  readonly onIssue: (issue: SourceIssue) => void;
  /** Stands in for the process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** Lists the inputs. Throws HB_NOT_FOUND for a path that does not exist and a glob that finds nothing. */
export function listInputs(paths: readonly string[], options: ListOptions): InputList {
  const lister = new Lister(options);
  for (const path of paths) lister.addArgument(path);
  return { inputs: lister.inputs, totalBytes: lister.totalBytes };
}

/** Files that operating systems leave in folders and archives; never events. */
export function isJunkName(name: string): boolean {
  return name.startsWith('._') || name === '.DS_Store' || name === 'Thumbs.db' || name === 'desktop.ini';
}

interface Match {
  readonly glob: Glob;
  readonly states: readonly number[];
}

class Lister {
  readonly inputs: ListedInput[] = [];
  totalBytes = 0;
  readonly #options: ListOptions;
  readonly #seen = new Set<string>();
  /** Files that arguments led to, counting those that were there before. */
  #found = 0;
  #named = true;

  constructor(options: ListOptions) {
    this.#options = options;
  }

  addArgument(path: string): void {
    if (path === '-') {
      if (!this.#first('-')) return;
      this.inputs.push({ input: stdinInput(this.#options.stdin), named: true });
      return;
    }
    const stats = statOf(path);
    if (stats !== undefined) {
      this.#named = !stats.isDirectory();
      // The names of pipes, as in `<(command)`, lead to no real path.
      const seekable = stats.isDirectory() || stats.isFile();
      this.#add(path, seekable ? realpathSync(path) : path, stats, null);
    } else if (hasMagic(path)) {
      this.#addGlob(path);
    } else {
      throw new HuntbookError('HB_NOT_FOUND', `${path}: no such file or folder`, {
        position: { file: path },
      });
    }
  }

  #addGlob(pattern: string): void {
    this.#named = false;
    const before = this.#found;
    for (const glob of parseGlob(pattern)) {
      const stats = statOf(glob.base);
      if (!stats?.isDirectory()) continue;
      const shown = glob.base === '.' && !pattern.startsWith('.') ? '' : glob.base;
      this.#walk(shown, realpathSync(glob.base), { glob, states: glob.start });
    }
    if (this.#found === before) {
      throw new HuntbookError('HB_NOT_FOUND', `${pattern}: no file matches`, { position: { file: pattern } });
    }
  }

  #add(path: string, real: string, stats: Stats, match: Match | null): void {
    if (stats.isDirectory()) {
      this.#walk(path, real, match);
    } else if (match !== null && !match.glob.accepts(match.states)) {
      return;
    } else if (stats.isFile()) {
      this.#found++;
      if (!this.#first(real)) return;
      this.totalBytes += stats.size;
      this.inputs.push({ input: new FileInput(path, path, stats.size), named: this.#named });
    } else if (this.#named) {
      this.inputs.push({ input: pipeInput(path, path), named: true });
    } else {
      this.#issue(path, 'not a regular file; skipped');
    }
  }

  #walk(path: string, real: string, match: Match | null): void {
    // Once for each folder and state: links in circles end here, whatever way they were reached.
    if (!this.#first(`${real}\0${match === null ? '' : `${match.glob.id} ${match.states.join(' ')}`}`))
      return;
    for (const entry of this.#entries(path, real)) {
      const { name } = entry;
      const states = match === null ? null : match.glob.step(match.states, name);
      if (states?.length === 0 || isJunkName(name)) continue;
      const child = path === '' ? name : join(path, name);
      const childReal = entry.isSymbolicLink()
        ? this.#resolve(child)
        : real + (real.endsWith(sep) ? '' : sep) + name;
      const stats = childReal === null ? undefined : this.#stat(childReal, child);
      if (childReal === null || stats === undefined) continue;
      const folder = stats.isDirectory();
      if (folder && match === null && name.startsWith('.')) continue;
      const whole = match === null || states === null || (folder && match.glob.accepts(states));
      this.#add(child, childReal, stats, whole ? null : { glob: match.glob, states });
    }
  }

  #entries(path: string, real: string): Dirent[] {
    try {
      const entries = readdirSync(real, { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    } catch (error) {
      this.#issue(path, `folder cannot be read: ${messageOf(error)}`);
      return [];
    }
  }

  #resolve(path: string): string | null {
    try {
      return realpathSync(path);
    } catch (error) {
      this.#issue(path, `link cannot be followed: ${messageOf(error)}`);
      return null;
    }
  }

  #stat(real: string, path: string): Stats | undefined {
    try {
      return statSync(real);
    } catch (error) {
      this.#issue(path, messageOf(error));
      return undefined;
    }
  }

  #first(real: string): boolean {
    if (this.#seen.has(real)) return false;
    this.#seen.add(real);
    return true;
  }

  #issue(source: string, message: string): void {
    this.#options.onIssue({ code: 'HB_READ', source, message });
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const message = `${path}: cannot be reached: ${messageOf(error)}`;
    throw new HuntbookError('HB_NOT_FOUND', message, { cause: error, position: { file: path } });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
