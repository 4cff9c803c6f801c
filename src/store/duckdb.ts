/** DuckDB, loaded when it is first asked for: it is an optional dependency and takes 0.4 s to import. */
import type * as DuckDb from '@duckdb/node-api';
import { HuntbookError } from '../errors.ts';

let loaded: Promise<typeof DuckDb> | undefined;

/** Throws HB_MISSING_DEP where the package is not installed or has no binary for this machine. */
export function loadDuckDb(): Promise<typeof DuckDb> {
  return (loaded ??= import('@duckdb/node-api').catch((error: unknown) => {
    loaded = undefined;
    throw new HuntbookError(
      'HB_MISSING_DEP',
      'SQL needs the package @duckdb/node-api, which is not installed',
      {
        cause: error,
        hint: 'Install it with: npm install @duckdb/node-api',
      },
    );
  }));
}
