import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RuleSet } from '../../../src/detect/index.ts';
import { HuntbookError } from '../../../src/errors.ts';
import {
  huntRemote,
  HuntStopped,
  type Finding,
  type HuntSummary,
  type RemoteHuntOptions,
} from '../../../src/hunt/index.ts';
import { loadRules } from '../../../src/rules/index.ts';
import type { SigmaRule } from '../../../src/sigma/index.ts';
import type { EngineRow, SearchResult } from '../../../src/sources/index.ts';
import { collect, huntsFolder, makeEstate, rulesIn, temporaryFolder } from '../support.ts';
import { FakeEngine } from './fake-engine.ts';

const place = temporaryFolder();
let set: RuleSet;
let documents: readonly SigmaRule[];
let rows: EngineRow[];
let paths: string[];
let engine: FakeEngine;

beforeAll(async () => {
  await makeEstate(place.folder);
  const events = path.join(place.folder, 'events');
  paths = readdirSync(events, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:nd)?jsonl?$/.test(name))
    .sort()
    .map((name) => path.join(events, name));
  rows = paths.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as EngineRow),
  );
  set = await rulesIn(huntsFolder);
  ({ rules: documents } = await loadRules([huntsFolder]));
});
afterAll(place.remove);

const settings = (): Omit<RemoteHuntOptions, 'engine' | 'onFinding'> => ({
  source: 'prod',
  rules: set,
  documents,
  fields: 'sigma',
  rule: withoutChains,
});

/** The engine in memory knows the searches of rules alone; chains are tested on real ones. */
function withoutChains({ title }: { readonly title: string }): boolean {
  return !set.correlations.some(({ chain, info }) => chain !== undefined && info.title === title);
}

beforeEach(async () => {
  engine = new FakeEngine('opensearch', rows);
  await engine.learn({ ...settings(), onFinding: () => {} });
});

async function run(
  more: Partial<RemoteHuntOptions> = {},
): Promise<{ findings: Finding[]; summary: HuntSummary }> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding): void => void findings.push(finding);
  const summary = await huntRemote({ ...settings(), engine, onFinding, ...more });
  return { findings, summary };
}

const ids = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id).sort();

