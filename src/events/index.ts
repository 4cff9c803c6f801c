export { EXTRA, EventBatch, type RowReader } from './batch.ts';
export { canonicalise } from './canonicalise.ts';
export { Field, FieldTable, foldFieldName } from './field-table.ts';
export { ObjectBatch } from './object-batch.ts';
export { toIsoTime, toMillis, toTicks } from './time.ts';
export { toJson, type EventFields, type HuntEvent, type Scalar, type Value } from './value.ts';
