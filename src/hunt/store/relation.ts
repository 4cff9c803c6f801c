/**
 * Events as they lie in Parquet files, and the SQL that reads them: files of texts, which are written for one run, and
 * files of a lake, which keep typed columns and beside them the texts that those do not give back.
 */
import { foldFieldName } from '../../events/index.ts';
import { exactPrefix, quoteName, quoteText, type EventKind } from '../../store/index.ts';
import { nullColumn, sqlType, typedText, usualText } from './columns.ts';

export interface EventColumns {
  /** Columns of fields, in order. */
  readonly fields: readonly string[];
  readonly kinds: readonly EventKind[];
  /** Whether there is a column `_more`. */
  readonly more: boolean;
}

export interface EventRelation extends EventColumns {
  /** What stands behind FROM. */
  readonly from: string;
  readonly time: string;
  /** Number of a row, over all relations. */
  readonly row: string;
  /** The text of a field that the relation has. */
  text(field: string): string;
  /** The value of a field as the type of the column `name`; NULL of that type when the relation lacks the field. */
  typed(name: string, field: string): string;
}

/** A file that `EventTableWriter` wrote. */
export function textRelation(file: string, columns: EventColumns, firstRow = 0): EventRelation {
  const known = fieldMap(columns.fields);
  return {
    ...columns,
    from: `read_parquet(${quoteText(file)})`,
    time: '_time',
    row: rowNumber(firstRow),
    text: quoteName,
    typed(name, field) {
      const column = known.get(foldFieldName(field));
      return column === undefined ? nullColumn(name) : typedText(name, quoteName(column), '_time');
    },
  };
}

export interface LakeFiles {
  readonly files: readonly string[];
  /** They have the columns of the first: the others need not be looked at before they are read. */
  readonly alike: boolean;
  /** Columns of one field under several names, by the name that `EventColumns` has. */
  readonly variants: ReadonlyMap<string, readonly string[]>;
}

/** Files of a lake. `condition`: which of their rows. */
export function lakeRelation(
  { files, alike, variants }: LakeFiles,
  columns: EventColumns,
  condition: string | null,
  firstRow = 0,
): EventRelation {
  const known = fieldMap(columns.fields);
  const read = `read_parquet([${files.map(quoteText).join(', ')}], union_by_name = ${!alike}, hive_partitioning = false)`;
  const any = (field: string, sql: (column: string) => string): string => {
    const [first = field, ...others] = variants.get(field) ?? [];
    return others.length === 0 ? sql(first) : `COALESCE(${[first, ...others].map(sql).join(', ')})`;
  };
  const textOf = (column: string): string => {
    if (sqlType(column) === 'VARCHAR') return quoteName(column);
    const usual = usualText(column, quoteName(column));
    const exact = quoteName(exactColumn(column));
    return usual === null ? exact : `COALESCE(${exact}, ${usual})`;
  };
  const text = (field: string): string => any(field, textOf);
  return {
    ...columns,
    from: condition === null ? read : `(SELECT * FROM ${read} WHERE ${condition})`,
    time: '"Time"',
    row: rowNumber(firstRow),
    text,
    typed(name, field) {
      const column = known.get(foldFieldName(field));
      if (column === undefined) return nullColumn(name);
      return sqlType(column) === sqlType(name)
        ? any(column, quoteName)
        : typedText(name, text(column), '"Time"');
    },
  };
}

/** The select list that makes the file of a lake out of texts. */
export function lakeColumns({ fields, more }: EventColumns): string[] {
  const names = lakeFields(fields);
  const out = ['_time AS "Time"'];
  fields.forEach((field, index) => {
    const text = quoteName(field);
    const typed = typedText(field, text, '_time');
    out.push(`${typed} AS ${quoteName(names[index] as string)}`);
    if (sqlType(field) === 'VARCHAR') return;
    const usual = usualText(field, typed);
    const exact = usual === null ? text : `CASE WHEN ${text} IS DISTINCT FROM ${usual} THEN ${text} END`;
    out.push(`${exact} AS ${quoteName(exactColumn(field))}`);
  });
  return [...out, ...(more ? ['_more'] : []), '_lists', '_source', '_position', '_row'];
}

/** Names of columns in a lake: `day` and `host` are those of its folders. */
export function lakeFields(fields: readonly string[]): string[] {
  const taken = new Set(fields.map((name) => name.toLowerCase()));
  return fields.map((field) => {
    if (!/^(?:day|host)$/iu.test(field)) return field;
    let name = field;
    while (taken.has(name.toLowerCase())) name += '_';
    return name;
  });
}

/** Where a lake keeps the text of a typed field. */
function exactColumn(field: string): string {
  return `${exactPrefix}${field}`;
}

function rowNumber(firstRow: number): string {
  return firstRow === 0 ? '_row' : `_row + ${firstRow}`;
}

/** Columns by what their names have in common. */
function fieldMap(fields: readonly string[]): Map<string, string> {
  return new Map(fields.map((name) => [foldFieldName(name), name]));
}
