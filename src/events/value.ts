/** A value of an event field. Integers beyond 2^53 are bigint, so that nothing is rounded. */
export type Scalar = string | number | bigint | boolean | null;
export type Value = Scalar | readonly Value[];

/** The fields of one event: canonical names (Sigma's taxonomy) in the order the source gives them. */
export type EventFields = Record<string, Value>;

/** One event, whole. `time` is ISO 8601 in UTC with up to seven decimals (100 ns), or null when unknown. */
export interface HuntEvent {
  readonly source: string;
  readonly channel: string | null;
  readonly provider: string | null;
  readonly eventId: number | string | null;
  readonly recordId: number | bigint | string | null;
  readonly time: string | null;
  readonly host: string | null;
  readonly fields: EventFields;
}

// Node has JSON.rawJSON since 22; TypeScript's library does not list it yet.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** JSON text of a value; bigint is written as digits. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? rawJson(item.toString()) : item,
  );
}
