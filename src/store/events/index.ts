export { exactPrefix } from './column-names.ts';
export { type EventKind } from './event-kinds.ts';
export { EventTableWriter, type EventTableColumn, type EventTableOptions } from './table-writer.ts';
