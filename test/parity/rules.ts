/** Rules for the comparison, and the tables of events that they are asked of. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { logSourceTable, Matcher, RuleCompiler } from '../../src/detect/index.ts';
import type { LogSourceMode } from '../../src/detect/index.ts';
import { FieldTable, foldFieldName, toJson, type Value } from '../../src/events/index.ts';
import type { EventBatch } from '../../src/events/index.ts';
import { parseRules, type Detection, type SigmaRule } from '../../src/sigma/index.ts';
import { Converter } from '../../src/sigma/convert.ts';
import type { Row } from './engines.ts';

export function readRules(folder: string): SigmaRule[] {
  const found: SigmaRule[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    found.push(...parseRules(readFileSync(file, 'utf8'), file).rules);
  }
  return found;
}

/** Names of fields in the rules, each in one spelling, the most used first. */
export function fieldNames(rules: readonly SigmaRule[]): string[] {
  const counts = new Map<string, { name: string; count: number }>();
  const count = (name: string): void => {
    const key = name.toLowerCase();
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { name, count: 1 });
    else entry.count++;
  };
  const walk = (detection: Detection): void => {
    if (detection.kind !== 'item') return detection.items.forEach(walk);
    if (detection.field !== null) count(detection.field);
    for (const value of detection.values) if (value.kind === 'fieldref') count(value.field);
  };
  for (const rule of rules) Object.values(rule.detections).forEach(walk);
  return [...counts.values()].toSorted((a, b) => b.count - a.count).map(({ name }) => name);
}

export const rawColumn = '_raw';

/** The events of batches as rows, while the matcher looks at the same batches. */
export class Sight {
  readonly columns: readonly string[];
  readonly rows: Row[] = [];
  /** For each rule, by index, the rows it matches. */
  readonly matched = new Map<number, Set<number>>();
  /** Rows whose events hold lists or two values of one field, which a column cannot show. */
  readonly lists = new Set<number>();
  readonly fields: FieldTable;
  readonly #matcher: Matcher;
  readonly #columnOf = new Map<string, number[]>();
  readonly #ruleOf: readonly number[];

  constructor(rules: readonly SigmaRule[], extra: readonly string[] = [], mode: LogSourceMode = 'raw') {
    this.columns = [...new Set([...fieldNames(rules), ...extra]), rawColumn];
    this.columns.forEach((name, at) => {
      const key = foldFieldName(name);
      this.#columnOf.set(key, [...(this.#columnOf.get(key) ?? []), at]);
    });
    const compiler = new RuleCompiler(mode, logSourceTable);
    for (const rule of rules) compiler.add(rule);
    const set = compiler.finish(1);
    // Rules that are refused are left out of the set.
    const indexes = new Map(
      rules.map(({ path: file, position }, index) => [`${file}:${position.line}`, index]),
    );
    this.#ruleOf = set.rules.map(({ info }) => indexes.get(`${info.path}:${info.line}`) as number);
    this.fields = new FieldTable();
    this.#matcher = new Matcher(set, this.fields);
  }

  take(batch: EventBatch, accept: (row: number) => boolean = () => true): void {
    const first = this.rows.length;
    const place = new Map<number, number>();
    for (let row = 0; row < batch.length; row++) {
      if (!accept(row)) continue;
      place.set(row, this.rows.length);
      this.#add(batch.event(row).fields);
    }
    if (this.rows.length === first) return;
    this.#matcher.match(batch, ({ rule, row }) => {
      const id = place.get(row);
      if (id === undefined) return;
      const index = this.#ruleOf[rule] as number;
      const found = this.matched.get(index) ?? new Set();
      found.add(id);
      this.matched.set(index, found);
    });
  }

  #add(fields: Readonly<Record<string, Value>>): void {
    const row = Array<string | null>(this.columns.length).fill(null);
    for (const [name, value] of Object.entries(fields)) {
      if (value === null) continue;
      for (const at of this.#columnOf.get(foldFieldName(name)) ?? []) {
        const text = typeof value === 'object' ? toJson(value) : String(value);
        if (typeof value === 'object' || (row[at] !== null && row[at] !== text))
          this.lists.add(this.rows.length);
        row[at] = text;
      }
    }
    row[this.columns.length - 1] = Object.values(fields).map(textOf).join('\n');
    this.rows.push(row);
  }
}

function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.map(textOf).join('\n') : String(value);
}

/** A rule as a condition in SQL, all its conditions joined; or the reason why there is none. */
export function conditionsOf(
  target: 'duckdb' | 'sqlite' | 'postgres',
  rules: readonly SigmaRule[],
  pipelines: readonly string[],
): ({ sql: string } | { refused: string })[] {
  const converter = new Converter({
    target,
    pipelines,
    ...(target !== 'sqlite' ? { options: { raw: rawColumn } } : {}),
  });
  return rules.map((rule) => {
    const conversion = converter.convert({ rules: [rule], correlations: [] }).conversions[0];
    if (conversion?.error !== undefined) return { refused: conversion.error.message.replace(/^.*?: /, '') };
    const queries =
      conversion?.queries.map((query) => `(${String(query).replace(/^.*? WHERE /s, '')})`) ?? [];
    return { sql: queries.join(' OR ') };
  });
}
