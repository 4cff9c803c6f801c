/**
 * A part of a table as SQL: its first rows, some columns, rows with these values. It holds for the same rows as the
 * comparison in JavaScript (`verbs.ts`), or is null where only that can tell.
 */
import type * as DuckDb from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import { quoteName, quoteText } from './names.ts';
import type { RelationPart } from './relation.ts';

interface SqlColumn {
  readonly name: string;
  readonly type: DuckDBType;
}

export function partSql(
  duck: typeof DuckDb,
  from: string,
  columns: readonly SqlColumn[],
  { places, rows, equal = [] }: RelationPart,
): string | null {
  // The second of two columns of one name could not be asked for again.
  if (places && new Set(places).size < places.length) return null;
  const conditions: string[] = [];
  for (const { place, texts } of equal) {
    const { name, type } = columns[place] as SqlColumn;
    const condition = equalSql(duck, type, quoteName(name), texts);
    if (condition === null) return null;
    conditions.push(condition);
  }
  const list = places?.map((place) => quoteName((columns[place] as SqlColumn).name)) ?? ['*'];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const limit = rows === undefined ? '' : ` LIMIT ${rows}`;
  return `(SELECT ${list.join(', ')} FROM ${from}${where}${limit})`;
}

function equalSql(
  duck: typeof DuckDb,
  type: DuckDBType,
  name: string,
  texts: ReadonlySet<string | null>,
): string | null {
  const literal = literalOf(duck, type);
  if (literal === null) return null;
  const literals: string[] = [];
  for (const text of texts) {
    if (text === null) continue;
    if (text.includes('\0') || !text.isWellFormed()) return null;
    const one = literal(text);
    if (one !== null) literals.push(one);
  }
  const parts = [
    ...(literals.length > 0 ? [`${name} IN (${literals.join(', ')})`] : []),
    ...(texts.has(null) ? [`${name} IS NULL`] : []),
  ];
  return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;
}

/** How a text is written as a value of this type: null when no value has this text, or when the type has many forms. */
function literalOf(duck: typeof DuckDb, { typeId }: DuckDBType): ((text: string) => string | null) | null {
  const Id = duck.DuckDBTypeId;
  switch (typeId) {
    case Id.VARCHAR:
      return quoteText;
    case Id.TINYINT:
    case Id.SMALLINT:
    case Id.INTEGER:
    case Id.BIGINT:
    case Id.HUGEINT:
    case Id.UTINYINT:
    case Id.USMALLINT:
    case Id.UINTEGER:
    case Id.UBIGINT:
      return (text) => (/^(?:0|-?[1-9]\d{0,37})$/.test(text) ? text : null);
    case Id.BOOLEAN:
      return (text) => (text === 'true' || text === 'false' ? text : null);
    case Id.UUID:
      return (text) =>
        /^\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/.test(text) ? `UUID '${text.slice(1, -1)}'` : null;
    default:
      return null;
  }
}
