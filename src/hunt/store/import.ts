/** Brings files into a lake: each content once, whatever its name. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asHuntbookError } from '../../errors.ts';
import { safeFileName } from '../../escape/index.ts';
import { fileInput, lakeKey, listInputs, type ByteInput, type ListedInput } from '../../sources/index.ts';
import { Database, makeScratch, quoteText, type Scratch } from '../../store/index.ts';
import { IssueLog } from '../issue-log.ts';
import type { SummaryIssue } from '../types.ts';
import { LakeWriter, type LakeBatch } from './lake.ts';
import { loadEvents, type LoadOptions } from './load.ts';
import { lakeForm } from './lake-form.ts';
import { lakeColumns, lakeFields } from './relation.ts';

export interface ImportOptions extends Pick<LoadOptions, 'onProgress' | 'signal' | 'limits'> {
  /** Folder of the lake. */
  readonly to: string;
  readonly stdin?: AsyncIterable<Uint8Array>;
}

export interface ImportResult {
  readonly files: number;
  readonly events: number;
  /** Inputs whose content was there before, with the name under which it came then. */
  readonly known: readonly { readonly name: string; readonly as: string }[];
  readonly issues: readonly SummaryIssue[];
  /** The user stopped it: what is counted here is in the lake, the rest is not. */
  readonly truncated: boolean;
}

/** Inputs of so many bytes together become one set of files. */
const batchBytes = 256 * 1024 * 1024;
const batchFiles = 4096;
/** Hosts that get a folder, of one set of files; names of hosts come from hostile data. */
const maxHosts = 2000;

interface Digested {
  readonly listed: ListedInput;
  readonly digest: string;
}

/** Throws HB_NOT_FOUND for a path that is missing, HB_BUSY, HB_EXISTS and HB_WRITE for a lake that can not be written. */
export async function importEvents(paths: readonly string[], options: ImportOptions): Promise<ImportResult> {
  const issues = new IssueLog();
  const list = listInputs(paths, {
    onIssue: (issue) => issues.add(issue),
    ...(options.stdin && { stdin: options.stdin }),
  });
  const lake = new LakeWriter(options.to);
  const scratch = makeScratch();
  const database = await Database.open().catch((error: unknown) => {
    lake.close();
    scratch.remove();
    throw error;
  });
  const result = { files: 0, events: 0 };
  const known: { name: string; as: string }[] = [];
  try {
    const there = lake.digests();
    let batch: Digested[] = [];
    let bytes = 0;
    const end = async (): Promise<void> => {
      if (batch.length === 0) return;
      const importer = { database, lake, scratch, issues, options };
      const events = await importBatch(importer, batch);
      if (events !== null) {
        result.files += batch.length;
        result.events += events;
      }
      batch = [];
      bytes = 0;
    };
    for (const listed of list.inputs) {
      if (options.signal?.aborted) break;
      const found = await digestOf(listed, scratch, issues);
      if (found === null) continue;
      const { name } = found.listed.input;
      const before = there.get(found.digest);
      if (before !== undefined) {
        known.push({ name, as: before });
        continue;
      }
      there.set(found.digest, name);
      batch.push(found);
      bytes += found.listed.input.size ?? 0;
      if (bytes >= batchBytes || batch.length >= batchFiles) await end();
    }
    await end();
    return { ...result, known, issues: issues.list(), truncated: options.signal?.aborted ?? false };
  } catch (error) {
    throw asHuntbookError(error, 'HB_WRITE', options.to);
  } finally {
    database.close();
    scratch.remove();
    lake.close();
  }
}

interface Importer {
  readonly database: Database;
  readonly lake: LakeWriter;
  readonly scratch: Scratch;
  readonly issues: IssueLog;
  readonly options: ImportOptions;
}

