/** What the table writer is told, and what it tells of its columns. */

export interface EventTableOptions {
  readonly groupRows?: number;
  readonly maxColumns?: number;
  /** Number of the first row. */
  readonly firstRow?: number;
}

export interface EventTableColumn {
  /** Name of the column. */
  readonly name: string;
  /** Name of the field. */
  readonly field: string;
}
