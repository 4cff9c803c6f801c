/** The order of events of a chain: by UtcTime, then by record number; what has none comes last. */

export interface EventOrder {
  /** `correlationTime`; NaN: unknown. */
  readonly at: number;
  readonly recordId: number | bigint | string | null;
}

export function compareEvents(a: EventOrder, b: EventOrder): number {
  return compareTimes(a.at, b.at) || compareRecords(a.recordId, b.recordId);
}

function compareTimes(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

function compareRecords(a: EventOrder['recordId'], b: EventOrder['recordId']): number {
  const one = numberOf(a);
  const other = numberOf(b);
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one < other ? -1 : one > other ? 1 : 0;
}

function numberOf(record: EventOrder['recordId']): number | bigint | null {
  if (typeof record !== 'string') return record;
  return /^\d{1,30}$/u.test(record) ? BigInt(record) : null;
}