/** The number of events, or null when the user stopped it. */
async function importBatch(importer: Importer, batch: readonly Digested[]): Promise<number | null> {
  const { database, lake, scratch, issues, options } = importer;
  const file = join(scratch.folder, 'batch.parquet');
  rmSync(file, { force: true });
  const inputs = batch.map(({ listed }) => listed);
  const totalBytes = inputs.reduce((sum, { input }) => sum + (input.size ?? 0), 0);
  const counts = new Map<string, number>();
  const { signal, onProgress, limits } = options;
  const loaded = await loadEvents(
    { inputs, totalBytes },
    file,
    {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(limits && { limits }),
      onInput: ({ name, events }) => counts.set(name, events),
    },
    issues,
    lake.nextRow,
  );
  if (signal?.aborted) return null;
  // The same contents give the same names, whoever imports them.
  const id = createHash('sha256')
    .update(batch.map(({ digest }) => digest).join('\n'))
    .digest('hex')
    .slice(0, 32);
  if (loaded.events > 0) {
    const folder = await nameHosts(database, file, loaded.fields);
    const columns = lakeColumns(loaded).join(', ');
    await database.run(
      `COPY (SELECT ${columns}, coalesce(strftime(_time, '%Y-%m-%d'), 'unknown') AS day,
         coalesce(${folder}, 'unknown') AS host FROM read_parquet(${quoteText(file)}) AS event)
       TO ${quoteText(lake.staging)} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day, host),
       FILENAME_PATTERN ${quoteText(`${id}-{i}`)}, OVERWRITE_OR_IGNORE true,
       KV_METADATA {${quoteText(lakeKey)}: ${quoteText(JSON.stringify(lakeForm(loaded)))}})`,
    );
  }
  const files = readdirSync(lake.staging, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.parquet'))
    .sort();
  const added: Omit<LakeBatch, 'firstRow'> = {
    inputs: batch.map(({ listed: { input }, digest }) => ({
      digest,
      name: input.name,
      bytes: input.size ?? 0,
      events: counts.get(input.name) ?? 0,
    })),
    events: loaded.events,
    fields: lakeFields(loaded.fields),
    kinds: loaded.kinds.map((kind) => ({ ...kind, columns: lakeFields(kind.columns) })),
    more: loaded.more,
    files,
  };
  lake.add(added);
  return loaded.events;
}

/**
 * A table of the folder of each host: names that mean nothing else to any file system. Returns the SQL
 * for the folder of an event.
 */
async function nameHosts(database: Database, file: string, fields: readonly string[]): Promise<string> {
  await database.run('CREATE OR REPLACE TEMP TABLE host_folders (computer VARCHAR, folder VARCHAR)');
  if (!fields.includes('Computer')) return 'NULL';
  const hosts = await database.all(
    `SELECT DISTINCT "Computer" AS computer FROM read_parquet(${quoteText(file)})
     WHERE "Computer" IS NOT NULL LIMIT ${maxHosts}`,
  );
  for (const { computer } of hosts) {
    const folder = safeFileName(computer as string);
    await database.run('INSERT INTO host_folders VALUES (?, ?)', [computer as string, folder]);
  }
  return '(SELECT folder FROM host_folders WHERE computer = event."Computer")';
}

/** Reads the content once for its digest. What is no file is kept in one first. Null when it can not be read. */
async function digestOf(listed: ListedInput, scratch: Scratch, issues: IssueLog): Promise<Digested | null> {
  const hash = createHash('sha256');
  const { input } = listed;
  try {
    if (input.path !== undefined && input.size !== undefined) {
      for await (const block of createReadStream(input.path, { highWaterMark: 1 << 20 }))
        hash.update(block as Uint8Array);
      return { listed, digest: hash.digest('hex') };
    }
    const copy = join(scratch.folder, `input-${scratchFiles++}`);
    await pipeline(hashed(input, hash), createWriteStream(copy, { mode: 0o600 }));
    const kept: ByteInput = {
      name: input.name,
      path: copy,
      size: statSync(copy).size,
      stream: () => fileInput(copy).stream(),
    };
    return { listed: { input: kept, named: listed.named }, digest: hash.digest('hex') };
  } catch (error) {
    issues.add({ code: 'HB_READ', source: input.name, message: asHuntbookError(error, 'HB_READ').message });
    return null;
  }
}

let scratchFiles = 0;

async function* hashed(input: ByteInput, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const block of input.stream()) {
    hash.update(block);
    yield Buffer.from(block);
  }
}
