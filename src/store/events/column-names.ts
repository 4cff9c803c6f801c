/**
 * Names of table columns for names of fields, which come from hostile data: they differ without regard to case, can
 * stand in SQL text and do not collide with the columns that tell of the row itself.
 */
import { foldFieldName } from '../../events/index.ts';

/** `_lists`: which fields of the row are lists, as opposed to text that looks like one. */
export const rowColumns = ['_row', '_source', '_position', '_time', '_more', '_lists'] as const;
/** Names of columns that views add. */
const viewColumns = ['time'];
/** Names in a lake: the text that stands beside a typed column. */
export const exactPrefix = '_text_';
const longest = 200;

export class ColumnNames {
  readonly #taken = new Set<string>([...rowColumns, ...viewColumns]);

  /** A name for the field, or null when it can not be a column. */
  take(field: string): string | null {
    // oxlint-disable-next-line no-control-regex
    if (field.length === 0 || field.length > longest || /[\u0000-\u001f\u007f]/u.test(field)) return null;
    if (!field.isWellFormed()) return null;
    let name = field.toLowerCase().startsWith(exactPrefix) ? `_${field}` : field;
    while (this.#taken.has(foldFieldName(name))) name += '_';
    this.#taken.add(foldFieldName(name));
    return name;
  }
}
