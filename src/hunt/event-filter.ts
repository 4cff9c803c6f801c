/** Which events to look at: time span, hosts, and kinds of events. */
import type { EventSelector } from '../detect/index.ts';
import { HuntbookError } from '../errors.ts';
import { Field, toMillis, type EventBatch, type Value } from '../events/index.ts';

export interface EventFilter {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number;
  /** Full or short names, `*` allowed, without case. */
  readonly hosts?: readonly string[];
  /**
   * Only events that one of these may select, to read less: an event of which that can not be told cheaply is taken,
   * and so are all events of a lake, whose tables read what they need.
   */
  readonly kinds?: readonly EventSelector[];
}

const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 };

/** A moment as users write it: ISO 8601 (UTC unless it says otherwise), or an age such as `24h` or `7d`. */
export function parseMoment(text: string, option: string, now: number = Date.now()): number {
  const age = /^-?(\d+)([smhdw])$/.exec(text.trim());
  if (age) return now - Number(age[1]) * (units[age[2] as string] as number);
  const ms = /^\d{4}-\d{2}/.test(text.trim()) ? toMillis(text.trim()) : null;
  if (ms !== null) return ms;
  throw new HuntbookError(
    'HB_USAGE',
    `${option}: '${text}' is not a time; write 2025-03-03T08:00:00Z or an age such as 24h`,
  );
}

/** A length of time such as `90s` or `5m`, in milliseconds. */
export function parseSpan(text: string, option: string): number {
  const span = /^(\d{1,6})([smhdw])$/.exec(text.trim());
  if (span) return Number(span[1]) * (units[span[2] as string] as number);
  throw new HuntbookError('HB_USAGE', `${option}: '${text}' is not a length of time; write 90s, 5m or 2h`);
}

/** What counts rows that have no time, when a time span was asked for. */
export interface FilterCounts {
  withoutTime: number;
}

/** The test for `Matcher.match`, or undefined when there is nothing to filter. */
export function eventFilter(
  filter: EventFilter,
  counts: FilterCounts,
): ((batch: EventBatch, row: number) => boolean) | undefined {
  const { since, until, hosts, kinds } = filter;
  const byTime = since !== undefined || until !== undefined;
  if (!byTime && !hosts?.length && !kinds) return undefined;
  const isKind = kinds && kindTest(kinds);
  const known = new Map<string, boolean>();
  const patterns = (hosts ?? []).map(hostPattern);
  const isHost = (value: Value): boolean => {
    const name = String(value ?? '').toLowerCase();
    let result = known.get(name);
    if (result === undefined) {
      const short = name.split('.')[0] as string;
      result = patterns.some((pattern) => pattern.test(name) || pattern.test(short));
      if (known.size < 10_000) known.set(name, result);
    }
    return result;
  };
  return (batch, row) => {
    if (isKind && !isKind(batch, row)) return false;
    if (hosts?.length && !isHost(cellValue(batch, row, Field.Computer))) return false;
    if (!byTime) return true;
    const ms = toMillis(cellValue(batch, row, Field.SystemTime));
    if (ms === null) {
      counts.withoutTime++;
      return false;
    }
    return (since === undefined || ms >= since) && (until === undefined || ms < until);
  };
}

/** Whether one of the selectors may take an event, by its id and channel. */
function kindTest(selectors: readonly EventSelector[]): (batch: EventBatch, row: number) => boolean {
  /** Channels by event id, in lower case; null: any. */
  const byId = new Map<number, Set<string> | null>();
  const anyId = selectors.some(({ eventId }) => eventId === undefined);
  for (const { eventId, channel } of selectors)
    for (const id of eventId ?? []) {
      const known = byId.get(id);
      if (!channel) byId.set(id, null);
      else if (known !== null)
        byId.set(id, new Set([...(known ?? []), ...channel.map((name) => name.toLowerCase())]));
    }
  return (batch, row) => {
    if (anyId) return true;
    const value = cellValue(batch, row, Field.EventID);
    const id = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof id !== 'number' || !Number.isInteger(id)) return true;
    const channels = byId.get(id);
    if (channels === undefined) return false;
    const channel = channels === null ? null : cellValue(batch, row, Field.Channel);
    return typeof channel !== 'string' || channels === null || channels.has(channel.toLowerCase());
  };
}

/** The first value of a field in a row, or null. */
export function cellValue(batch: EventBatch, row: number, field: number): Value {
  const to = batch.rowStart[row + 1] as number;
  for (let cell = batch.rowStart[row] as number; cell < to; cell++) {
    if (batch.cellField[cell] === field) return batch.value(cell);
  }
  return null;
}

function hostPattern(host: string): RegExp {
  const escaped = host.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('\\*', '.*')}$`);
}
