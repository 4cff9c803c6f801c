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

/** NULL of the type of a column. */
export function nullColumn(name: string): string {
  return `CAST(NULL AS ${sqlType(name)})`;
}

/** SQL for the text `text` as a value of the type of the column `name`; `time` is the time of the row. */
export function typedText(name: string, text: string, time: string): string {
  const type = sqlType(name);
  if (type === 'VARCHAR') return text;
  const value = `TRY_CAST(${text} AS ${type})`;
  if (foldFieldName(name) === 'systemtime') {
    // Shippers that write a number mean the time that the row was given.
    return `COALESCE(${value}, CASE WHEN ${text} IS NOT NULL THEN ${time} END)`;
  }
  if (type === 'UBIGINT') {
    // Some shippers write 64 bits with a sign.
    return `COALESCE(${value}, TRY_CAST(TRY_CAST(${text} AS HUGEINT) + 18446744073709551616 AS ${type}))`;
  }
  return value;
}

/** The text that a value of the type of the column `name` usually stands for; null where there is no usual one. */
export function usualText(name: string, value: string): string | null {
  switch (columnType(name)) {
    case 'integer':
    case 'boolean':
      return `CAST(${value} AS VARCHAR)`;
    case 'hex':
      return `'0x' || lower(to_hex(${value}))`;
    case 'guid':
      return `'{' || upper(CAST(${value} AS VARCHAR)) || '}'`;
    default:
      return null;
  }
}
