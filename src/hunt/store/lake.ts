/**
 * A folder of events for the long run: Parquet files by day and host, and a catalogue that says which inputs are in
 * it, by the digest of their content. Only files that the catalogue names count, so that an import that was broken off
 * leaves nothing behind; the next one removes its files.
 *
 *   .huntbook-lake/catalogue.json        replaced as a whole
 *   .huntbook-lake/lock                  while an import runs
 *   day=2020-09-22/host=WS1/ID-0.parquet
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { asHuntbookError, HuntbookError } from '../../errors.ts';

/** Its name begins with a dot, so that no reader of folders takes what is in it for events. */
const ownFolder = '.huntbook-lake';
const catalogueName = join(ownFolder, 'catalogue.json');
const lockName = join(ownFolder, 'lock');
const stagingPrefix = 'staging-';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Files lie two folders deep and have the names that imports give; a catalogue can not lead anywhere else. */
const filePath = v.pipe(v.string(), v.regex(/^day=[^/\\]+\/host=[^/\\]+\/[0-9a-f]{32}-\d+\.parquet$/u));
const kind = v.object({
  eventId: v.nullable(v.string()),
  channel: v.nullable(v.string()),
  columns: v.array(v.string()),
});
const batch = v.object({
  inputs: v.array(v.object({ digest: v.string(), name: v.string(), bytes: count, events: count })),
  events: count,
  firstRow: count,
  fields: v.array(v.string()),
  kinds: v.array(kind),
  more: v.boolean(),
  files: v.array(filePath),
});
const catalogue = v.object({ version: v.literal(1), nextRow: count, batches: v.array(batch) });

export type LakeBatch = v.InferOutput<typeof batch>;
export type LakeCatalogue = v.InferOutput<typeof catalogue>;

export function isLake(folder: string): boolean {
  return existsSync(join(folder, catalogueName));
}

/** Paths to read, with the files that count in place of each lake. Throws HB_READ. */
export function withLakeFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    isLake(path)
      ? readCatalogue(path).batches.flatMap(({ files }) => files.map((file) => join(path, file)))
      : [path],
  );
}

/** Throws HB_READ when the catalogue can not be read or is none. */
export function readCatalogue(folder: string): LakeCatalogue {
  const file = join(folder, catalogueName);
  if (!existsSync(file)) return { version: 1, nextRow: 0, batches: [] };
  try {
    return v.parse(catalogue, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new HuntbookError('HB_READ', `${file}: the catalogue of the lake cannot be read`, {
      cause: error,
      hint: 'Import the files again into another folder.',
    });
  }
}

/** A lake that is open for one import. */
export class LakeWriter {
  readonly folder: string;
  readonly staging: string;
  readonly #lock: () => void;
  #catalogue: LakeCatalogue;

  /** Makes the folder when there is none. Throws HB_BUSY while another import runs, HB_EXISTS for a foreign folder. */
  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
      if (readdirSync(folder).some((name) => name !== ownFolder) && !isLake(folder)) {
        throw new HuntbookError('HB_EXISTS', `${folder}: is a folder with other files in it`, {
          hint: 'Name a folder that is empty, does not exist yet, or was made by huntbook import.',
        });
      }
      mkdirSync(join(folder, ownFolder), { recursive: true });
      this.#lock = takeLock(folder);
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', folder);
    }
    try {
      this.#catalogue = readCatalogue(folder);
      this.#removeStrays();
      if (!isLake(folder)) this.#save(this.#catalogue);
      this.staging = join(folder, ownFolder, `${stagingPrefix}${process.pid}`);
      mkdirSync(this.staging);
    } catch (error) {
      this.#lock();
      throw error;
    }
  }

  get nextRow(): number {
    return this.#catalogue.nextRow;
  }

  /** The names under which contents were imported, by their digests. */
  digests(): Map<string, string> {
    return new Map(
      this.#catalogue.batches.flatMap(({ inputs }) => inputs.map(({ digest, name }) => [digest, name])),
    );
  }

  /** Moves what was staged to its place and makes it count. */
  add(added: Omit<LakeBatch, 'firstRow'>): void {
    for (const file of added.files) {
      const target = join(this.folder, file);
      mkdirSync(join(target, '..'), { recursive: true });
      renameSync(join(this.staging, file), target);
    }
    const { nextRow, batches } = this.#catalogue;
    const next: LakeCatalogue = {
      version: 1,
      nextRow: nextRow + added.events,
      batches: [...batches, { ...added, firstRow: nextRow }],
    };
    this.#save(next);
    this.#catalogue = next;
  }

  close(): void {
    rmSync(this.staging, { recursive: true, force: true });
    this.#lock();
  }

  #save(next: LakeCatalogue): void {
    const file = join(this.folder, catalogueName);
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(next)}\n`);
    renameSync(temporary, file);
  }

  /** Files of imports that were broken off. */
  #removeStrays(): void {
    const known = new Set(this.#catalogue.batches.flatMap(({ files }) => files));
    const own = join(this.folder, ownFolder);
    for (const name of readdirSync(own))
      if (name.startsWith(stagingPrefix)) rmSync(join(own, name), { recursive: true, force: true });
    for (const name of readdirSync(this.folder)) {
      if (!name.startsWith('day=')) continue;
      for (const host of readdirSync(join(this.folder, name))) {
        if (!host.startsWith('host=')) continue;
        for (const file of readdirSync(join(this.folder, name, host))) {
          const path = `${name}/${host}/${file}`;
          if (v.is(filePath, path) && !known.has(path)) rmSync(join(this.folder, path));
        }
      }
    }
  }
}

/** Returns what gives the lock back. The lock of a process that has ended is taken over. */
function takeLock(folder: string): () => void {
  const file = join(folder, lockName);
  const mine = JSON.stringify({ host: hostname(), pid: process.pid });
  for (let attempt = 0; ; attempt++) {
    try {
      const descriptor = openSync(file, 'wx', 0o600);
      writeSync(descriptor, mine);
      closeSync(descriptor);
      const release = (): void => {
        process.off('exit', release);
        rmSync(file, { force: true });
      };
      process.on('exit', release);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (attempt === 0 && ownerEnded(file)) {
        rmSync(file, { force: true });
        continue;
      }
      throw new HuntbookError('HB_BUSY', `${folder}: another import is running`, {
        cause: error,
        hint: `Wait for it. If no import runs on any machine, remove ${file}.`,
      });
    }
  }
}

function ownerEnded(file: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as { host?: unknown; pid?: unknown };
    if (owner.host !== hostname() || typeof owner.pid !== 'number') return false;
    if (owner.pid === process.pid) return false;
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
