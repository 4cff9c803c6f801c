import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileCorrelations } from '../../src/detect/correlate/index.ts';
import { CorrelationPlan, Correlator, correlationTime, type CorrelationHit } from '../../src/detect/index.ts';
import { convert } from '../../src/sigma/convert.ts';
import { parseRules, type ParseResult } from '../../src/sigma/index.ts';
import { resolveReferences } from '../../src/sigma/references.ts';
import { openPostgres, programs } from './postgres.ts';
import { openDuckdb, openSqlite, type Engine, type Row } from './engines.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 800 : 100;
const columns = ['timestamp', 's0', 's1', 's2', 'g', 'h', 'v'];

interface Event {
  readonly time: number;
  readonly slots: readonly number[];
  readonly g: string | null;
  readonly h: string | null;
  readonly v: string | null;
}

const event: fc.Arbitrary<Event> = fc.record({
  time: fc.integer({ min: 0, max: 40 }),
  slots: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
  g: fc.constantFrom('a', 'A', 'b', null),
  h: fc.constantFrom('a', 'b'),
  v: fc.constantFrom('1', '2', '3.5', '-4', '1e1', 'x', 'X', 'é', null),
});

const isoOf = (halfSeconds: number): string =>
  new Date(Date.UTC(2024, 0, 1) + halfSeconds * 500).toISOString();

const rowsOf = (events: readonly Event[]): Row[] =>
  events.map(({ time, slots, g, h, v }) => [
    isoOf(time),
    ...[0, 1, 2].map((slot) => (slots.includes(slot) ? '1' : null)),
    g,
    h,
    v,
  ]);

const base = [0, 1, 2]
  .map(
    (slot) =>
      `title: r${slot}\nname: r${slot}\nlogsource: {category: x}\ndetection:\n  s: {s${slot}: '1'}\n  condition: s\n`,
  )
  .join('---\n');

const small = fc.integer({ min: 0, max: 4 });
const bounds: fc.Arbitrary<Record<string, number>> = fc.oneof(
  fc.tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq'), small).map(([op, n]) => ({ [op]: n })),
  fc
    .tuple(fc.constantFrom('gt', 'gte'), small, fc.constantFrom('lt', 'lte'), small)
    .map(([low, n, high, more]) => ({ [low]: n, [high]: n + more + 1 })),
);
const expression = fc.constantFrom(
  'r0 and r1 and r2',
  'r0 and not r1 and r2',
  '(r0 or r1) and r2',
  'r0 and r1 or r1 and not (r0 or r2)',
  'not r0 and (r1 or r2)',
);
const counting = fc.record({
  type: fc.constantFrom(
    'event_count',
    'value_count',
    'value_sum',
    'value_avg',
    'value_median',
    'value_percentile',
  ),
  bounds,
  rules: fc.constantFrom(['r0'], ['r0', 'r1'], ['r2', 'r1', 'r0']),
});
const several = fc.record({
  type: fc.constantFrom('temporal', 'temporal_ordered'),
  condition: fc.oneof(expression, fc.constant(null)),
  rules: fc.constantFrom(['r0', 'r1'], ['r2', 'r0', 'r1']),
});

interface Written {
  readonly type: string;
  readonly rules: readonly string[];
  readonly bounds?: Record<string, number>;
  readonly condition?: string | null;
}

/** One correlation as YAML (which JSON is). */
function documentOf(one: Written, seconds: number, group: string, aliased: boolean, name = 'c'): string {
  const extended = typeof one.condition === 'string';
  const rules = extended ? ['r0', 'r1', 'r2'] : one.rules;
  const valued = one.type.startsWith('value');
  return JSON.stringify({
    title: name,
    name,
    correlation: {
      type: one.type,
      rules,
      timespan: `${seconds}s`,
      ...(group === '' ? {} : { 'group-by': group.split(',') }),
      ...(aliased
        ? { aliases: { k: Object.fromEntries(rules.map((rule, i) => [rule, i === 0 ? 'g' : 'h'])) } }
        : {}),
      ...(extended
        ? { condition: one.condition }
        : one.bounds
          ? {
              condition: {
                ...one.bounds,
                ...(valued ? { field: 'v' } : {}),
                ...(one.type === 'value_percentile' ? { percentile: 90 } : {}),
              },
            }
          : {}),
    },
  });
}

