/** Errors of DuckDB as ours: its own words, with the place in the statement, and no stack. */
import { HuntbookError } from '../errors.ts';

/** `before`: lines that were put before the user's statement. */
export function sqlError(error: unknown, before = 0): unknown {
  if (error instanceof HuntbookError) return error;
  const raw = error instanceof Error ? error.message : String(error);
  const text = raw
    .replace(/^Failed to (?:extract statements|execute prepared statement|prepare): /i, '')
    .replace(/^LINE (\d+): /gm, (_, line: string) => `LINE ${Math.max(1, Number(line) - before)}: `)
    .trimEnd();
  const refused = text.startsWith('Permission Error:') || /configuration has been locked/i.test(text);
  return new HuntbookError(refused ? 'HB_SQL_REFUSED' : 'HB_SQL', text, { cause: error });
}

/** Why a query was stopped. */
export function abortError(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new HuntbookError('HB_TIMEOUT', 'the query took longer than allowed', {
      hint: 'Raise --timeout, or narrow the query.',
    });
  }
  return reason;
}
