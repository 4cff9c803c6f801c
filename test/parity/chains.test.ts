/** Chains of processes: what DuckDB's SQL finds is what the process room finds. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChains, type ChainSpec, type StepHit } from '../../src/process/index.ts';
import { convert, parseRules } from '../../src/sigma/index.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 3000 : 150;
const second = 1e7;
const users = ['ann', 'Ann', 'bob', null] as const;

interface Process {
  readonly parent: number;
  /** Seconds; null: unknown. */
  readonly time: number | null;
}

interface Event {
  readonly process: number | null;
  /** Seconds after the process began; null: the event has no time. */
  readonly after: number | null;
  readonly rules: readonly boolean[];
  readonly user: (typeof users)[number];
}

interface Question {
  readonly steps: readonly number[];
  readonly spec: ChainSpec;
  readonly excluded: boolean;
  readonly grouped: boolean;
}

const processes: fc.Arbitrary<Process[]> = fc
  .array(
    fc.record({
      parent: fc.nat({ max: 6 }),
      time: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 15 }),
    }),
    { minLength: 6, maxLength: 14, size: 'max' },
  )
  .map((list) => {
    const made: Process[] = [];
    for (const [at, { parent, time }] of list.entries()) {
      const above = at - 1 - (parent > 4 ? parent - 4 : 0);
      const begun = above >= 0 ? (made[above]?.time ?? 3) : 3;
      // Mostly below the one before, mostly later; clocks may be wrong.
      made.push({
        parent: parent === 4 ? -1 : above < 0 ? -1 : above,
        time: time === null ? null : begun + time - 1,
      });
    }
    return made;
  });

const event: fc.Arbitrary<Event> = fc.record({
  process: fc.option(fc.nat({ max: 13 }), { freq: 20 }),
  after: fc.option(fc.constantFrom(0, 0, 0, 1, 2, 5, -1), { freq: 20 }),
  rules: fc
    .array(fc.boolean(), { minLength: 4, maxLength: 4 })
    .map(([a, b, c, x]) => [a || b, b, a || c, x && !a] as boolean[]),
  user: fc.constantFrom(...users),
});

const relation = fc.constantFrom('child' as const, 'descendant' as const);
const question: fc.Arbitrary<Question> = fc
  .record({
    steps: fc.array(fc.nat({ max: 2 }), { minLength: 2, maxLength: 4 }),
    relations: fc.array(relation, { minLength: 3, maxLength: 3 }),
    seconds: fc.integer({ min: 1, max: 6 }),
    maxDepth: fc.option(fc.integer({ min: 1, max: 3 })),
    any: fc.boolean(),
    excluded: fc.boolean(),
    grouped: fc.boolean(),
  })
  .map(({ steps, relations, seconds, maxDepth, any, excluded, grouped }) => {
    const own = relations.slice(0, steps.length - 1);
    const [first] = own;
    const all = any ? own.map(() => first as (typeof own)[number]) : own;
    return {
      steps,
      excluded,
      grouped,
      spec: {
        relations: all,
        ticks: seconds * second,
        maxDepth: all.includes('descendant') ? maxDepth : null,
        order: any ? ('any' as const) : ('written' as const),
      },
    };
  });

const names = ['a', 'b', 'c', 'x'];

function documents({ steps, spec, excluded, grouped }: Question): string {
  const rules = names.map(
    (name) =>
      `title: ${name}\nname: ${name}\nlogsource: {category: process_creation}\n` +
      `detection: {s: {${name}: 1}, condition: s}\n`,
  );
  const { relations, maxDepth, order, ticks } = spec;
  const lines = [
    'type: process_chain',
    `rules: [${steps.map((step) => names[step]).join(', ')}]`,
    `timespan: ${ticks / second}s`,
    order === 'any' ? `relation: ${relations[0]}` : `relation: [${relations.join(', ')}]`,
    `order: ${order}`,
    ...(maxDepth === null ? [] : [`max-depth: ${maxDepth}`]),
    ...(excluded ? ['not-between: x'] : []),
    ...(grouped ? ['group-by: User'] : []),
  ];
  return [...rules, `title: chain\ncorrelation:\n${lines.map((line) => `  ${line}\n`).join('')}`].join(
    '---\n',
  );
}

const sqlTime = (seconds: number | null): string =>
  seconds === null ? 'NULL' : `make_timestamp_ns(${BigInt(Math.round((seconds + 100_000_000) * 1e9))})`;

const timeOf = (tree: readonly Process[], { process, after }: Event): number | null => {
  const begun = process === null ? undefined : tree[process]?.time;
  return after === null ? null : (begun ?? 4) + after;
};

