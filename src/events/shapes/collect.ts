/**
 * The fields of one event object under their canonical names, by `mapPath`. This is the slow twin of the JSON
 * reader's scanner: both give the same values for the same event.
 *
 * An array of plain values is a list; objects inside an array are read as if they stood in its place, so that
 * their members become lists. Members named twice in one field are a list too.
 */
import type { Value } from '../value.ts';
import { mapPath } from './list.ts';
import { type PathMapping, Trait } from './shape.ts';

/** Deeper nesting than this is not read; readers refuse such input before. */
const MAX_DEPTH = 256;
/** Distinct paths remembered; more are mapped each time, so hostile names cost time but not memory. */
const MAX_NODES = 20_000;

interface PathNode {
  readonly path: readonly string[];
  readonly children: Map<string, PathNode>;
  mapping: PathMapping | undefined;
}

interface Entry {
  rank: number;
  values: Value[];
}

/** The fields of an event while they are put together. */
export class FieldCollector {
  readonly entries = new Map<string, Entry>();
  traits = 0;

  get(name: string): Value | undefined {
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    return entry.values.length === 1 ? entry.values[0] : (entry.values.flat() as Value[]);
  }

  /** The first value of a field, for the places where an event has only one. */
  first(name: string): Value | undefined {
    const value = this.entries.get(name)?.values[0];
    return Array.isArray(value) ? (value[0] as Value | undefined) : value;
  }

  rank(name: string): number | undefined {
    return this.entries.get(name)?.rank;
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Sets a field, whatever it was. */
  set(name: string, value: Value): void {
    this.entries.set(name, { rank: 0, values: [value] });
  }

  /** Adds a value as its rank demands; see `Target`. */
  add(name: string, rank: number, value: Value): void {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      this.entries.set(name, { rank, values: [value] });
    } else if (rank > 0 ? rank === entry.rank : entry.rank <= 0) {
      if (rank < 0 && entry.rank === 0) entry.values.unshift(value);
      else entry.values.push(value);
      entry.rank = Math.min(entry.rank, rank);
    } else if (rank < entry.rank) {
      entry.rank = rank;
      entry.values = [value];
    }
  }
}

const root: PathNode = { path: [], children: new Map(), mapping: undefined };
let nodes = 0;

/** Collects the fields of an object as JSON gives it. */
export function collect(object: Record<string, unknown>): FieldCollector {
  const fields = new FieldCollector();
  collectObject(object, root, fields, 0);
  return fields;
}

function collectObject(
  object: Record<string, unknown>,
  node: PathNode,
  fields: FieldCollector,
  depth: number,
): void {
  if (depth > MAX_DEPTH) return;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    collectValue(value, child(node, key), fields, depth);
  }
}

function collectValue(value: unknown, node: PathNode, fields: FieldCollector, depth: number): void {
  if (Array.isArray(value)) collectArray(value, node, fields, depth);
  else if (isObject(value)) collectObject(value, node, fields, depth + 1);
  else record(node, value as Value, fields);
}

function collectArray(
  array: readonly unknown[],
  node: PathNode,
  fields: FieldCollector,
  depth: number,
): void {
  const list = plainItems(array, node, fields, depth + 1);
  if (list.length > 0 || array.length === 0) record(node, list, fields);
}

/** The items of an array that are values; objects among them are collected under the array's own path. */
function plainItems(
  array: readonly unknown[],
  node: PathNode,
  fields: FieldCollector,
  depth: number,
): Value[] {
  const list: Value[] = [];
  if (depth > MAX_DEPTH) return list;
  for (const item of array) {
    if (Array.isArray(item)) list.push(plainItems(item, node, fields, depth + 1));
    else if (isObject(item)) collectObject(item, node, fields, depth + 1);
    else if (item !== undefined) list.push(item as Value);
  }
  return list;
}

function record(node: PathNode, value: Value, fields: FieldCollector): void {
  const mapping = (node.mapping ??= mapPath(node.path));
  fields.traits |= mapping.traits;
  if (value === null && (mapping.traits & Trait.container) !== 0) return;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const targets = isNumber && mapping.whenNumber !== undefined ? mapping.whenNumber : mapping.targets;
  const field = (mapping.traits & Trait.number) !== 0 ? numberFromText(value) : value;
  for (const target of targets) fields.add(target.name, target.rank, field);
}

/** `"4688"` as the number it is; anything but plain decimal digits stays as it is. */
export function numberFromText(value: Value): Value {
  return typeof value === 'string' && /^(?:0|[1-9]\d{0,14})$/u.test(value) ? Number(value) : value;
}

function child(node: PathNode, key: string): PathNode {
  let next = node.children.get(key);
  if (next === undefined) {
    next = { path: [...node.path, key], children: new Map(), mapping: undefined };
    if (nodes < MAX_NODES) {
      nodes++;
      node.children.set(key, next);
    }
  }
  return next;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
