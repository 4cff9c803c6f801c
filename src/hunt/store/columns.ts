/**
 * Columns of the event tables: names, types, and the SQL that reads them from the table of texts. What does not fit
 * its type is NULL in the typed tables and stands as it is in `events_text`.
 */
import { fieldType, foldFieldName, type FieldType } from '../../events/index.ts';

const sqlTypes: Readonly<Record<FieldType, string>> = {
  text: 'VARCHAR',
  ip: 'VARCHAR',
  list: 'VARCHAR',
  integer: 'BIGINT',
  hex: 'BIGINT',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP_NS',
  guid: 'UUID',
};
/** Hexadecimal numbers of 64 bits, the highest of which are in use. */
const unsigned = /^(?:keywords|.*logonid)$/u;

/** The type of a column as users see it; fields of Windows that are always hexadecimal count as such. */
export function columnType(name: string): FieldType {
  return foldFieldName(name) === 'keywords' ? 'hex' : fieldType(name);
}

export function sqlType(name: string): string {
  const type = columnType(name);
  return type === 'hex' && unsigned.test(foldFieldName(name)) ? 'UBIGINT' : sqlTypes[type];
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The column `source` of texts as the type of the column `name`; NULL of that type when there is no such column. */
export function typedColumn(name: string, source: string | undefined): string {
  const type = sqlType(name);
  if (source === undefined) return `CAST(NULL AS ${type}) AS ${identifier(name)}`;
  const text = identifier(source);
  if (foldFieldName(source) === 'systemtime') {
    // Shippers that write a number mean the time that the row was given.
    const given = `CASE WHEN ${text} IS NOT NULL THEN _time END`;
    return `COALESCE(TRY_CAST(${text} AS ${type}), ${given}) AS ${identifier(name)}`;
  }
  if (type === 'UBIGINT') {
    // Some shippers write 64 bits with a sign.
    const signed = `TRY_CAST(TRY_CAST(${text} AS HUGEINT) + 18446744073709551616 AS ${type})`;
    return `COALESCE(TRY_CAST(${text} AS ${type}), ${signed}) AS ${identifier(name)}`;
  }
  return type === 'VARCHAR'
    ? `${text} AS ${identifier(name)}`
    : `TRY_CAST(${text} AS ${type}) AS ${identifier(name)}`;
}
