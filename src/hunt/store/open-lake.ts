/** A lake as relations: its files are read where they lie. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { foldFieldName } from '../../events/index.ts';
import { quoteText } from '../../store/index.ts';
import type { EventFilter } from '../event-filter.ts';
import { readCatalogue, type LakeBatch } from './lake.ts';
import type { LoadOptions } from './load.ts';
import { lakeRelation, type EventRelation } from './relation.ts';

/**
 * Files of one batch have the same columns, so that DuckDB need not look at all of them for every view. Each relation
 * makes the text of the views longer, though: beyond this many they are read as one.
 */
const maxRelations = 12;

export interface OpenedLake {
  readonly relations: readonly EventRelation[];
  /** Rows, where all of them are asked for. */
  readonly events: number | null;
  /** Numbers of rows are below this. */
  readonly rows: number;
}

/** Throws HB_READ when the catalogue can not be read. */
export function openLake(folder: string, options: LoadOptions, firstRow: number): OpenedLake {
  const root = realpathSync(folder);
  const { batches, nextRow } = readCatalogue(folder);
  const filled = batches.filter(({ files }) => files.length > 0);
  const parts = filled.length <= maxRelations ? filled.map((batch) => [batch]) : [filled];
  const relations = parts.map((part) => relationOf(root, part, options, firstRow));
  const { since, until, hosts } = options.filter ?? {};
  const whole = since === undefined && until === undefined && !hosts?.length;
  return {
    relations: relations.length > 0 ? relations : [nothing(firstRow)],
    events: whole ? filled.reduce((sum, { events }) => sum + events, 0) : null,
    rows: nextRow,
  };
}

function relationOf(
  root: string,
  batches: readonly LakeBatch[],
  { filter, fields }: LoadOptions,
  firstRow: number,
): EventRelation {
  /** By folded name; DuckDB tells names apart without regard to case only. */
  const names = new Map<string, Map<string, string>>();
  for (const name of batches.flatMap((batch) => batch.fields)) {
    const key = foldFieldName(name);
    const spellings = names.get(key) ?? new Map<string, string>();
    names.set(key, spellings);
    if (!spellings.has(name.toLowerCase())) spellings.set(name.toLowerCase(), name);
  }
  const wanted = fields && new Set([...always, ...fields].map(foldFieldName));
  const all = [...names].map(([key, spellings]) => ({ key, spellings: [...spellings.values()] }));
  const columns = {
    fields: all.flatMap(({ key, spellings: [name = ''] }) => (wanted && !wanted.has(key) ? [] : [name])),
    kinds: batches.flatMap(({ kinds }) => kinds),
    more: batches.some(({ more }) => more),
  };
  const files = {
    files: batches.flatMap((batch) => batch.files.map((file) => join(root, file))),
    alike: batches.length === 1,
    variants: new Map(all.map(({ spellings }) => [spellings[0] as string, spellings])),
  };
  return lakeRelation(files, columns, filterSql(filter ?? {}, names), firstRow);
}

const always = ['EventID', 'Channel', 'Provider_Name', 'Computer', 'SystemTime'];

function nothing(firstRow: number): EventRelation {
  const from = `(SELECT CAST(NULL AS TIMESTAMP_NS) AS "Time", CAST(NULL AS BIGINT) AS _row,
    CAST(NULL AS VARCHAR) AS _source, CAST(NULL AS BIGINT) AS _position WHERE false)`;
  return {
    ...lakeRelation(
      { files: [], alike: true, variants: new Map() },
      { fields: [], kinds: [], more: false },
      null,
      firstRow,
    ),
    from,
  };
}

/** The same question as `eventFilter`, in SQL. */
function filterSql({ since, until, hosts }: EventFilter, names: ReadonlyMap<string, unknown>): string | null {
  const parts: string[] = [];
  if (since !== undefined) parts.push(`"Time" >= ${timestamp(since)}`);
  if (until !== undefined) parts.push(`"Time" < ${timestamp(until)}`);
  if (hosts?.length) {
    const patterns = hosts.flatMap((host) => {
      const pattern = quoteText(
        `^${host
          .toLowerCase()
          .replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')
          .replaceAll('\\*', '.*')}$`,
      );
      return ['lower("Computer")', `split_part(lower("Computer"), '.', 1)`].map(
        (name) => `regexp_matches(${name}, ${pattern})`,
      );
    });
    parts.push(names.has('computer') ? `(${patterns.join(' OR ')})` : 'false');
  }
  return parts.length === 0 ? null : parts.join(' AND ');
}

function timestamp(ms: number): string {
  return `make_timestamp_ns(${BigInt(Math.round(ms * 1000)) * 1000n})`;
}
