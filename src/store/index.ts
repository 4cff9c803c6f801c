export { Database, type DatabaseOptions } from './database.ts';
export { loadDuckDb } from './duckdb.ts';
export type { Column, ColumnType, FrameRow, FrameValue, SqlValues } from './types.ts';
