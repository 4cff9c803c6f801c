/** A lake as a relation: its files are read where they lie. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { foldFieldName } from '../../events/index.ts';
import { quoteText } from '../../store/index.ts';
import type { EventFilter } from '../event-filter.ts';
import { readCatalogue } from './lake.ts';
import type { LoadOptions } from './load.ts';
import { lakeRelation, type EventRelation } from './relation.ts';

export interface OpenedLake {
  readonly relation: EventRelation;
  /** Numbers of rows are below this. */
  readonly rows: number;
}

/** Throws HB_READ when the catalogue can not be read. */
export function openLake(folder: string, { filter, fields }: LoadOptions, firstRow: number): OpenedLake {
  const root = realpathSync(folder);
  const { batches, nextRow } = readCatalogue(folder);
  const names = new Map<string, string>();
  for (const batch of batches)
    for (const name of batch.fields)
      if (!names.has(foldFieldName(name))) names.set(foldFieldName(name), name);
  const wanted = fields && new Set([...always, ...fields].map(foldFieldName));
  const columns = {
    fields: [...names].flatMap(([key, name]) => (wanted && !wanted.has(key) ? [] : [name])),
    kinds: batches.flatMap(({ kinds }) => kinds),
    more: batches.some(({ more }) => more),
  };
  const files = batches.flatMap((batch) => batch.files.map((file) => join(root, file)));
  const relation =
    files.length === 0
      ? nothing(firstRow)
      : lakeRelation(files, columns, filterSql(filter ?? {}, names), firstRow);
  return { relation, rows: nextRow };
}

const always = ['EventID', 'Channel', 'Provider_Name', 'Computer', 'SystemTime'];

function nothing(firstRow: number): EventRelation {
  const from = `(SELECT CAST(NULL AS TIMESTAMP_NS) AS "Time", CAST(NULL AS BIGINT) AS _row,
    CAST(NULL AS VARCHAR) AS _source, CAST(NULL AS BIGINT) AS _position WHERE false)`;
  return { ...lakeRelation([], { fields: [], kinds: [], more: false }, null, firstRow), from };
}

/** The same question as `eventFilter`, in SQL. */
function filterSql({ since, until, hosts }: EventFilter, names: ReadonlyMap<string, string>): string | null {
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
