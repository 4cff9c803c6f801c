/**
 * Runs SQL hunts over files: the events and fields that they may look at become tables once for all hunts
 * (`openEvents`), each hunt runs in the sandbox with its parameters bound, its rows become findings. What goes wrong with one hunt ends neither the others
 * nor the run: it is refused with the reason.
 */
import { HuntbookError } from '../../errors.ts';
import type { RefusedRule } from '../../detect/index.ts';
import type { SqlHunt } from '../../rules/index.ts';
import type { Frame, FrameRow } from '../../store/index.ts';
import { openEvents, type EventStore, type OpenEventsOptions } from '../event-store.ts';
import type { Finding, NeverFiringRule } from '../types.ts';
import { SqlFindings } from './finding.ts';
import { refusal } from './load.ts';
import { eventsOfSql, fieldsOfSql, processesOfSql, viewsOfSql } from './needs.ts';
import type { HuntValues } from './parameters.ts';

/** More rows say that a hunt asks too little, and would fill disks with findings. */
const maxRows = 100_000;

export interface SqlRun {
  readonly findings: number;
  readonly matched: number;
  readonly refused: readonly RefusedRule[];
  readonly neverFire: readonly NeverFiringRule[];
}

export interface SqlRunOptions extends Pick<
  OpenEventsOptions,
  'filter' | 'limits' | 'onProgress' | 'signal'
> {
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
  if (all.length === 0 || signal?.aborted) return nothing;
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
    const { filter, limits, onProgress } = options;
    const fields = fieldsOfSql(all);
    const kinds = eventsOfSql(all);
    store = await openEvents(paths, {
      filter: { ...filter, ...(kinds && { kinds }) },
      ...(fields && { fields }),
      processes: processesOfSql(all),
      ...(limits && { limits }),
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
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
        else result.neverFire.push(...(await whyNever(hunt, store)));
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

/** A hunt none of whose tables has an event can not give a row. */
async function whyNever(hunt: SqlHunt, { database }: EventStore): Promise<NeverFiringRule[]> {
  const views = viewsOfSql(hunt);
  if (views === null || views.length === 0) return [];
  for (const view of views) if ((await database.all(`SELECT 1 FROM ${view} LIMIT 1`)).length > 0) return [];
  const { path: file, title } = hunt;
  return [{ path: file, title, reason: `no events of ${views.join(', ')}` }];
}

async function runOne(
  hunt: SqlHunt,
  values: HuntValues,
  store: EventStore,
  { paths, signal, onFinding }: SqlRunOptions,
): Promise<number> {
  const frame = await runSqlHunt(hunt, store, values, signal && { signal });
  try {
    const findings = new SqlFindings(hunt, frame.columns, paths.join(', '));
    const found: FrameRow[] = [];
    let rows = 0;
    for await (const row of frame.rows()) {
      if (++rows > maxRows || signal?.aborted) break;
      found.push(row);
    }
    for (const row of findings.inOrder(found)) await onFinding(findings.make(row));
    return rows;
  } finally {
    frame.close();
  }
}
