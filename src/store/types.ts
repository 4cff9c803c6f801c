/** Frames and tables: columns and values. */
import type { FieldType } from '../events/index.ts';

export type ColumnType = FieldType;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A value of a frame. `time` is ISO 8601 in UTC with up to seven decimals (`2020-09-22T08:37:45.1234567Z`), `guid`
 * as Sysmon writes it (`{365ABB72-1E3B-5F6B-0100-001055555555}`), integers beyond 2^53 are bigint, `ip` is text.
 */
export type FrameValue = string | number | bigint | boolean | null | readonly FrameValue[];

export type FrameRow = Readonly<Record<string, FrameValue>>;

/** Values bound to a statement: by name (`$mask`) or in order (`?`). */
export type SqlValues = Readonly<Record<string, FrameValue>> | readonly FrameValue[];
