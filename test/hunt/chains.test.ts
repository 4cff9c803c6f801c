import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backtest, type Finding } from '../../src/hunt/index.ts';
import {
  audit,
  chainRule,
  did,
  guidOf,
  step,
  sysmon,
  timeAt,
  writeEvents,
  type Created,
} from './process-events.ts';
import { collect, huntsFolder, makeEstate, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let written = 0;
const file = (events: readonly object[]): string => writeEvents(folder, `events-${written++}`, events);
async function setOf(...documents: readonly string[]) {
  const rules = path.join(folder, `rules-${written++}.yml`);
  writeFileSync(rules, [...steps, ...documents].join('---\n'));
  return rulesIn(rules);
}

const steps = [step('cmd', 'cmd.exe'), step('powershell', 'powershell.exe'), step('word', 'winword.exe')];
const officeChain = chainRule('Office chain', 'rules: [cmd, powershell, word], timespan: 10m');

/** explorer > cmd > helper > powershell > winword, and a word that nobody below a shell started. */
const processes: readonly Created[] = [
  { at: 0, pid: 10, parent: 4, image: 'explorer.exe' },
  { at: 10, pid: 20, parent: 10, image: 'cmd.exe' },
  { at: 20, pid: 30, parent: 20, image: 'helper.exe' },
  { at: 30, pid: 40, parent: 30, image: 'powershell.exe', commandLine: 'powershell -enc AAAA' },
  { at: 40, pid: 50, parent: 40, image: 'winword.exe' },
  { at: 50, pid: 60, parent: 10, image: 'winword.exe' },
  { at: 60, pid: 70, parent: 10, image: 'notepad.exe' },
];

const images = ({ chain = [] }: Finding): (string | undefined)[] =>
  chain.map(({ image }) => image?.split('\\').at(-1));
const chainsOf = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ correlation }) => correlation?.type === 'process_chain');

