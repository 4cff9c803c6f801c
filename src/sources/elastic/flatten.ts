/** Documents to rows: objects become names with dots, values of objects in lists come together as lists. */
import type { EngineRow } from '../engine.ts';

const maxDepth = 50;

export function flatten(source: Readonly<Record<string, unknown>>): EngineRow {
  // Names come from data: `__proto__` is a name like others.
  const row = Object.create(null) as EngineRow;
  walk(source, '', row, 0);
  return row;
}

function walk(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  row: EngineRow,
  depth: number,
): void {
  for (const [name, value] of Object.entries(object)) put(row, prefix + name, value, depth);
}

function put(row: EngineRow, name: string, value: unknown, depth: number): void {
  if (depth >= maxDepth || typeof value !== 'object' || value === null) {
    add(row, name, depth >= maxDepth && typeof value === 'object' ? JSON.stringify(value) : value);
  } else if (!Array.isArray(value)) walk(value as Record<string, unknown>, `${name}.`, row, depth + 1);
  else if (value.every((item) => typeof item !== 'object' || item === null)) add(row, name, value);
  else for (const item of value) put(row, name, item, depth + 1);
}

/** A second value of a name makes a list of both. */
function add(row: EngineRow, name: string, value: unknown): void {
  const before = row[name];
  if (before === undefined) row[name] = value;
  else row[name] = [before, value].flat();
}
