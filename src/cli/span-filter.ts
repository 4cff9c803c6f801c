/** Which events to look at, from `--since`, `--until` and `--host`. */
import { HuntbookError } from '../errors.ts';
import { parseMoment, type EventFilter } from '../hunt/index.ts';

export interface SpanFilterOptions {
  readonly since?: string;
  readonly until?: string;
  readonly host?: readonly string[];
}

/** Throws HB_USAGE for times that are none, and a span that holds nothing. */
export function spanFilterOf({ since, until, host }: SpanFilterOptions): EventFilter {
  const now = Date.now();
  const from = since === undefined ? undefined : parseMoment(since, '--since', now);
  const to = until === undefined ? undefined : parseMoment(until, '--until', now);
  if (from !== undefined && to !== undefined && from >= to)
    throw new HuntbookError(
      'HB_USAGE',
      `--since ${since} is not before --until ${until}: no event is in between`,
    );
  return {
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to }),
    ...(host && { hosts: host }),
  };
}
