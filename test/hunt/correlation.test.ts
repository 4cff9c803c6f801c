import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRuleSet } from '../../src/detect/index.ts';
import { toJson } from '../../src/events/index.ts';
import { backtest, parseSpan, ruleFilter, type Finding } from '../../src/hunt/index.ts';
import { collect, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let written = 0;

function write(text: string, ending: string): string {
  const file = path.join(folder, `${written++}.${ending}`);
  writeFileSync(file, text);
  return file;
}

/** Security events: seconds after eight, event id, account, address. */
type Row = readonly [number, number, string, string?];

function eventsFile(rows: readonly Row[], computer = 'DC1', ending = 'ndjson'): string {
  const lines = rows.map(([second, id, user, address = '10.0.0.1'], i) => {
    const time = new Date(Date.UTC(2025, 2, 3, 8, 0, second)).toISOString();
    const System = {
      Channel: 'Security',
      EventID: id,
      Computer: computer,
      EventRecordID: i + 1,
      TimeCreated: { '#attributes': { SystemTime: time } },
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Security-Auditing' } },
    };
    return JSON.stringify({ Event: { System, EventData: { TargetUserName: user, IpAddress: address } } });
  });
  return write(`${lines.join('\n')}\n`, ending);
}

const base = (name: string, id: number): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: ${id}}, condition: s}\nlevel: low\n`;
const bases = [base('failed', 4625), base('success', 4624)];
const correlation = (title: string, body: string): string =>
  `title: ${title}\nname: ${title.toLowerCase()}\ncorrelation: {${body}}\nlevel: high\n`;

async function setOf(...documents: readonly string[]) {
  return rulesIn(write([...bases, ...documents].join('---\n'), 'yml'));
}

const guessing = correlation(
  'Guessing',
  'type: event_count, rules: failed, group-by: TargetUserName, timespan: 1m, condition: {gte: 3}',
);
const gist = (findings: readonly Finding[]) =>
  findings.map(({ rule, correlation: found }) => [
    rule.title,
    found?.group.map(({ value }) => value).join() ?? null,
    found?.events.map(({ event }) => event.recordId),
  ]);

describe('correlations of a hunt', () => {
  it('count over a sliding window, both ends included', async () => {
    const rules = await setOf(guessing);
    const at = (...seconds: number[]): Promise<number> =>
      collect({ paths: [eventsFile(seconds.map((second) => [second, 4625, 'anna']))], rules }).then(
        ({ findings }) => findings.length,
      );
    // Any minute by the clock has two of these at most.
    expect(await at(50, 70, 90)).toBe(1);
    expect(await at(0, 30, 60)).toBe(1);
    expect(await at(0, 30, 61)).toBe(0);
  });

  it('make one finding of a group and a run of windows, which has each event once', async () => {
    const rows: Row[] = [0, 10, 20, 30, 75, 300, 310, 320].map((second) => [second, 4625, 'anna']);
    const others: Row[] = [5, 15, 25].map((second) => [second, 4625, 'Bob']);
    const { findings, summary } = await collect({
      paths: [eventsFile([...rows, ...others])],
      rules: await setOf(guessing),
    });
    expect(gist(findings)).toEqual([
      ['Guessing', 'Bob', [9, 10, 11]],
      ['Guessing', 'anna', [1, 2, 3, 4, 5]],
      ['Guessing', 'anna', [6, 7, 8]],
    ]);
    expect(findings[1]).toMatchObject({
      rule: { level: 'high' },
      event: { recordId: 3 },
      correlation: {
        type: 'event_count',
        timespan: 60,
        value: 4,
        count: 5,
        first: '2025-03-03T08:00:00Z',
        last: '2025-03-03T08:01:15Z',
      },
    });
    expect(summary).toMatchObject({ findings: 3, rulesLoaded: 3, rulesMatched: 1, issues: [] });
  });

  it('let their rules be silent, unless they generate or nothing names them', async () => {
    const paths = [eventsFile([...[1, 2, 3].map((s): Row => [s, 4625, 'a']), [9, 4624, 'a']])];
    const titles = async (document: string): Promise<string[]> =>
      (await collect({ paths, rules: await setOf(document) })).findings.map(({ rule }) => rule.title);
    expect(await titles(guessing)).toEqual(['success', 'Guessing']);
    expect(await titles(guessing.replace('{type', '{generate: true, type'))).toEqual([
      'failed',
      'failed',
      'failed',
      'success',
      'Guessing',
    ]);
  });

  it('run their rules though a filter leaves these out, and are left out like other rules', async () => {
    const paths = [eventsFile([1, 2, 3].map((second) => [second, 4625, 'a']))];
    const rules = await setOf(guessing);
    const high = await collect({ paths, rules, rule: ruleFilter({ level: 'high' }) });
    expect(gist(high.findings)).toEqual([['Guessing', 'a', [1, 2, 3]]]);
    const without = await collect({ paths, rules, rule: ruleFilter({ exclude: ['Guessing'] }) });
    expect(without.findings).toEqual([]);
    expect(without.summary.rulesLoaded).toBe(1);
  });

  it('can name each other, by aliases where fields differ', async () => {
    const chain = correlation(
      'Guessed',
      'type: temporal_ordered, rules: [guessing, success], group-by: TargetUserName, timespan: 5m',
    );
    const rows: Row[] = [0, 10, 20, 400].map((second) => [second, 4625, 'anna']);
    const { findings } = await collect({
      // The guesses go on after the success, far away another account logs on.
      paths: [eventsFile([...rows, [30, 4624, 'Anna'], [40, 4624, 'bob']])],
      rules: await setOf(guessing, chain),
    });
    expect(gist(findings)).toEqual([['Guessed', 'anna', [1, 2, 3, 5]]]);
    expect(findings[0]?.correlation?.events.map(({ rule }) => rule.title)).toEqual([
      'failed',
      'failed',
      'failed',
      'success',
    ]);
    const aliased = correlation(
      'Same',
      'type: temporal, rules: [failed, success], aliases: {who: {failed: TargetUserName, success: IpAddress}}, group-by: who, timespan: 1m',
    );
    const same = await collect({
      paths: [
        eventsFile([
          [1, 4625, 'x', 'y'],
          [2, 4624, 'y', 'X'],
        ]),
      ],
      rules: await setOf(aliased),
    });
    expect(gist(same.findings)).toEqual([['Same', 'x', [1, 2]]]);
  });

  it('leave out what a filter takes out of their rules', async () => {
    const filter =
      'title: Scanner\nlogsource: {product: windows}\nfilter: {rules: [failed], s: {IpAddress: 10.9.9.9}, condition: not s}\n';
    const rows = (address: string): Row[] => [1, 2, 3].map((second) => [second, 4625, 'a', address]);
    const rules = await setOf(guessing, filter);
    expect(rules.refused).toEqual([]);
    expect((await collect({ paths: [eventsFile(rows('10.9.9.9'))], rules })).findings).toEqual([]);
    expect((await collect({ paths: [eventsFile(rows('10.9.9.8'))], rules })).findings).toHaveLength(1);
  });

  it('see the events of all files and threads together, in whatever order they are read', async () => {
    const rules = await setOf(guessing);
    const rows = Array.from({ length: 600 }, (_, i): Row => [(i * 7919) % 1700, 4625, `user${i % 7}`]);
    const whole = eventsFile(rows.toSorted((a, b) => a[0] - b[0]));
    const parts = [0, 1, 2].map((part) => eventsFile(rows.filter((_, i) => i % 3 === part)));
    const seconds = (findings: readonly Finding[]) =>
      findings.map(({ correlation: found }) => [
        found?.group,
        found?.count,
        found?.value,
        found?.first,
        found?.last,
        found?.events.map(({ event }) => event.time),
      ]);
    const expected = seconds((await collect({ paths: [whole], rules })).findings);
    expect(expected.length).toBeGreaterThan(5);
    const one = await collect({ paths: parts, rules, threads: 1 });
    expect(seconds(one.findings)).toEqual(expected);
    for (const threads of [2, 3]) {
      const more = await collect({ paths: parts, rules, threads });
      expect(more.findings.map((finding) => toJson(finding))).toEqual(
        one.findings.map((finding) => toJson(finding)),
      );
      expect(more.summary.rulesMatched).toBe(one.summary.rulesMatched);
    }
  });

  it('are judged while events come when a delay is given, and count what comes later', async () => {
    const rules = await setOf(guessing);
    const maxDelay = parseSpan('10s', '--max-delay');
    const rows: Row[] = [0, 8, 4, 100, 109, 104, 500].map((second) => [second, 4625, 'a']);
    const inTime = await collect({ paths: [eventsFile(rows)], rules, maxDelay });
    expect(gist(inTime.findings)).toEqual([
      ['Guessing', 'a', [1, 3, 2]],
      ['Guessing', 'a', [4, 6, 5]],
    ]);
    expect(inTime.summary.issues).toEqual([]);
    const late = await collect({ paths: [eventsFile([...rows, [1, 4625, 'a']])], rules, maxDelay });
    expect(late.summary.issues).toMatchObject([{ code: 'HB_LIMIT', count: 1, source: 'correlations' }]);
  });

  it('say what keeps them from ever firing', async () => {
    const rules = await setOf(
      guessing,
      correlation('Both', 'type: temporal, rules: [failed, success], group-by: TargetUserName, timespan: 1m'),
      correlation(
        'No such group',
        'type: event_count, rules: failed, group-by: NoSuchField, timespan: 1m, condition: {gte: 1}',
      ),
    );
    const { summary } = await collect({ paths: [eventsFile([[1, 4625, 'a']])], rules });
    expect(summary.neverFire.map(({ title, reason }) => [title, reason])).toEqual([
      ['success', 'no events with EventID 4624'],
      ['Both', 'rules it needs can never fire: success'],
      ['No such group', 'no match of its rules has: NoSuchField'],
    ]);
  });

  it('are refused with a reason and a place', async () => {
    const rules = await setOf(
      correlation('Lost', 'type: event_count, rules: nowhere, timespan: 1m, condition: {gte: 1}'),
      correlation('Unanchored', 'type: temporal, condition: not failed, timespan: 1m'),
      correlation(
        'Which',
        'type: value_percentile, rules: failed, timespan: 1m, condition: {field: a, gte: 1}',
      ),
      correlation('Above', 'type: temporal, rules: [which, failed], timespan: 1m'),
      'title: Odd\nname: odd\nlogsource: {product: nothing}\ndetection: {s: {a: 1}, condition: s}\n',
      correlation('OverOdd', 'type: event_count, rules: odd, timespan: 1m, condition: {gte: 1}'),
    );
    expect(rules.correlations).toEqual([]);
    const reasons = new Map(
      rules.refused.map(({ title, code, message, line }) => [title, { code, message, line }]),
    );
    expect(reasons.get('Unanchored')).toMatchObject({ code: 'HB_RULE_CONDITION' });
    expect(reasons.get('Which')).toMatchObject({ code: 'HB_RULE_VALUE' });
    expect(reasons.get('Above')?.message).toContain("it needs 'Which', which was refused");
    expect(reasons.get('OverOdd')?.code).toBe('HB_RULE_LOGSOURCE');
    expect(rules.refused.some(({ message }) => message.includes('nowhere'))).toBe(true);
    for (const { line } of rules.refused) expect(line).toBeGreaterThan(0);
  });

  it('count events without a time, which can not be correlated', async () => {
    const file = write(
      '{"Channel":"Security","EventID":4625,"TargetUserName":"a","Provider_Name":"x"}\n'.repeat(3),
      'ndjson',
    );
    const { findings, summary } = await collect({ paths: [file], rules: await setOf(guessing) });
    expect(findings).toEqual([]);
    expect(summary.issues).toMatchObject([{ code: 'HB_DAMAGED', count: 3, source: 'correlations' }]);
  });

  it('count an event without a time once, however many rules it matches', async () => {
    const file = write('{"Channel":"Security","EventID":4625,"TargetUserName":"a"}\n', 'ndjson');
    const other = base('other', 4625);
    const both = correlation('Both', 'type: temporal, rules: [failed, other], timespan: 1m');
    const { summary } = await collect({ paths: [file], rules: await setOf(other, both) });
    expect(summary.issues).toMatchObject([{ code: 'HB_DAMAGED', count: 1 }]);
  });

  it('say of nothing that it did not happen where a window reaches beyond --until', async () => {
    const missing = correlation('Missing', 'type: temporal, timespan: 1m, condition: failed and not success');
    const options = {
      paths: [
        eventsFile([
          [0, 4625, 'a'],
          [30, 4624, 'a'],
          [300, 4624, 'b'],
        ]),
      ],
      rules: await setOf(missing),
    };
    const at = (second: number): number => Date.UTC(2025, 2, 3, 8, 0, second);
    expect((await collect({ ...options, filter: { until: at(20) } })).findings).toEqual([]);
    expect((await collect({ ...options, filter: { until: at(60) } })).findings).toEqual([]);
    const alone = [
      eventsFile([
        [0, 4625, 'a'],
        [300, 4624, 'b'],
      ]),
    ];
    expect((await collect({ ...options, paths: alone, filter: { until: at(60) } })).findings).toEqual([]);
    expect((await collect({ ...options, paths: alone, filter: { until: at(61) } })).findings).toHaveLength(1);
  });

  it('tell in the summary what rules were read as, with and without the rule cache', async () => {
    const old = base('old', 4625).replace('condition: s}', "timeframe: 1m, condition: 's | count() > 2'}");
    const typo = guessing.replace('group-by:', 'group_by:');
    const file = write([...bases, typo, old].join('---\n'), 'yml');
    const cacheDir = path.join(folder, 'notices');
    const paths = [eventsFile([[1, 4625, 'a']])];
    for (const _ of ['written', 'read']) {
      const { set } = await loadRuleSet([file], { cacheDir });
      const { notices } = (await collect({ paths, rules: set })).summary;
      expect(notices).toMatchObject([
        {
          path: file,
          message: expect.stringContaining('"group_by" is not known and has no effect; group-by is'),
        },
        { path: file, message: expect.stringContaining('was read as a correlation of the type event_count') },
      ]);
      for (const { line } of notices) expect(line).toBeGreaterThan(1);
    }
  });

  it('come out of the rule cache as they went in', async () => {
    const file = write([...bases, guessing].join('---\n'), 'yml');
    const cacheDir = path.join(folder, 'cache');
    const first = await loadRuleSet([file], { cacheDir });
    const second = await loadRuleSet([file], { cacheDir });
    expect([first.fromCache, second.fromCache]).toEqual([false, true]);
    expect(second.set.correlations).toEqual(first.set.correlations);
    const paths = [eventsFile([1, 2, 3].map((second_) => [second_, 4625, 'a']))];
    expect(gist((await collect({ paths, rules: second.set })).findings)).toEqual([
      ['Guessing', 'a', [1, 2, 3]],
    ]);
  });
});

describe('a backtest of correlations', () => {
  it('doubts correlations, and no other rule, where an event has no time', async () => {
    const file = write('{"Channel":"Security","EventID":4625,"TargetUserName":"a"}\n', 'ndjson');
    const expect_ = [
      { rule: 'failed', exactly: 1 },
      { rule: 'Guessing', exactly: 0 },
    ];
    const cases = [{ name: 'case', events: [file], expect: expect_, unexpected: 'ignore' as const }];
    const results = await backtest({ rules: [], cases }, await setOf(guessing));
    expect(results.map(({ passed, message }) => [passed, message])).toEqual([
      [true, undefined],
      [false, expect.stringContaining('without a time')],
    ]);
  });

  it('expects a number of findings, and of matches of their rules', async () => {
    const events = [eventsFile([1, 2, 3, 200, 201, 202].map((second) => [second, 4625, 'a']))];
    const results = await backtest(
      {
        rules: [],
        cases: [
          {
            name: 'case',
            events,
            expect: [
              { rule: 'Guessing', exactly: 2 },
              { rule: 'failed', exactly: 6 },
            ],
            unexpected: 'fail',
          },
          { name: 'other', events, expect: [], unexpected: 'fail' },
        ],
      },
      await setOf(guessing),
    );
    expect(results.map(({ rule, actual, passed }) => [rule, actual, passed])).toEqual([
      ['Guessing', 2, true],
      ['failed', 6, true],
      ['all other rules', 0, true],
      ['Guessing', 2, false],
    ]);
  });
});
