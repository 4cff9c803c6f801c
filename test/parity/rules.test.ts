import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectBatch, type EventBatch, type EventFields } from '../../src/events/index.ts';
import { parseRules, type SigmaRule } from '../../src/sigma/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { eventOf } from '../detect/support.ts';
import { sharedPath } from '../support/data.ts';
import { openDuckdb, openSqlite, type Engine, type Row } from './engines.ts';
import { openPostgres, programs } from './postgres.ts';
import { conditionsOf, fieldNames, rawColumn, readRules, Sight } from './rules.ts';

const full = process.env['HUNTBOOK_FULL'] !== undefined;
const sigma = sharedPath('data', 'sigma');
const mordor = sharedPath('data', 'mordor');
const regression = sharedPath('oracle', 'regression_events.jsonl');
const micro = sharedPath('oracle', 'micro.jsonl');

const folders = [
  'rules',
  'rules-threat-hunting',
  'rules-emerging-threats',
  'rules-compliance',
  'rules-placeholder',
  'rules-dfir',
];
const allRules = sigma.missing ? [] : folders.flatMap((folder) => readRules(`${sigma.path}/${folder}`));

/** What an engine says that the matcher does not, and the other way round; and what it did not run. */
interface Outcome {
  readonly pairs: number;
  readonly differences: readonly string[];
  readonly refused: ReadonlyMap<string, number>;
  readonly failed: readonly string[];
}

async function compare(
  engine: Engine,
  sight: Sight,
  rules: readonly SigmaRule[],
  pipelines: readonly string[],
  chosen: (rule: number) => boolean = () => true,
): Promise<Outcome> {
  const refused = new Map<string, number>();
  const asked: { rule: number; sql: string }[] = [];
  conditionsOf(engine.name, rules, pipelines).forEach((condition, rule) => {
    if ('sql' in condition) {
      if (chosen(rule)) asked.push({ rule, sql: condition.sql });
      return;
    }
    const reason = condition.refused.replace(/ \(rule .*| %.*/s, '');
    refused.set(reason, (refused.get(reason) ?? 0) + 1);
  });
  const answers = await engine.search(asked.map(({ sql }) => sql));
  const differences: string[] = [];
  const failed: string[] = [];
  let pairs = 0;
  asked.forEach(({ rule, sql }, at) => {
    const answer = answers[at] as Set<number> | string;
    const path = (rules[rule] as SigmaRule).path;
    if (typeof answer === 'string') {
      failed.push(`${path}: ${answer}`);
      return;
    }
    const matched = sight.matched.get(rule) ?? new Set<number>();
    pairs += matched.size;
    for (const row of matched.symmetricDifference(answer)) {
      if (sight.lists.has(row)) continue;
      const who = matched.has(row) ? 'only the matcher' : `only ${engine.name}`;
      const values = sight.columns
        .map((name, column) => [name, sight.rows[row]?.[column]] as const)
        .filter(([name, value]) => value !== null && sql.includes(name));
      differences.push(`${who}: ${path}\n${JSON.stringify(Object.fromEntries(values))}`);
    }
  });
  return { pairs, differences, refused, failed };
}

const expectedRefusals =
  /^the placeholder|^(?:SQLite|DuckDB) cannot express (?:keywords|a regular expression with|the network)/;

function expectAgreement({ differences, refused, failed }: Outcome): void {
  expect(differences.slice(0, 20)).toEqual([]);
  expect(failed).toEqual([]);
  expect([...refused.keys()].filter((reason) => !expectedRefusals.test(reason))).toEqual([]);
}

async function enginesOf(sight: Sight): Promise<Engine[]> {
  return [openSqlite(sight.columns, sight.rows), await openDuckdb(sight.columns, sight.rows)];
}

function regressionBatch(sight: Sight): EventBatch {
  const batch = new ObjectBatch('test', sight.fields);
  const lines = readFileSync(regression.path, 'utf8').trim().split('\n');
  lines.forEach((line, i) => batch.add(eventOf((JSON.parse(line) as { fields: EventFields }).fields), i + 1));
  return batch.batch;
}

/** Rules that matched something, and some of the others. */
function sampled(sight: Sight): (rule: number) => boolean {
  return (rule) => full || rule % 23 === 0 || sight.matched.has(rule);
}

describe.skipIf(sigma.missing || regression.missing)(
  `regression events: matcher and SQL agree${regression.note}`,
  () => {
    const engines: Engine[] = [];
    let sight: Sight;
    beforeAll(async () => {
      sight = new Sight(allRules);
      sight.take(regressionBatch(sight));
      engines.push(...(await enginesOf(sight)));
    });
    afterAll(() => {
      for (const engine of engines) engine.close();
    });

    it.each([0, 1])('whatever the log source (engine %i)', { timeout: 600_000 }, async (at) => {
      const outcome = await compare(engines[at] as Engine, sight, allRules, [], sampled(sight));
      expectAgreement(outcome);
      expect(outcome.pairs).toBeGreaterThan(600);
    });
  },
);

describe.skipIf(sigma.missing || regression.missing)(
  `regression events by log source: matcher and SQL agree${regression.note}`,
  () => {
    const pipelines = ['sysmon', 'windows-logsources'];
    const rules = allRules.filter(({ logsource }) => logsource.product === 'windows');

    it.each(['sqlite', 'duckdb'] as const)('in %s', { timeout: 600_000 }, async (name) => {
      const sight = new Sight(rules, ['Channel', 'EventID', 'Provider_Name'], 'sysmon');
      sight.take(regressionBatch(sight));
      const engine =
        name === 'sqlite'
          ? openSqlite(sight.columns, sight.rows)
          : await openDuckdb(sight.columns, sight.rows);
      const outcome = await compare(engine, sight, rules, pipelines, sampled(sight));
      engine.close();
      expectAgreement(outcome);
      expect(outcome.pairs).toBeGreaterThan(300);
    });
  },
);

describe.skipIf(sigma.missing || mordor.missing)(
  `recorded attacks: matcher and SQL agree${mordor.note}`,
  () => {
    const engines: Engine[] = [];
    let sight: Sight;
    beforeAll(async () => {
      sight = new Sight(allRules);
      const options = { fields: sight.fields, limits: defaultLimits, onIssue: () => {} };
      const files = full
        ? [mordor.path]
        : [
            'cmd_lsass_memory_dumpert_syscalls',
            'cmd_psexec_lsa_secrets_dump',
            'psh_lsass_memory_dump_comsvcs',
          ].map((name) => `${mordor.path}/${name}.zip`);
      for await (const batch of readAll(files, options)) {
        sight.take(batch);
        if (sight.rows.length >= 110_000) break;
      }
      engines.push(...(await enginesOf(sight)));
    }, 600_000);
    afterAll(() => {
      for (const engine of engines) engine.close();
    });

    it.each([0, 1])('event by event (engine %i)', { timeout: 3_600_000 }, async (at) => {
      expect(sight.rows.length).toBeGreaterThan(full ? 100_000 : 500);
      expectAgreement(await compare(engines[at] as Engine, sight, allRules, [], sampled(sight)));
    });
  },
);

interface MicroCase {
  readonly case: string;
  readonly feature: string;
  readonly rule_yaml: string;
  readonly events?: EventFields[];
  readonly match?: boolean[];
  readonly pysigma2?: { readonly match: unknown };
}

/** Verdicts that differ from the reference's, by engine and case, and why. */
const otherwise: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  both: {
    m032: 'whether the Kelvin sign is a k is left open',
    m044: 'whether 01 and 1.0 are 1 is left open',
    m047: 'whether 1.50 is 1.5 is left open',
    m253: 'a column holds no list',
  },
  sqlite: {
    m031: 'SQLite folds ASCII letters only',
    m056: 'true is 1, too',
    m057: 'false is 0, too',
  },
  duckdb: {},
  postgres: {},
};

