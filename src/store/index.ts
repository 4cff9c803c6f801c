export {
  Database,
  type ColumnArray,
  type DatabaseOptions,
  type TypedColumns,
  type UserQueryOptions,
} from './database.ts';
export { loadDuckDb } from './duckdb.ts';
export { Frame } from './frame.ts';
export { frameFromRows, type EngineRows, type FromRowsOptions } from './from-rows.ts';
export type { FrameParts, Relation, SqlEngine } from './relation.ts';
export { quoteName, quoteText } from './names.ts';
export { showHex, showValue } from './show.ts';
export type { FromCsvOptions } from './from-text.ts';
export type { JoinOptions } from './sql-verbs.ts';
export type { TextOptions } from './text.ts';
export type { Equalities } from './verbs.ts';
export type { Column, ColumnType, FrameRow, FrameValue, SqlValues } from './types.ts';
export {
  EventTableWriter,
  exactPrefix,
  type EventKind,
  type EventTableColumn,
  type EventTableOptions,
} from './events/index.ts';
export { makeScratch, type Scratch } from './scratch.ts';