const correlation = fc
  .record({
    one: fc.oneof(counting, several) as fc.Arbitrary<Written>,
    seconds: fc.integer({ min: 1, max: 8 }),
    group: fc.constantFrom('', 'g', 'g,h', 'k'),
  })
  .map(({ one, seconds, group }) => `${base}---\n${documentOf(one, seconds, group, group === 'k')}\n`);

/** A correlation of a correlation: some of r0 in a short time, then r1 or r2. */
const chained = fc
  .record({
    inner: fc.record({ type: fc.constantFrom('event_count', 'value_count'), bounds }),
    outer: fc.constantFrom('temporal', 'temporal_ordered', 'event_count'),
    least: fc.integer({ min: 1, max: 3 }),
    seconds: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 })),
  })
  .map(({ inner, outer, least, seconds }) => {
    const first = documentOf({ ...inner, rules: ['r0'] }, seconds[0], 'g', false, 'many');
    const counted = outer === 'event_count';
    const second = documentOf(
      {
        type: outer,
        rules: counted ? ['many'] : ['many', 'r1'],
        ...(counted ? { bounds: { gte: least } } : {}),
      },
      seconds[1],
      'g',
      false,
    );
    return `${base}---\n${first}\n---\n${second}\n`;
  });

interface Hit {
  readonly group: readonly string[];
  readonly value: number;
}

function matcherHits(parsed: ParseResult, events: readonly Event[]): Hit[] {
  const { documents, parts } = resolveReferences(parsed);
  const stored = compileCorrelations(
    { correlations: parsed.correlations, documents, parts, ruleIndex: (rule) => parsed.rules.indexOf(rule) },
    (_, error) => {
      throw error;
    },
  );
  const plan = new CorrelationPlan(stored);
  const hits: CorrelationHit<number>[] = [];
  const correlator = new Correlator<number>(plan, { maxEvents: 1000, onHit: (hit) => void hits.push(hit) });
  const timeOf = (time: number): number => correlationTime(isoOf(time)) as number;
  events.forEach((one, id) => {
    const fields: Record<string, string | null> = { g: one.g, h: one.h, v: one.v };
    for (const slot of one.slots) {
      const values = plan.fieldsOf(slot).map((name) => fields[name] ?? null);
      correlator.add({ rule: slot, time: timeOf(one.time), values, event: id });
    }
  });
  correlator.flush(Math.max(...events.map(({ time }) => timeOf(time)), -1e18));
  return hits.map(({ group, value }) => ({ group: group.map((part) => String(part).toLowerCase()), value }));
}

const sorted = (hits: readonly Hit[]): string[] =>
  hits.map(({ group, value }) => `${group.join(',')} ${Math.round(value * 1e6) / 1e6}`).toSorted();

describe('correlations in SQL', () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    engines.push(openSqlite(columns, []), await openDuckdb(columns, []));
    if (programs !== null) engines.push(await openPostgres(columns));
  });
  afterAll(() => {
    for (const engine of engines) engine.close();
  });

  async function sqlHits(engine: Engine, parsed: ParseResult, events: readonly Event[]): Promise<Hit[]> {
    await engine.replace(rowsOf(events));
    const { conversions } = convert(parsed, { target: engine.name, pipelines: [] });
    const own = conversions.find(({ document }) => document.kind === 'correlation' && document.title === 'c');
    if (own?.error) throw own.error;
    const rows = await engine.all(String(own?.queries[0]));
    return rows.map((row) => ({
      group: Object.entries(row)
        .filter(([name]) => !/^(?:window_start|window_end|value)$/.test(name))
        .map(([, value]) => String(value).toLowerCase()),
      value: Number(row['value']),
    }));
  }

  for (const [name, documents] of [
    ['of rules', correlation],
    ['of correlations', chained],
  ] as const) {
    it(`${name} find what the matcher finds`, { timeout: 600_000 }, async () => {
      let found = 0;
      await fc.assert(
        fc.asyncProperty(documents, fc.array(event, { maxLength: 24 }), async (text, events) => {
          const parsed = parseRules(text, 'c.yml');
          expect(parsed.errors).toEqual([]);
          const wanted = sorted(matcherHits(parsed, events));
          found += wanted.length;
          for (const engine of engines)
            expect(sorted(await sqlHits(engine, parsed, events)), engine.name).toEqual(wanted);
        }),
        { numRuns: runs },
      );
      expect(found).toBeGreaterThan(runs / 20);
    });
  }
});
