/**
 * Every value of the EVTX-ATTACK-SAMPLES against evtx_dump (`cargo install evtx`), whose JSON is flattened here by code
 * of its own. Set HUNTBOOK_EVTX_DUMP to the binary, or have it in the PATH.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { HuntEvent, Value } from '../../../src/events/index.ts';
import { evtxFiles, evtxFolder, fileInput, readAll } from './support.ts';

const binary = process.env['HUNTBOOK_EVTX_DUMP'] ?? 'evtx_dump';
const hasBinary = spawnSync(binary, ['--version']).status === 0;
const files = evtxFiles(evtxFolder);

type Json = string | number | bigint | boolean | null | Json[] | { [name: string]: Json };
type Pairs = [string, Json][];

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements that carry attributes only: without any, evtx_dump gives null, which is no value. */
const withoutText = new Set(['Provider', 'TimeCreated', 'Correlation', 'Execution', 'Security']);

function dump(file: string): { [name: string]: Json }[] {
  const { stdout } = spawnSync(binary, ['-t', '1', '-o', 'jsonl', file], { maxBuffer: 1 << 30 });
  const exact = (_name: string, value: unknown, context?: { source: string }): unknown =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? BigInt(context?.source ?? value)
      : value;
  const lines = stdout.toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line, exact) as { Event: { [name: string]: Json } }).Event);
}

function attributes(name: string, value: { [name: string]: Json }, pairs: Pairs): void {
  const of = value['#attributes'];
  if (!isObject(of)) return;
  for (const [key, item] of Object.entries(of)) {
    pairs.push([name === 'TimeCreated' && key === 'SystemTime' ? key : `${name}_${key}`, item]);
  }
}

function element(name: string, value: Json, pairs: Pairs, prefix = ''): void {
  if (!isObject(value)) {
    pairs.push([prefix + name, value]);
    return;
  }
  attributes(prefix + name, value, pairs);
  if ('#text' in value) pairs.push([prefix + name, value['#text'] as Json]);
  const names = Object.keys(value);
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('#')) continue;
    // An element that occurs again is written with a number behind its name.
    const base = key.replace(/_\d+$/, '');
    element(base !== key && names.includes(base) ? base : key, item, pairs, prefix);
  }
}

function flatten(event: { [name: string]: Json }): Map<string, Json[]> {
  const pairs: Pairs = [];
  for (const [part, value] of Object.entries(event)) {
    if (part.startsWith('#') || value === null) continue;
    if (part === 'System' && isObject(value)) {
      for (const [name, item] of Object.entries(value)) {
        if (item !== null || !withoutText.has(name)) element(name, item, pairs);
      }
    } else if (part === 'EventData' || part === 'UserData') {
      element(part, value, pairs);
    } else if (isObject(value)) {
      attributes(part, value, pairs);
      for (const [name, item] of Object.entries(value)) {
        if (!name.startsWith('#')) element(name, item, pairs, `${part}_`);
      }
    }
  }
  const fields = new Map<string, Json[]>();
  for (const [name, value] of pairs) {
    const list = fields.get(name) ?? [];
    list.push(...(Array.isArray(value) ? value : [value]));
    fields.set(name, list);
  }
  return fields;
}

const guid = /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/;

function sameValue(mine: Value | undefined, theirs: Json | undefined): boolean {
  if (mine === theirs) return true;
  // GUIDs: upper case without braces here, lower case in braces there.
  if (typeof mine === 'string' && guid.test(mine)) return `{${mine.toLowerCase()}}` === theirs;
  // Numbers with a fraction are text there.
  return typeof mine === 'number' && typeof theirs === 'string' && mine === Number(theirs);
}

function compare(mine: HuntEvent, theirs: Map<string, Json[]>, differences: string[], label: string): number {
  let values = 0;
  for (const [name, list] of theirs) {
    const own = mine.fields[name];
    const items: readonly Value[] = Array.isArray(own) ? own : own === undefined ? [] : [own as Value];
    values += list.length;
    if (items.length !== list.length || !items.every((item, i) => sameValue(item, list[i]))) {
      differences.push(
        `${label} ${name}: ${items.map(String).join('|')} is not ${list.map(String).join('|')}`,
      );
    }
  }
  for (const name of Object.keys(mine.fields)) {
    if (!theirs.has(name)) differences.push(`${label} ${name} is too much`);
  }
  return values;
}

const keyOf = (of: (name: string) => unknown): string =>
  `${String(of('EventRecordID')).padStart(20)} ${of('SystemTime')} ${of('Channel')}`;

describe.skipIf(files.length === 0)('the EVTX-ATTACK-SAMPLES', () => {
  it('hold 8,255 events, and every one is read without an issue', async () => {
    let events = 0;
    for (const file of files) {
      const reading = await readAll(fileInput(file));
      expect(reading.issues, file).toEqual([]);
      events += reading.events.length;
    }
    expect(files.length).toBe(277);
    expect(events).toBe(8255);
  });

  it('give the same cells in blocks of any size', async () => {
    const file = files.find((name) => name.includes('CVE-2020-0796')) ?? (files[0] as string);
    const whole = await readAll(fileInput(file));
    const { createReadStream } = await import('node:fs');
    for (const highWaterMark of [1000, 4096, 65_536, 70_001]) {
      const pieces = { name: file, stream: () => createReadStream(file, { highWaterMark }) };
      expect((await readAll(pieces)).rows).toEqual(whole.rows);
    }
  });

  it.skipIf(!hasBinary)(
    'have the fields and values that evtx_dump gives',
    async () => {
      let values = 0;
      const differences: string[] = [];
      for (const file of files) {
        const { events } = await readAll(fileInput(file));
        const theirs = dump(file).map(flatten);
        expect(events.length, file).toBe(theirs.length);
        // evtx_dump begins with the oldest chunk, wherever it is: pair the events by what tells them apart.
        const mine = events.map((event) => ({ event, key: keyOf((name) => event.fields[name]) }));
        const other = theirs.map((fields) => ({ fields, key: keyOf((name) => fields.get(name)?.[0]) }));
        mine.sort((a, b) => (a.key < b.key ? -1 : 1));
        other.sort((a, b) => (a.key < b.key ? -1 : 1));
        mine.forEach(({ event }, i) => {
          const label = `${file.split('/').pop()}#${event.recordId}`;
          values += compare(event, (other[i] as { fields: Map<string, Json[]> }).fields, differences, label);
        });
      }
      expect(differences.slice(0, 30)).toEqual([]);
      expect(values).toBeGreaterThan(200_000);
    },
    300_000,
  );
});
