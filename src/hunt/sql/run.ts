/**
 * Runs SQL hunts over files: their events become tables once for all hunts (`openEvents`), each hunt runs in the
 * sandbox with its parameters bound, its rows become findings. What goes wrong with one hunt ends neither the others
 * nor the run: it is refused with the reason.
 */
import { HuntbookError } from '../../errors.ts';
import type { RefusedRule } from '../../detect/index.ts';
import type { SqlHunt } from '../../rules/index.ts';
import type { Frame } from '../../store/index.ts';
import { openEvents, type EventStore, type OpenEventsOptions } from '../event-store.ts';
import type { Finding, NeverFiringRule } from '../types.ts';
import { fieldsOfSql } from './fields.ts';
import { SqlFindings } from './finding.ts';
import { refusal } from './load.ts';
import type { HuntValues } from './parameters.ts';

/** More rows say that a hunt asks too little, and would fill disks with findings. */
const maxRows = 100_000;

export interface SqlRun {
  readonly findings: number;
  readonly matched: number;
  readonly refused: readonly RefusedRule[];
  readonly neverFire: readonly NeverFiringRule[];
}

export interface SqlRunOptions extends Pick<OpenEventsOptions, 'filter' | 'limits' | 'signal'> {
  readonly paths: readonly string[];
  readonly hunts: ReadonlyMap<SqlHunt, HuntValues>;
  readonly onFinding: (finding: Finding) => void | Promise<void>;
}

/** The rows of one hunt. Throws HB_SQL and HB_SQL_REFUSED with the hunt's file and line. */
export async function runSqlHunt(
  hunt: SqlHunt,
  store: Pick<EventStore, 'database'>,
  values: HuntValues,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Frame> {
  try {
    return await store.database.userQuery(hunt.sql, values, options);
  } catch (error) {
    if (!(error instanceof HuntbookError)) throw error;
    const { path: file, line } = hunt;
    throw new HuntbookError(error.code, `${file}:${line}:1: ${error.message}`, {
      cause: error,
      hint: error.hint,
      position: { file, line, column: 1 },
    });
  }
}

/** Never throws but for a signal. */
export async function runSqlHunts(options: SqlRunOptions): Promise<SqlRun> {
  const { hunts, paths, signal } = options;
  const all = [...hunts.keys()];
  if (all.length === 0) return nothing;
  // Standard input was read by the pass before.
  if (paths.includes('-')) {
    const error = new HuntbookError(
      'HB_RULE_UNSUPPORTED',
      'a SQL hunt reads its events again, which standard input can not; name files',
    );
    return { ...nothing, refused: all.map((hunt) => refusal(hunt, error)) };
  }
  let store: EventStore;
  try {
    const fields = fieldsOfSql(all);
    store = await openEvents(paths, { ...options, ...(fields && { fields }) });
  } catch (error) {
    if (signal?.aborted) return nothing;
    return { ...nothing, refused: all.map((hunt) => refusal(hunt, error)) };
  }
  const result = {
    findings: 0,
    matched: 0,
    refused: [] as RefusedRule[],
    neverFire: [] as NeverFiringRule[],
  };
  try {
    for (const [hunt, values] of hunts) {
      if (signal?.aborted) break;
      try {
        const rows = await runOne(hunt, values, store, options);
        result.findings += Math.min(rows, maxRows);
        if (rows > 0) result.matched++;
        if (rows > maxRows)
          result.refused.push(
            refusal(hunt, new HuntbookError('HB_LIMIT', `more than ${maxRows} rows; the rest was left out`)),
          );
      } catch (error) {
        if (!signal?.aborted) result.refused.push(refusal(hunt, error));
      }
    }
  } finally {
    await store.close();
  }
  return result;
}

const nothing: SqlRun = { findings: 0, matched: 0, refused: [], neverFire: [] };

async function runOne(
  hunt: SqlHunt,
  values: HuntValues,
  store: EventStore,
  { paths, signal, onFinding }: SqlRunOptions,
): Promise<number> {
  const frame = await runSqlHunt(hunt, store, values, signal && { signal });
  try {
    const findings = new SqlFindings(hunt, frame.columns, paths.join(', '));
    let rows = 0;
    for await (const row of frame.rows()) {
      if (++rows > maxRows || signal?.aborted) break;
      await onFinding(findings.make(row));
    }
    return rows;
  } finally {
    frame.close();
  }
}