describe('a hunt on a source', () => {
  it('finds what the hunt over the files finds, with the same ids, evidence and correlations', async () => {
    const files = await collect({ paths, rules: set, rule: withoutChains });
    const { findings, summary } = await run();
    expect(findings.length).toBeGreaterThan(20);
    expect(ids(findings)).toEqual(ids(files.findings));
    const plain = (all: readonly Finding[]): unknown[] =>
      all
        .map(({ id, rule, matched, correlation }) => ({ id, rule, matched, value: correlation?.value }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(plain(findings)).toEqual(plain(files.findings));
    expect(findings.every(({ event }) => event.source === 'prod')).toBe(true);
    expect(summary.findings).toBe(findings.length);
    expect(summary.rulesMatched).toBe(files.summary.rulesMatched);
    expect(summary.issues).toEqual([]);
  });

  it('gives the same order on every run, with as many searches at a time as asked for', async () => {
    let turn = 0;
    engine.before = () => new Promise((resolve) => setTimeout(resolve, (turn++ * 7) % 5));
    const one = await run({ jobs: 1 });
    expect(engine.mostOpen).toBe(1);
    engine.mostOpen = 0;
    const many = await run({ jobs: 6 });
    expect(engine.mostOpen).toBe(6);
    expect(many.findings).toEqual(one.findings);
  });

  it('asks for the time span, and for the hosts', async () => {
    const since = Date.UTC(2025, 0, 1);
    await run({ filter: { since, until: since + 1000 } });
    expect(engine.requests.every(({ earliest }) => earliest === '2025-01-01T00:00:00.000Z')).toBe(true);
    expect(engine.requests.every(({ latest }) => latest === '2025-01-01T00:00:01.000Z')).toBe(true);
    const host = (await run()).findings[0]?.event.host as string;
    const filter = { hosts: [(host.split('.')[0] as string).toLowerCase()] };
    engine = new FakeEngine('opensearch', rows);
    await engine.learn({ ...settings(), filter, onFinding: () => {} });
    const { findings } = await run({ filter });
    expect(
      new Set(findings.filter(({ correlation }) => !correlation).map(({ event }) => event.host)),
    ).toEqual(new Set([host]));
    expect(JSON.stringify(engine.requests.at(-1)?.query)).toContain(filter.hosts[0]);
  });

  it('lists a rule whose search fails and goes on', async () => {
    const all = await run();
    const broken = set.rules.findIndex(({ info }) => info.id === all.findings[0]?.rule.id);
    engine.before = (_, rule) => {
      if (rule === broken) throw new HuntbookError('HB_SEARCH', 'shard failed');
    };
    const { findings, summary } = await run();
    const { title, id } = (set.rules[broken] as RuleSet['rules'][number]).info;
    expect(summary.issues).toEqual([
      { code: 'HB_SEARCH', source: 'prod', message: `${title}: shard failed`, count: 1 },
    ]);
    expect(ids(findings.filter(({ correlation }) => !correlation))).toEqual(
      ids(all.findings.filter(({ rule, correlation }) => !correlation && rule.id !== id)),
    );
  });

  it.each(['HB_AUTH', 'HB_CONNECT', 'HB_FORBIDDEN', 'HB_TLS'] as const)(
    'ends at once on %s, which all rules would meet',
    async (code) => {
      engine.before = () => {
        throw new HuntbookError(code, 'no way in');
      };
      await expect(run({ jobs: 2 })).rejects.toMatchObject({ code });
      expect(engine.requests.length).toBeLessThan(5);
    },
  );

  it('is stopped by a server that is lost in the middle, after reporting what was found', async () => {
    const all = await run();
    const asked = engine.requests.length;
    engine.requests.length = 0;
    const half = Math.floor(asked / 2);
    engine.before = async () => {
      const number = engine.requests.length;
      await new Promise((resolve) => setTimeout(resolve, (number * 7) % 5));
      if (number > half) throw new HuntbookError('HB_CONNECT', 'connection refused');
    };
    const findings: Finding[] = [];
    const stopped = await huntRemote({
      ...settings(),
      engine,
      jobs: 4,
      onFinding: (finding) => void findings.push(finding),
    }).catch((error: unknown) => error);
    if (!(stopped instanceof HuntStopped)) throw stopped;
    expect(stopped).toMatchObject({ code: 'HB_CONNECT', exitCode: 4 });
    expect(stopped.summary).toMatchObject({ truncated: true, findings: findings.length });
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.length).toBeLessThan(all.findings.length);
    // Each search that runs may try once more.
    expect(engine.requests.length).toBeLessThanOrEqual(half + 8);
  });

  it('asks once more where a connection is lost, as servers close those that were idle', async () => {
    const all = await run();
    engine.requests.length = 0;
    engine.before = () => {
      if (engine.requests.length % 5 === 1) throw new HuntbookError('HB_CONNECT', 'socket hang up');
    };
    const { findings, summary } = await run();
    expect(findings).toEqual(all.findings);
    expect(summary.issues).toEqual([]);
  });

  it('keeps hits of a wider search where the form of the events is not known, and says so', async () => {
    const file = path.join(place.folder, 'ahead.yml');
    writeFileSync(
      file,
      "title: ahead\nlogsource: {product: windows, category: process_creation}\ndetection:\n  sel:\n    CommandLine|re: 'who(?=ami)'\n  condition: sel\n",
    );
    const rules = await rulesIn(file);
    const own = { rules, documents: (await loadRules([file])).rules, fields: 'helk' as const };
    const row = {
      log_name: 'Microsoft-Windows-Sysmon/Operational',
      event_id: 1,
      process_command_line: 'whoami',
    };
    const answer = (): Promise<SearchResult> =>
      Promise.resolve({
        fields: null,
        rows: (async function* () {
          yield row;
        })(),
        end: () => ({ rows: 1, truncated: null, messages: [] }),
      });
    const { findings, summary } = await run({ ...own, engine: Object.assign(engine, { search: answer }) });
    expect(findings.length).toBeGreaterThan(0);
    expect(summary.issues).toEqual([
      expect.objectContaining({ code: 'HB_RULE_UNSUPPORTED', message: expect.stringContaining('too many') }),
    ]);
  });

  it('asks ECS for fields that every index has, not for a form that some templates add', async () => {
    await run({ fields: 'ecs' });
    const asked = JSON.stringify(engine.requests);
    expect(asked).toContain('"process.executable"');
    expect(asked).not.toContain('caseless');
  });

  it('gives up on a server that does not answer any more', async () => {
    engine.before = () => {
      throw new HuntbookError('HB_TIMEOUT', 'no answer in time');
    };
    await expect(run({ jobs: 1 })).rejects.toMatchObject({ code: 'HB_TIMEOUT' });
    expect(engine.requests.length).toBe(20);
  });

  it('gives up on a server that is busy time after time', async () => {
    engine.before = () => {
      throw new HuntbookError('HB_BUSY', 'no slot');
    };
    await expect(run({ jobs: 1 })).rejects.toMatchObject({ code: 'HB_BUSY' });
    expect(engine.requests.length).toBe(5);
  });

  it('says of which rule not all came', async () => {
    engine.truncated = (rule) => (rule === 3 ? 'the server gives 50,000 at most' : null);
    const { summary } = await run();
    expect(summary.issues).toEqual([
      {
        code: 'HB_LIMIT',
        source: 'prod',
        message: `${set.rules[3]?.info.title}: not all hits came: the server gives 50,000 at most`,
        count: 1,
      },
    ]);
  });

  it('stops when it is told to, and says so', async () => {
    const abort = new AbortController();
    engine.before = (request) => {
      if (engine.requests.length > 3) abort.abort();
      if (request.signal?.aborted) throw new Error('aborted');
    };
    const { summary } = await run({ signal: abort.signal, jobs: 1 });
    expect(summary.truncated).toBe(true);
    expect(summary.issues).toEqual([]);
    expect(engine.requests.length).toBeLessThan(7);
  });

  it('runs the rules that are chosen, and those that chosen correlations need', async () => {
    const chosen = set.correlations.find(({ reports, chain }) => reports && !chain)?.info.title;
    const { findings, summary } = await run({ rule: ({ title }) => title === chosen });
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ rule }) => rule.title === chosen)).toBe(true);
    expect(summary.rulesLoaded).toBeLessThan(6);
  });

  it('lists rules that the index can not answer, with the reason, instead of finding nothing', async () => {
    const mapping: RemoteHuntOptions['mapping'] = {
      resolve: async (_, fields) => ({
        fields: '',
        missing: fields
          .filter((field) => field === 'PipeName' || field === 'ScriptBlockText')
          .map((field) => {
            const absent = field === 'PipeName';
            return { field, reason: absent ? 'is not in the index' : 'is text, not a keyword', absent };
          }),
      }),
    };
    const { summary } = await run({ mapping });
    expect(summary.neverFire).toEqual([
      expect.objectContaining({ title: expect.any(String), reason: 'no event has PipeName' }),
    ]);
    expect(summary.refused.filter(({ code }) => code === 'HB_MAPPING').map(({ message }) => message)).toEqual(
      [expect.stringMatching(/the field ScriptBlockText: is text, not a keyword$/)],
    );
  });
});
