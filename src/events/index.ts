export { EXTRA, EventBatch, type RowReader } from './batch.ts';
export { Field, FieldTable, foldFieldName } from './field-table.ts';
export { toJson, type EventFields, type HuntEvent, type Scalar, type Value } from './value.ts';