/** What is compared: group, processes and events of the steps, first and last second. */
type Row = readonly [string, number[], number[], number, number];

function wanted(
  tree: readonly Process[],
  events: readonly Event[],
  { steps, spec, ...more }: Question,
): Row[] {
  const shape = {
    parent: Int32Array.from(tree, ({ parent }) => parent),
    time: Float64Array.from(tree, ({ time }) => (time === null ? Number.NaN : time * second)),
  };
  const excluded = new Uint8Array(tree.length);
  for (const { process, rules } of events) if (process !== null && rules[3]) excluded[process] = 1;
  const groups = more.grouped
    ? [...new Set(events.flatMap(({ user }) => user?.toLowerCase() ?? []))]
    : [null];
  return groups.flatMap((group) => {
    const hits = steps.map((step) =>
      events.flatMap((one, at): StepHit[] => {
        const time = timeOf(tree, one);
        const here = group === null || one.user?.toLowerCase() === group;
        if (!here || !one.rules[step] || one.process === null || time === null) return [];
        return [{ process: one.process, time: time * second, event: at }];
      }),
    );
    return findChains(shape, spec, hits, more.excluded ? excluded : null).map((chain): Row => [
      group ?? '',
      [...chain.steps],
      [...chain.events],
      chain.first / second,
      chain.last / second,
    ]);
  });
}

describe('chains of processes in SQL', () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await connection.run(
      'CREATE TABLE events (_row BIGINT, "a" BIGINT, "b" BIGINT, "c" BIGINT, "x" BIGINT, "User" VARCHAR);' +
        'CREATE TABLE processes (Process BIGINT, Parent BIGINT, Start TIMESTAMP_NS, Computer VARCHAR);' +
        'CREATE TABLE process_of (_row BIGINT, Process BIGINT, Time TIMESTAMP_NS)',
    );
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  async function fill(table: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    await connection.run(`DELETE FROM ${table}`);
    if (rows.length === 0) return;
    const text = rows.map((row) => `(${row.map((value) => String(value ?? 'NULL')).join(', ')})`).join(', ');
    await connection.run(`INSERT INTO ${table} VALUES ${text}`);
  }

  async function found(asked: Question): Promise<Row[]> {
    const parsed = parseRules(documents(asked), 'c.yml');
    expect(parsed.errors).toEqual([]);
    const { conversions } = convert(parsed, {
      target: 'duckdb',
      pipelines: [],
      options: { table: 'events' },
    });
    const [conversion] = conversions.filter(({ document }) => document.kind === 'correlation');
    if (conversion?.error) throw conversion.error;
    const seconds = (name: string): string => `epoch_ns(${name})::DOUBLE / 1e9 - 100000000 AS ${name}`;
    const reader = await connection.runAndReadAll(
      `SELECT * REPLACE (${['First', 'Last'].map(seconds).join(', ')}) FROM (${String(conversion?.queries[0])})`,
    );
    return reader.getRowObjectsJS().map((row): Row => {
      const steps = asked.steps.map((_, at) => at + 1);
      const list = (name: string): number[] => steps.map((step) => Number(row[`${name}_${step}`]));
      const group = asked.grouped ? String(row['User']).toLowerCase() : '';
      return [group, list('Process'), list('_row'), Number(row['First']), Number(row['Last'])];
    });
  }

  it('are what the process room finds, in random trees', { timeout: 600_000 }, async () => {
    let chains = 0;
    await fc.assert(
      fc.asyncProperty(
        processes,
        fc.array(event, { minLength: 8, maxLength: 40, size: 'max' }),
        question,
        async (tree, made, asked) => {
          const events = made.map((one) => ({
            ...one,
            process: one.process === null ? null : one.process % tree.length,
          }));
          await fill(
            'processes',
            tree.map(({ parent, time }, at) => [at, parent < 0 ? null : parent, sqlTime(time), "'H'"]),
          );
          await fill(
            'events',
            events.map(({ rules, user }, at) => [
              at,
              ...rules.map(Number),
              user === null ? null : `'${user}'`,
            ]),
          );
          await fill(
            'process_of',
            events.map((one, at) => [at, one.process, sqlTime(timeOf(tree, one))]),
          );
          const expected = sorted(wanted(tree, events, asked));
          chains += expected.length;
          expect(sorted(await found(asked))).toEqual(expected);
        },
      ),
      { numRuns: runs },
    );
    expect(chains).toBeGreaterThan(runs / 4);
  });
});

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
