import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleSet } from '../../src/detect/index.ts';
import { toJson } from '../../src/events/index.ts';
import { parseMoment, ruleFilter, type Finding } from '../../src/hunt/index.ts';
import type { LabResult } from '../../src/lab/index.ts';
import { collect, huntsFolder, makeEstate, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
let estate: LabResult;
let rules: RuleSet;

beforeAll(async () => {
  estate = await makeEstate(path.join(folder, 'estate'));
  rules = await rulesIn(huntsFolder);
});
afterAll(remove);

const files = (ending: string): string[] =>
  estate.files.filter(({ name }) => name.endsWith(ending)).map(({ name }) => path.join(estate.folder, name));

/** What a finding says, without where it was read and how the shipper types values. */
const gist = (
  findings: readonly {
    rule: { title: string };
    event: { host: string | null; eventId: unknown; recordId: unknown };
  }[],
): string[] =>
  findings
    .map(
      ({ rule, event }) => `${rule.title} ${event.host} ${String(event.eventId)} ${String(event.recordId)}`,
    )
    .sort();

/** Without those of correlations, which look at the events of all files together; see correlation.test.ts. */
const byEvent = (findings: readonly Finding[]): Finding[] => findings.filter((one) => !one.correlation);

describe('a hunt', () => {
  it('finds the same in EVTX, JSON lines and CSV of the same events', async () => {
    const evtx = await collect({ paths: files('.evtx'), rules });
    const json = await collect({ paths: files('.ndjson'), rules });
    const csv = await collect({ paths: files('.csv'), rules });
    expect(evtx.findings.length).toBeGreaterThan(20);
    expect(gist(json.findings)).toEqual(gist(evtx.findings));
    expect(gist(csv.findings)).toEqual(gist(evtx.findings));
    expect([evtx.summary.issues, json.summary.issues, csv.summary.issues]).toEqual([[], [], []]);
    expect(json.summary.events).toBe(estate.events);
    expect(evtx.summary.events).toBe(estate.events);
  });

  it('gives the same findings in the same order with any number of threads', async () => {
    const one = await collect({ paths: [estate.folder], rules, threads: 1 });
    expect(one.findings.length).toBeGreaterThan(20);
    for (const threads of [2, 3]) {
      const more = await collect({ paths: [estate.folder], rules, threads });
      expect(more.findings.map((f) => toJson(f))).toEqual(one.findings.map((f) => toJson(f)));
      const { seconds: _a, ...a } = more.summary;
      const { seconds: _b, ...b } = one.summary;
      expect(a).toEqual(b);
    }
  });

  it('gives a finding the same id when its file is read from somewhere else', async () => {
    const copy = path.join(folder, 'copy');
    cpSync(estate.folder, copy, { recursive: true });
    const [here, there] = await Promise.all([
      collect({ paths: files('.evtx'), rules }),
      collect({ paths: [path.join(copy, 'events', 'evtx')], rules }),
    ]);
    expect(there.findings.map(({ id }) => id)).toEqual(here.findings.map(({ id }) => id));
    expect(new Set(here.findings.map(({ id }) => id)).size).toBe(here.findings.length);
  });

  it('shows what matched with the value and the pattern', async () => {
    const { findings } = await collect({ paths: files('.evtx'), rules });
    for (const finding of byEvent(findings)) {
      expect(finding.matched.length, finding.rule.title).toBeGreaterThan(0);
      for (const { field, value } of finding.matched)
        if (field !== null) expect(finding.event.fields[field]).toEqual(value);
    }
    const dump = findings.find(({ rule }) => rule.title === 'Lsass Memory Dump Written by Task Manager');
    expect(dump?.matched).toContainEqual({
      field: 'Image',
      value: 'C:\\Windows\\System32\\Taskmgr.exe',
      pattern: expect.stringMatching(/taskmgr\.exe$/i),
    });
  });

  it('looks only at the hosts and the time that were asked for', async () => {
    const all = await collect({ paths: files('.ndjson'), rules });
    const host = all.findings[0]?.event.host as string;
    const short = host.split('.')[0] as string;
    const byHost = await collect({
      paths: files('.ndjson'),
      rules,
      filter: { hosts: [short.toLowerCase()] },
    });
    expect(byHost.findings.map(({ id }) => id)).toEqual(
      all.findings.filter(({ event }) => event.host === host).map(({ id }) => id),
    );
    const middle = all.findings.map(({ event }) => event.time as string).sort()[
      Math.floor(all.findings.length / 2)
    ] as string;
    const at = parseMoment(middle, '--since');
    const since = await collect({ paths: files('.ndjson'), rules, filter: { since: at } });
    const until = await collect({ paths: files('.ndjson'), rules, filter: { until: at } });
    expect(since.findings.length).toBeGreaterThan(0);
    expect(until.findings.length).toBeGreaterThan(0);
    expect(byEvent([...since.findings, ...until.findings])).toHaveLength(byEvent(all.findings).length);
    expect(since.findings.every(({ event }) => Date.parse(event.time as string) >= Math.floor(at))).toBe(
      true,
    );
  });

  it('runs only the rules that were asked for', async () => {
    const high = await collect({ paths: files('.evtx'), rules, rule: ruleFilter({ level: 'high' }) });
    expect(new Set(high.findings.map(({ rule }) => rule.level))).not.toContain('medium');
    expect(high.findings.length).toBeGreaterThan(0);
    const tagged = await collect({ paths: files('.evtx'), rules, rule: ruleFilter({ tags: ['t1003'] }) });
    expect(tagged.findings.length).toBeGreaterThan(0);
    expect(tagged.findings.every(({ rule }) => rule.tags.some((tag) => /t1003(\.|$)/.test(tag)))).toBe(true);
    const id = tagged.findings[0]?.rule.id as string;
    const one = await collect({
      paths: files('.evtx'),
      rules,
      rule: ruleFilter({ include: [id.slice(0, 8)] }),
    });
    expect(new Set(one.findings.map(({ rule }) => rule.id))).toEqual(new Set([id]));
    const without = await collect({ paths: files('.evtx'), rules, rule: ruleFilter({ exclude: [id] }) });
    expect(without.findings.some(({ rule }) => rule.id === id)).toBe(false);
  });

  it('says which rules could not have fired on the data, and what is missing', async () => {
    const own = path.join(folder, 'never.yml');
    const head = (title: string, logsource: string): string =>
      `title: ${title}\nlogsource: {product: windows, ${logsource}}\nlevel: low\n`;
    writeFileSync(
      own,
      [
        `${head('No such channel', 'service: bits-client')}detection: {s: {EventID: 3}, condition: s}\n`,
        `${head('No such event id', 'service: security')}detection: {s: {EventID: 4799}, condition: s}\n`,
        `${head('No such field', 'category: process_creation')}detection: {s: {NoSuchField: x}, condition: s}\n`,
        `${head('Could fire', 'category: process_creation')}detection: {s: {Image: 'never seen'}, condition: s}\n`,
        `${head('Could fire without the field', 'category: process_creation')}detection: {s: {Image: 'never seen'}, f: {NoSuchField: x}, condition: s and not f}\n`,
      ].join('---\n'),
    );
    const { summary } = await collect({ paths: files('.evtx'), rules: await rulesIn(own) });
    expect(summary.neverFire.map(({ title, reason }) => [title, reason])).toEqual([
      ['No such channel', 'no events of windows/bits-client'],
      ['No such event id', 'no events with EventID 4799'],
      ['No such field', 'no event has NoSuchField'],
    ]);
  });
});

describe('bad input', () => {
  const good = (): Buffer => readFileSync(files('.ndjson')[0] as string);

  it('costs what is bad and nothing else', async () => {
    const mixed = path.join(folder, 'mixed');
    mkdirSync(mixed);
    const whole = good();
    const text = whole.toString('utf8').trimEnd().split('\n');
    writeFileSync(path.join(mixed, '0-empty.evtx'), '');
    writeFileSync(
      path.join(mixed, '1-binary.bin'),
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)),
    );
    writeFileSync(path.join(mixed, '2-half.json'), whole.subarray(0, whole.length - 40));
    writeFileSync(
      path.join(mixed, '3-broken-line.json'),
      [text[0], '{"a": [1, 2', ...text.slice(1)].join('\n'),
    );
    writeFileSync(
      path.join(mixed, '4-bad-utf8.json'),
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}\n'), whole]),
    );
    writeFileSync(path.join(mixed, '5-deep.json'), `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`);
    writeFileSync(path.join(mixed, '6-truncated.gz'), gzipSync(whole).subarray(0, 20_000));
    symlinkSync(mixed, path.join(mixed, '7-loop'));
    writeFileSync(path.join(mixed, '9-good.json'), whole);
    const alone = await collect({ paths: [path.join(mixed, '9-good.json')], rules });
    const { findings, summary } = await collect({ paths: [mixed], rules });
    const of = (name: string): string[] =>
      byEvent(findings).flatMap(({ event, id }) => (event.source.includes(name) ? [id] : []));
    const expected = byEvent(alone.findings).map(({ id }) => id);
    expect(of('9-good')).toEqual(expected);
    expect(of('3-broken')).toEqual(expected);
    expect(of('4-bad-utf8')).toEqual(expected);
    const about = (name: string): string[] =>
      summary.issues
        .filter(({ source, message }) => `${source} ${message}`.includes(name))
        .map(({ code }) => code);
    expect(about('0-empty')).toEqual(['HB_EMPTY']);
    expect(about('1-binary')).toEqual(['HB_UNKNOWN_KIND']);
    expect(about('2-half')).toContain('HB_TRUNCATED');
    expect(about('3-broken').length).toBe(1);
    expect(about('4-bad-utf8').length).toBe(1);
    expect(about('5-deep')).toContain('HB_LIMIT');
    expect(about('6-truncated')).toContain('HB_TRUNCATED');
  });

  it('names a path that does not exist', async () => {
    await expect(collect({ paths: [path.join(folder, 'nowhere')], rules })).rejects.toMatchObject({
      code: 'HB_NOT_FOUND',
      message: expect.stringContaining('nowhere'),
    });
  });
});
