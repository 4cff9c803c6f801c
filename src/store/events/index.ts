export { EventTableWriter, type EventTableColumn, type EventTableOptions } from './table-writer.ts';
