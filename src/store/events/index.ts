export { exactPrefix } from './column-names.ts';
export { type EventKind } from './event-kinds.ts';
export type { EventTableColumn, EventTableOptions } from './table-options.ts';
export { EventTableWriter } from './table-writer.ts';
