/** Correlations of the micro-cases: ours and the reference's SQL, run on the same events in SQLite. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/sigma/convert.ts';
import { parseRules } from '../../src/sigma/index.ts';
import { sharedPath } from '../support/data.ts';
import { openSqlite, type Row } from './engines.ts';

const micro = sharedPath('oracle', 'micro.jsonl');
const columns = [
  'timestamp',
  'EventID',
  'TargetUserName',
  'Computer',
  'u',
  'IpAddress',
  'BytesOut',
  'Image',
  'f',
];

interface MicroCase {
  readonly case: string;
  readonly group: string;
  readonly feature: string;
  readonly rule_yaml: string;
  readonly results: Readonly<Record<string, { queries?: string[] }>>;
}

/** The spread of times is in half time spans. */
const rows = (span: number): fc.Arbitrary<Row[]> =>
  fc.array(
    fc
      .record({
        time: fc.integer({ min: 0, max: 12 }),
        id: fc.constantFrom('4625', '4625', '4624'),
        user: fc.constantFrom('a', 'A', 'b', null),
        bytes: fc.constantFrom('1', '900', '12.5', 'x', null),
        image: fc.constantFrom('C:\\whoami.exe', 'x', null),
        flag: fc.constantFrom('1', '2', '3'),
      })
      .map(({ time, id, user, bytes, image, flag }): Row => [
        new Date(Date.UTC(2024, 0, 1) + time * (span / 4) * 1000).toISOString(),
        id,
        user,
        user,
        user,
        flag,
        bytes,
        image,
        flag,
      ]),
    { maxLength: 30 },
  );

interface Window {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** Overlapping windows of a group as one. */
function merged(windows: readonly Window[], lowest: boolean): string[] {
  const runs: Window[] = [];
  for (const window of windows.toSorted((a, b) => a.group.localeCompare(b.group) || a.to - b.to)) {
    const last = runs.at(-1);
    if (last?.group !== window.group || window.from > last.to) runs.push(window);
    else {
      const value = lowest ? Math.min(last.value, window.value) : Math.max(last.value, window.value);
      runs[runs.length - 1] = { ...last, to: window.to, value };
    }
  }
  return runs.map(({ group, from, to, value }) => `${group} ${from} ${to} ${value.toFixed(6)}`);
}

describe.skipIf(micro.missing)(`correlations beside the reference${micro.note}`, () => {
  const cases = micro.missing
    ? []
    : readFileSync(micro.path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as MicroCase)
        .filter(
          ({ group, results }) => group === 'correlation' && results['sqlite|none|default']?.queries?.length,
        );

  it.each(cases.map((one) => [one.case, one.feature, one] as const))('%s: %s', (_, __, one) => {
    const parsed = parseRules(one.rule_yaml, `${one.case}.yml`);
    const correlation = parsed.correlations[0];
    const { conversions } = convert(parsed, { target: 'sqlite', pipelines: [] });
    const ours = conversions.find(({ document }) => document === correlation)?.queries[0];
    const [theirs] = one.results['sqlite|none|default']?.queries ?? [];
    expect(ours).toBeTypeOf('string');
    const { condition } = correlation ?? {};
    const lowest =
      condition?.kind === 'threshold' && condition.bounds.every(({ op }) => op === 'lt' || op === 'lte');
    const engine = openSqlite(columns, []);
    return fc
      .assert(
        fc.asyncProperty(rows(correlation?.timespan.seconds ?? 1), async (events) => {
          await engine.replace(events);
          const own = (await engine.all(String(ours))).map((row) => {
            const { window_start, window_end, value, ...keys } = row;
            return {
              group: Object.values(keys).join(',').toLowerCase(),
              from: Date.parse(String(window_start)) / 1000,
              to: Date.parse(String(window_end)) / 1000,
              value: Number(value),
            };
          });
          const other = (await engine.all(String(theirs))).map((row) => ({
            group: Object.values(JSON.parse(String(row['group_keys'])) as object)
              .join(',')
              .toLowerCase(),
            from: Number(row['window_start']),
            to: Number(row['window_end']),
            value: Number(row['metric_value']),
          }));
          expect(merged(own, lowest)).toEqual(merged(other, lowest));
        }),
        { numRuns: process.env['HUNTBOOK_FULL'] ? 200 : 12 },
      )
      .finally(() => engine.close());
  });
});