describe('chains of processes in a hunt', () => {
  it('are one finding each, with the whole line and the events of the steps', async () => {
    const { findings, summary } = await collect({
      paths: [file(processes.map((one) => sysmon(one)))],
      rules: await setOf(officeChain),
    });
    expect(findings).toHaveLength(1);
    const [finding] = findings as [Finding];
    expect(finding).toMatchObject({
      rule: { title: 'Office chain', level: 'high' },
      event: { host: 'WS1', fields: { ProcessId: 50 } },
      matched: [{ field: 'process_chain', value: 3, pattern: '3 steps within 600 s' }],
      correlation: {
        type: 'process_chain',
        timespan: 600,
        group: [],
        value: 3,
        count: 3,
        first: timeAt(10).replace('.000', ''),
        last: timeAt(40).replace('.000', ''),
      },
    });
    expect(images(finding)).toEqual(['cmd.exe', 'helper.exe', 'powershell.exe', 'winword.exe']);
    expect(finding.chain?.map(({ step: title }) => title)).toEqual(['cmd', null, 'powershell', 'word']);
    expect(finding.chain?.map(({ link }) => link)).toEqual([null, 'guid', 'guid', 'guid']);
    expect(finding.chain?.[2]).toMatchObject({
      host: 'WS1',
      guid: guidOf(40),
      pid: 40,
      commandLine: 'powershell -enc AAAA',
      known: true,
    });
    expect(
      finding.correlation?.events.map(({ rule, event }) => [rule.title, event.fields['ProcessId']]),
    ).toEqual([
      ['cmd', 20],
      ['powershell', 40],
      ['word', 50],
    ]);
    expect(summary).toMatchObject({ findings: 1, rulesMatched: 1, issues: [], neverFire: [], notices: [] });
  });

  it('are the same from shuffled events, several files and any number of threads', async () => {
    const rules = await setOf(officeChain);
    const hosts = Array.from({ length: 12 }, (_, i) => `WS${i}`);
    const all = hosts.flatMap((host) => processes.map((one) => sysmon({ ...one, host })));
    const expected = (await collect({ paths: [file(all)], rules })).findings;
    expect(expected).toHaveLength(hosts.length);
    const gist = (findings: readonly Finding[]) => findings.map((one) => [one.id, images(one)]).sort();
    const parts = hosts.map((_, i) => file(all.filter((_event, at) => at % hosts.length === i)));
    for (const threads of [1, 2, 4]) {
      const { findings, summary } = await collect({ paths: parts.toReversed(), rules, threads });
      expect(gist(findings)).toEqual(gist(expected));
      expect(summary.findings).toBe(hosts.length);
    }
  });

  it('come after the findings of rules, in order of time among correlations', async () => {
    const count = `title: Many\ncorrelation: {type: event_count, rules: cmd, timespan: 1m, condition: {gte: 1}}\nlevel: low\n`;
    const paths = [file([...processes.map((one) => sysmon(one)), did(3, 5, 10, { Image: 'explorer.exe' })])];
    const { findings } = await collect({ paths, rules: await setOf(officeChain, count) });
    expect(findings.map(({ rule }) => rule.title)).toEqual(['Many', 'Office chain']);
  });

  it('are found in the Security log alone, and the summary says that parents are inferred', async () => {
    const { findings, summary } = await collect({
      paths: [file(processes.map((one) => audit(one)))],
      rules: await setOf(officeChain),
    });
    expect(findings.map(images)).toEqual([['cmd.exe', 'helper.exe', 'powershell.exe', 'winword.exe']]);
    expect(findings[0]?.chain?.map(({ link, guid }) => [link, guid])).toEqual([
      [null, null],
      ['inferred', null],
      ['inferred', null],
      ['inferred', null],
    ]);
    expect(summary.notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the parents of \d processes were inferred from process ids/),
    ]);
  });

  it('are one where both logs tell of the same processes', async () => {
    const both = processes.flatMap((one) => [sysmon(one), audit(one)]);
    const { findings } = await collect({ paths: [file(both)], rules: await setOf(officeChain) });
    expect(findings).toHaveLength(1);
    const alone = await collect({
      paths: [file(processes.map((one) => sysmon(one)))],
      rules: await setOf(officeChain),
    });
    expect(findings[0]?.id).toBe(alone.findings[0]?.id);
  });

  it('keep to the window, relation, excluded processes and groups', async () => {
    const paths = [
      file(processes.map((one) => sysmon({ ...one, user: one.pid === 50 ? 'CORP\\bob' : 'CORP\\anna' }))),
    ];
    const count = async (...bodies: string[]): Promise<number> =>
      chainsOf(
        (await collect({ paths, rules: await setOf(step('helper', 'helper.exe'), ...bodies) })).findings,
      ).length;
    const pair = 'rules: [cmd, powershell]';
    expect(await count(chainRule('Chain', `${pair}, timespan: 20s`))).toBe(1);
    expect(await count(chainRule('Chain', `${pair}, timespan: 19s`))).toBe(0);
    expect(await count(chainRule('Chain', `${pair}, timespan: 1m, relation: child`))).toBe(0);
    expect(await count(chainRule('Chain', `${pair}, timespan: 1m, not-between: helper`))).toBe(0);
    expect(await count(chainRule('Chain', `${pair}, timespan: 1m, max-depth: 1`))).toBe(0);
    expect(await count(chainRule('Chain', `${pair}, timespan: 1m, group-by: [User]`))).toBe(1);
    expect(await count(chainRule('Chain', 'rules: [powershell, word], timespan: 1m, group-by: [User]'))).toBe(
      0,
    );
    expect(await count(chainRule('Chain', 'rules: [word, powershell], timespan: 1m, order: any'))).toBe(1);
  });

  it('say what they were grouped by', async () => {
    const { findings: all } = await collect({
      paths: [file(processes.map((one) => sysmon(one)))],
      rules: await setOf(chainRule('Chain', 'rules: [cmd, powershell], timespan: 1m, group-by: [User]')),
    });
    const findings = chainsOf(all);
    expect(findings[0]?.matched[0]).toEqual({ field: 'User', value: 'CORP\\anna', pattern: 'group-by' });
    expect(findings[0]?.correlation?.group).toEqual([{ field: 'User', value: 'CORP\\anna' }]);
  });

  it('take other events than creations as steps', async () => {
    const network = `title: net\nname: net\nlogsource: {product: windows, category: network_connection}\ndetection: {s: {DestinationPort: 4444}, condition: s}\n`;
    const paths = [
      file([
        ...processes.map((one) => sysmon(one)),
        did(3, 70, 50, { Image: 'C:\\Windows\\winword.exe', DestinationPort: 4444 }),
        did(3, 71, 60, { Image: 'C:\\Windows\\winword.exe', DestinationPort: 4444 }),
      ]),
    ];
    const rules = await setOf(network, chainRule('Chain', 'rules: [cmd, net], timespan: 2m'));
    const findings = chainsOf((await collect({ paths, rules })).findings);
    expect(findings.map(({ event }) => [event.eventId, event.fields['ProcessId']])).toEqual([[3, 50]]);
    expect(images(findings[0] as Finding)).toEqual([
      'cmd.exe',
      'helper.exe',
      'powershell.exe',
      'winword.exe',
    ]);
  });

  it('see only the events that the filter leaves', async () => {
    const paths = [file(processes.map((one) => sysmon(one)))];
    const rules = await setOf(officeChain);
    const count = async (filter: { since?: number; until?: number; hosts?: string[] }): Promise<number> =>
      (await collect({ paths, rules, filter })).findings.length;
    expect(await count({ since: Date.parse(timeAt(5)) })).toBe(1);
    expect(await count({ since: Date.parse(timeAt(15)) })).toBe(0);
    expect(await count({ until: Date.parse(timeAt(40)) })).toBe(0);
    expect(await count({ hosts: ['WS2'] })).toBe(0);
    expect(await count({ hosts: ['ws1'] })).toBe(1);
  });

  it('are reported while events come, where a delay is given', async () => {
    const later: Created = { at: 7200, pid: 90, parent: 10, image: 'notepad.exe' };
    const lines = [...processes, later].map((one) => sysmon(one));
    const seen: string[] = [];
    async function* stdin() {
      for (const event of lines) {
        yield Buffer.from(`${JSON.stringify(event)}\n`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      seen.push('end of the stream');
    }
    const { hunt } = await import('../../src/hunt/index.ts');
    const summary = await hunt({
      paths: ['-'],
      rules: await setOf(officeChain),
      stdin: stdin(),
      maxDelay: 60_000,
      onFinding: ({ rule }) => void seen.push(rule.title),
    });
    expect(summary).toMatchObject({ findings: 1, issues: [] });
    expect(seen.sort()).toEqual(['Office chain', 'end of the stream']);
  });

  it('can never fire where a step can not, and the summary says so', async () => {
    const { summary } = await collect({
      paths: [file([did(3, 5, 10, { Image: 'explorer.exe' })])],
      rules: await setOf(officeChain),
    });
    expect(summary.neverFire.map(({ title }) => title)).toContain('Office chain');
  });

  it('are counted by backtest', async () => {
    const rules = await setOf(officeChain);
    const expect2 = (exactly: number) => ({
      cases: [
        {
          name: 'office',
          events: [file(processes.map((one) => sysmon(one)))],
          expect: [{ rule: 'Office chain', exactly }],
          unexpected: 'ignore' as const,
        },
      ],
    });
    const run = async (exactly: number) =>
      (await backtest({ rules: [], ...expect2(exactly) } as never, rules)).map(({ actual, passed }) => [
        actual,
        passed,
      ]);
    expect(await run(1)).toEqual([[1, true]]);
    expect(await run(2)).toEqual([[1, false]]);
  });

  it('cost nothing where there is no chain rule', async () => {
    const paths = [file(processes.map((one) => sysmon(one)))];
    const { findings } = await collect({ paths, rules: await setOf() });
    expect(chainsOf(findings)).toEqual([]);
    expect(findings.every(({ chain }) => chain === undefined)).toBe(true);
  });
});

describe('chains of an estate', () => {
  it('have the same ids from EVTX, JSON and CSV, on one thread and on four', async () => {
    const lab = path.join(folder, 'estate');
    await makeEstate(lab);
    const rules = await rulesIn(huntsFolder);
    const found = async (part: string, threads: number): Promise<unknown[]> => {
      const { findings } = await collect({ paths: [path.join(lab, 'events', part)], rules, threads });
      return chainsOf(findings).map((finding) => [finding.id, finding.rule.title, images(finding)]);
    };
    const evtx = await found('evtx', 1);
    expect(evtx.length).toBeGreaterThan(5);
    expect(await found('evtx', 4)).toEqual(evtx);
    expect((await found('events.ndjson', 1)).sort()).toEqual([...evtx].sort());
    expect((await found('events.csv', 1)).sort()).toEqual([...evtx].sort());
  });
});