describe.skipIf(micro.missing)(`micro-cases in SQL${micro.note}`, () => {
  const cases = micro.missing
    ? []
    : readFileSync(micro.path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line, exactIntegers) as MicroCase)
        .filter(({ match, events, pysigma2 }) => match && events?.length && pysigma2?.match !== null);

  const manyColumns = [
    ...new Set(
      cases.flatMap(({ rule_yaml }) => [...fieldNames(parseRules(rule_yaml, 'c').rules), rawColumn]),
    ),
  ];
  const asColumns = (own: readonly string[], row: Row): Row =>
    manyColumns.map((name) => row[own.indexOf(name)]?.replaceAll('\0', '') ?? null);
  const names = ['sqlite', 'duckdb', ...(programs === null ? [] : ['postgres' as const])] as const;
  it.each(names)('%s gives the verdicts', { timeout: 300_000 }, async (name) => {
    const server = name === 'postgres' ? await openPostgres(manyColumns) : null;
    const wrong: string[] = [];
    let refused = 0;
    let ran = 0;
    for (const one of cases) {
      const { rules } = parseRules(one.rule_yaml, `${one.case}.yml`);
      const [condition] = conditionsOf(name, rules.slice(0, 1), []);
      if (condition === undefined || 'refused' in condition) {
        refused++;
        if (
          !/keywords|look-|possessive|back ref|NUL|placeholder|Placeholder|without a field/.test(
            condition?.refused ?? '',
          )
        )
          wrong.push(`${one.case} ${one.feature}: ${condition?.refused}`);
        continue;
      }
      const sight = new Sight(rules.slice(0, 1));
      const batch = new ObjectBatch('test', sight.fields);
      one.events?.forEach((event, i) => batch.add(eventOf(event), i + 1));
      sight.take(batch.batch);
      const engine = server ?? (await engineOf(name, sight));
      if (server !== null) await server.replace(sight.rows.map((row) => asColumns(sight.columns, row)));
      const [answer] = await engine.search([condition.sql]);
      if (server === null) engine.close();
      ran++;
      const verdicts = one.events?.map((_, i) => typeof answer === 'object' && answer.has(i));
      const expected = one.case === 'm053' ? [true, false] : one.match;
      const excused = { ...otherwise['both'], ...otherwise[name] };
      if (Object.hasOwn(excused, one.case)) continue;
      if (typeof answer === 'string' || JSON.stringify(verdicts) !== JSON.stringify(expected))
        wrong.push(
          `${one.case} ${one.feature}: ${typeof answer === 'string' ? answer : JSON.stringify(verdicts)} for ${JSON.stringify(expected)}\n${condition.sql}`,
        );
    }
    server?.close();
    expect(wrong).toEqual([]);
    expect(ran).toBeGreaterThan(150);
    expect(refused).toBeLessThan(40);
  });
});

function engineOf(name: Engine['name'], sight: Sight): Promise<Engine> {
  return name === 'sqlite'
    ? Promise.resolve(openSqlite(sight.columns, sight.rows))
    : openDuckdb(sight.columns, sight.rows);
}

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const text = context?.source;
  return typeof value === 'number' && text && /^-?\d+$/.test(text) && !Number.isSafeInteger(value)
    ? BigInt(text)
    : value;
}
