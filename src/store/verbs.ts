/** What can be done with the rows of a relation without SQL: the first rows, some columns, rows with these values. */
import { HuntbookError } from '../errors.ts';
import { parseValue } from './parse-value.ts';
import type { Relation } from './relation.ts';
import { RowsRelation } from './rows-relation.ts';
import type { Column, FrameValue } from './types.ts';

/** Values that columns must have; of several values, one. */
export type Equalities = Readonly<Record<string, FrameValue>>;

export function headOf(base: Relation, given: number): Relation {
  const { columns, wide } = base;
  const rows = Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(given) || 0));
  return (
    base.part?.({ rows }) ??
    new RowsRelation({
      columns,
      wide,
      rows: () => firstOf(base, rows),
      count: async () => Math.min(rows, await base.count()),
      engine: () => engineOf(base),
    })
  );
}

async function* firstOf(base: Relation, rows: number): AsyncGenerator<readonly FrameValue[]> {
  if (rows <= 0) return;
  let left = rows;
  for await (const row of base.rows()) {
    yield row;
    if (--left <= 0) return;
  }
}

/** Throws HB_USAGE for a name that is not there. */
export function selectOf(base: Relation, names: readonly string[]): Relation {
  const places = names.map((name) => placeOf(base.columns, name));
  const columns = places.map((place) => base.columns[place] as Column);
  return (
    base.part?.({ places }) ??
    new RowsRelation({
      columns,
      wide: base.wide,
      rows: async function* () {
        for await (const row of base.rows()) yield places.map((place) => row[place] ?? null);
      },
      count: () => base.count(),
      engine: () => engineOf(base),
    })
  );
}

export function whereOf(base: Relation, equalities: Equalities): Relation {
  const equal = Object.entries(equalities).map(([name, wanted]) => {
    const place = placeOf(base.columns, name);
    return { place, texts: textsOf((base.columns[place] as Column).type, wanted) };
  });
  const { columns, wide } = base;
  return (
    base.part?.({ equal }) ??
    new RowsRelation({
      columns,
      wide,
      rows: async function* () {
        for await (const row of base.rows())
          if (equal.every(({ place, texts }) => isAmong(texts, row[place] ?? null))) yield row;
      },
      engine: () => engineOf(base),
    })
  );
}

/** The name as it is spelled, else the only one that differs by case. */
export function placeOf(columns: readonly Column[], name: string): number {
  const exact = columns.findIndex((column) => column.name === name);
  if (exact >= 0) return exact;
  const folded = columns.flatMap((column, at) =>
    column.name.toLowerCase() === name.toLowerCase() ? [at] : [],
  );
  if (folded.length === 1) return folded[0] as number;
  throw new HuntbookError('HB_USAGE', `there is no column ${JSON.stringify(name)}`, {
    hint: `Columns: ${columns
      .slice(0, 40)
      .map((column) => column.name)
      .join(', ')}${columns.length > 40 ? ', …' : ''}`,
  });
}

function textsOf(type: Column['type'], wanted: FrameValue): ReadonlySet<string | null> {
  return new Set(
    (Array.isArray(wanted) ? wanted : [wanted]).map((one: FrameValue) =>
      one === null ? null : canonical(type, String(one)),
    ),
  );
}

function isAmong(texts: ReadonlySet<string | null>, value: FrameValue): boolean {
  return Array.isArray(value)
    ? value.some((item: FrameValue) => texts.has(item === null ? null : String(item)))
    : texts.has(value === null ? null : String(value));
}

/** As the column writes the value: {ABC…} for abc…, 5136 for 0x1410. */
function canonical(type: Column['type'], text: string): string {
  return String(parseValue(type, text) ?? text);
}

async function engineOf(base: Relation): Promise<Awaited<ReturnType<Relation['table']>>['engine']> {
  return (await base.table()).engine;
}
