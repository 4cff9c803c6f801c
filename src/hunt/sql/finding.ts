/** Rows of a SQL hunt to findings: the row is the event's fields, its usual columns say where and when. */
import { hash } from 'node:crypto';
import { toIsoTime, toJson, type EventFields, type HuntEvent, type Value } from '../../events/index.ts';
import type { SqlHunt } from '../../rules/index.ts';
import { showHex, type Column, type FrameRow, type FrameValue } from '../../store/index.ts';
import { ruleOf } from '../finding.ts';
import type { Finding, FindingMatch, FindingRule } from '../types.ts';
import { infoOf } from './load.ts';

/** Columns shown as what matched. */
const maxShown = 16;
const timeColumns = ['time', '_time', 'utctime', 'systemtime'];
const placeColumns = new Set(['_row', '_source', '_position']);

export class SqlFindings {
  readonly #hunt: SqlHunt;
  readonly #rule: FindingRule;
  readonly #source: string;
  readonly #by: ReadonlyMap<string, string>;
  readonly #time: string | undefined;
  readonly #shown: readonly string[];
  /** Rights and the like, which findings give as events do: in hexadecimal. */
  readonly #hex: ReadonlySet<string>;
  readonly #copies = new Map<string, number>();

  /** `source`: what events are said to be from where the SQL does not select `_source`. */
  constructor(hunt: SqlHunt, columns: readonly Column[], source: string) {
    this.#hunt = hunt;
    this.#rule = ruleOf(infoOf(hunt));
    this.#source = source;
    this.#by = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
    this.#time =
      timeColumns.map((name) => this.#by.get(name)).find((name) => name !== undefined) ??
      columns.find(({ type }) => type === 'time')?.name;
    this.#hex = new Set(columns.filter(({ type }) => type === 'hex').map(({ name }) => name));
    const apart = new Set([...placeColumns, 'computer', 'host', 'channel', this.#time?.toLowerCase()]);
    this.#shown = columns.map(({ name }) => name).filter((name) => !apart.has(name.toLowerCase()));
  }

  /** By time, then by what they say: rows that an ORDER BY holds equal come from threads in any order. */
  inOrder(rows: readonly FrameRow[]): FrameRow[] {
    const time = this.#time;
    return rows
      .map((row) => ({ row, key: `${time === undefined ? '' : String(row[time])} ${toJson(row)}` }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ row }) => row);
  }

  make(row: FrameRow): Finding {
    const fields = Object.create(null) as EventFields;
    for (const [name, value] of Object.entries(row))
      if (!placeColumns.has(name.toLowerCase())) fields[name] = this.#value(name, value);
    const id = this.#cell(row, 'eventid');
    const record = this.#cell(row, 'eventrecordid');
    const event: HuntEvent = {
      source: this.#text(row, '_source') ?? this.#source,
      channel: this.#text(row, 'channel'),
      provider: this.#text(row, 'provider_name'),
      eventId: typeof id === 'number' || typeof id === 'string' ? id : null,
      recordId:
        typeof record === 'number' || typeof record === 'bigint' || typeof record === 'string'
          ? record
          : null,
      time: this.#time === undefined ? null : toIsoTime(row[this.#time] as Value),
      host: this.#text(row, 'computer') ?? this.#text(row, 'host'),
      fields,
    };
    return { id: this.#id(fields), rule: this.#rule, event, matched: this.#matched(row) };
  }

  /** By the content of the row; equal rows are numbered, so that each finding has an id of its own. */
  #id(fields: EventFields): string {
    const content = toJson(fields);
    const digest = hash('sha256', `${this.#hunt.id}\n${content}`, 'hex').slice(0, 32);
    const copy = this.#copies.get(digest) ?? 0;
    this.#copies.set(digest, copy + 1);
    return copy === 0 ? digest : hash('sha256', `${digest}\n${copy}`, 'hex').slice(0, 32);
  }

  #matched(row: FrameRow): FindingMatch[] {
    return this.#shown
      .filter((name) => row[name] !== null && row[name] !== '')
      .slice(0, maxShown)
      .map((name) => ({
        field: name,
        value: this.#value(name, row[name] ?? null),
        pattern: 'column of the SQL hunt',
      }));
  }

  #value(name: string, value: FrameValue): Value {
    const isNumber = typeof value === 'bigint' || typeof value === 'number';
    return isNumber && this.#hex.has(name) ? showHex(value) : (value as Value);
  }

  #cell(row: FrameRow, name: string): FrameValue {
    const column = this.#by.get(name);
    return column === undefined ? null : (row[column] ?? null);
  }

  #text(row: FrameRow, name: string): string | null {
    const value = this.#cell(row, name);
    return typeof value === 'string' && value !== '' ? value : null;
  }
}
