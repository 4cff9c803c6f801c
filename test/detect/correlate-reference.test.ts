import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  compileRuleSet,
  CorrelationPlan,
  Correlator,
  Matcher,
  type CorrelationHit,
} from '../../src/detect/index.ts';
import { FieldTable, foldFieldName, ObjectBatch, type EventFields } from '../../src/events/index.ts';
import { parseRules } from '../../src/sigma/index.ts';
import { sharedPath } from '../support/data.ts';
import { eventOf } from './support.ts';

const micro = sharedPath('oracle', 'micro.jsonl');

interface MicroCase {
  readonly case: string;
  readonly feature: string;
  readonly group: string;
  readonly rule_yaml: string;
  readonly results: Readonly<Record<string, { readonly queries?: string[] }>>;
}

/** The reference cuts the bound 500.5 to 500. */
const wrong = new Set(['m458']);

describe.skipIf(micro.missing)(`correlations of the micro-cases, run as SQL by SQLite${micro.note}`, () => {
  const cases = micro.missing
    ? []
    : readFileSync(micro.path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as MicroCase)
        .filter(({ group }) => group === 'correlation');
  const queryOf = ({ results }: MicroCase): string | undefined =>
    results['sqlite|none|default']?.queries?.[0];
  for (const one of cases.filter((each) => queryOf(each) && !wrong.has(each.case))) {
    it(`${one.case}: ${one.feature}: the same groups and events`, () => {
      const ordered = one.rule_yaml.includes('temporal_ordered');
      let groups = 0;
      for (let seed = 1; seed <= 6; seed++) {
        const chained = one.rule_yaml.split('correlation:').length > 2;
        const events = makeEvents(seed, spanOf(one.rule_yaml), chained ? 500 : 140);
        const theirs = runQuery(queryOf(one) as string, events);
        const ours = runMatcher(one.rule_yaml, events);
        expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
        groups += theirs.size;
        for (const [group, ids] of theirs) {
          const own = ours.get(group) as Set<number>;
          // Of ordered ones the reference names the first event of each rule, we all of the window.
          if (ordered) for (const id of ids) expect(own).toContain(id);
          else expect([...own].sort((a, b) => a - b)).toEqual([...ids].sort((a, b) => a - b));
        }
      }
      expect(groups, 'groups found').toBeGreaterThan(0);
    });
  }
});

/** In seconds, so that the events crowd about the borders of windows. */
function spanOf(yaml: string): number {
  const [, count, unit] = /timespan: '?(\d+)([smhdwM])/.exec(yaml) ?? [];
  const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_629_746 };
  return Number(count) * (seconds[unit as string] as number);
}

function makeEvents(seed: number, span: number, count: number): EventFields[] {
  let state = seed * 2654435761;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const start = Date.UTC(2025, 0, 1);
  return Array.from({ length: count }, () => {
    const kind = below(12);
    const user = ['anna', 'Anna', 'bob', 'eve', 'eve', 'joe', 'kim', null][below(8)] as string | null;
    // Whole tenths of the span, so that many pairs are exactly a span apart.
    const time = new Date(start + below(60) * (span / 10) * 1000);
    return {
      EventID: kind < 8 ? 4625 : kind < 11 ? 4624 : 1,
      Image: kind === 11 ? 'C:\\Windows\\System32\\whoami.exe' : null,
      SystemTime: time.toISOString(),
      TargetUserName: user,
      u: user,
      Computer: ['ws1', 'WS2', 'ws3'][below(3)] as string,
      BytesOut: [below(1200), String(below(1200)), 'none', null][below(4)] as string | number | null,
      f: String(below(4)),
    };
  });
}

function runQuery(query: string, events: readonly EventFields[]): Map<string, Set<number>> {
  const db = new DatabaseSync(':memory:');
  db.exec(
    'CREATE TABLE logs (EventID, Image TEXT COLLATE NOCASE, timestamp TEXT, TargetUserName TEXT COLLATE NOCASE, u TEXT COLLATE NOCASE, Computer TEXT COLLATE NOCASE, BytesOut, f TEXT)',
  );
  const insert = db.prepare('INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const { EventID, Image, SystemTime, TargetUserName, u, Computer, BytesOut, f } of events) {
    const row = [EventID, Image, SystemTime, TargetUserName, u, Computer, BytesOut, f];
    insert.run(...(row as (string | number | null)[]));
  }
  const found = new Map<string, Set<number>>();
  for (const row of db.prepare(query).all() as { group_keys: string; event_ids: string }[]) {
    const group = Object.values(JSON.parse(row.group_keys) as object)
      .join()
      .toLowerCase();
    const ids = found.get(group) ?? new Set();
    for (const id of JSON.parse(row.event_ids) as string[]) ids.add(Number(id.split(':')[1]) - 1);
    found.set(group, ids);
  }
  db.close();
  return found;
}

function runMatcher(yaml: string, events: readonly EventFields[]): Map<string, Set<number>> {
  const set = compileRuleSet(parseRules(yaml, 'test.yml'), { mode: 'raw' });
  expect(set.refused).toEqual([]);
  const plan = new CorrelationPlan(set.correlations);
  const hits: CorrelationHit<number>[] = [];
  const correlator = new Correlator<number>(plan, { maxEvents: 1e6, onHit: (hit) => void hits.push(hit) });
  const fields = new FieldTable();
  const matcher = new Matcher(set, fields);
  const batch = new ObjectBatch('test', fields);
  events.forEach((event, i) => batch.add(eventOf(event), i + 1));
  let last = 0;
  const timeOf = (row: number): number => Date.parse(String(events[row]?.['SystemTime'])) * 1e4;
  for (const row of events.keys()) last = Math.max(last, timeOf(row));
  matcher.match(batch.batch, ({ rule, row }) => {
    const folded = new Map(
      Object.entries(events[row] ?? {}).map(([name, value]) => [foldFieldName(name), value]),
    );
    const values = plan.fieldsOf(rule).map((name) => folded.get(foldFieldName(name)) ?? null);
    correlator.add({ rule, time: timeOf(row), values, event: row });
  });
  correlator.flush(last);
  const found = new Map<string, Set<number>>();
  for (const { group, events: kept } of hits) {
    const key = group.map(String).join().toLowerCase();
    const ids = found.get(key) ?? new Set();
    for (const { event } of kept) ids.add(event);
    found.set(key, ids);
  }
  return found;
}
