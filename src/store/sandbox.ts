/**
 * The sandbox around SQL of users: DuckDB's own switches, set once and locked
 * (https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { realpathSync, statfsSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { HuntbookError } from '../errors.ts';
import { quoteText } from './names.ts';
import { makeScratch, type Scratch } from './scratch.ts';
import { sqlError } from './sql-error.ts';

const mebibyte = 1024 * 1024;
/** Memory for queries: half of what the process may have, and no more than a user's question should need. */
const memory = Math.max(512, Math.min(8192, Math.floor(memoryLimit() / 2 / mebibyte)));
/** What queries may put on disk when memory is full, in megabytes. */
const maxSpill = 20_000;

export class Sandbox {
  readonly #connection: DuckDBConnection;
  readonly #files: string[] = [];
  readonly #folders: string[] = [];
  #scratch: Scratch | undefined;
  #sealed: Promise<void> | undefined;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Where DuckDB may write: its spilled blocks, and files on their way to somewhere else; null before the seal. */
  get folder(): string | null {
    return this.#scratch?.folder ?? null;
  }

  allow(path: string): void {
    if (this.#sealed)
      throw new HuntbookError('HB_INTERNAL', `${path}: allowed after the database was sealed`);
    // As given and as it really is: DuckDB compares paths as they are spelled.
    for (const name of new Set([path, resolve(path), realPath(path)])) {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) this.#folders.push(join(name, sep));
      else this.#files.push(name);
    }
  }

  seal(): Promise<void> {
    return (this.#sealed ??= this.#seal());
  }

  close(): void {
    this.#scratch?.remove();
  }

  async #seal(): Promise<void> {
    this.#scratch = makeScratch();
    const { folder } = this.#scratch;
    const settings = [
      `allowed_paths = ${list(this.#files)}`,
      `allowed_directories = ${list([...this.#folders, join(folder, sep)])}`,
      `temp_directory = ${quoteText(join(folder, 'spill'))}`,
      `memory_limit = '${memory}MiB'`,
      `max_temp_directory_size = '${spillLimit(folder)}MB'`,
      'autoinstall_known_extensions = false',
      'autoload_known_extensions = false',
      'allow_community_extensions = false',
      'allow_unsigned_extensions = false',
      'python_enable_replacements = false',
      'enable_external_access = false',
      'lock_configuration = true',
    ];
    try {
      for (const setting of settings) {
        await this.#connection.run(`SET GLOBAL ${setting}`).catch((error: unknown) => {
          // Settings that only exist in builds of DuckDB for other languages, or can not be set to what they are.
          if (!/^(?:allow_unsigned|python_enable)/.test(setting)) throw error;
        });
      }
    } catch (error) {
      throw sqlError(error);
    }
  }
}

/** That of the machine, or of the container where it is less. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}

/** Others need the disk, too: half of what is free. */
function spillLimit(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(maxSpill, Math.floor((bavail * bsize) / 2e6));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function list(values: readonly string[]): string {
  return `[${values.map(quoteText).join(', ')}]`;
}
