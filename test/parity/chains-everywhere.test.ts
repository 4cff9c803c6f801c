/**
 * Chains of processes are the same from files, on a real OpenSearch and on the stand-in for Splunk: the same findings,
 * by few searches.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleSet } from '../../src/detect/index.ts';
import { huntRemote, type Finding, type HuntSummary, type RemoteHuntOptions } from '../../src/hunt/index.ts';
import { writeLab } from '../../src/lab/index.ts';
import { loadRules } from '../../src/rules/index.ts';
import type { SigmaRule } from '../../src/sigma/index.ts';
import { onOpenSearch, onSplunk, type Opened } from '../hunt/remote/engines.ts';
import { collect, huntsFolder, rulesIn, temporaryFolder } from '../hunt/support.ts';
import { openSearch, useOpenSearch } from '../support/opensearch.ts';

const place = temporaryFolder();
const chainsFolder = path.join(place.folder, 'chains');
let paths: string[];
/** The same without Sysmon: processes have ids only. */
let audit: string;

const step = (name: string, detection: string, category = 'process_creation'): string =>
  `title: ${name}\nname: ${name}\nlogsource: { product: windows, category: ${category} }\n` +
  `detection:\n  sel: ${detection}\n  condition: sel\n`;
const image = (name: string): string => step(name, `{ Image|endswith: '\\${name}.exe' }`);
const steps = [
  ...['explorer', 'winword', 'powershell', 'cmd', 'conhost', 'wscript'].map(image),
  step('connection', '{ Initiated: true }', 'network_connection'),
  step('library', "{ ImageLoaded|endswith: '.dll' }", 'image_load'),
  step('written', "{ TargetFilename: '*' }", 'file_event'),
];
const chain = (title: string, rules: string, more = ''): string =>
  `title: ${title}\ncorrelation:\n  type: process_chain\n  rules: [${rules}]\n` +
  (more.includes('timespan') ? '' : '  timespan: 20m\n') +
  more;
const chains = {
  'the last is rare': chain('the last is rare', 'explorer, wscript', '  timespan: 12h\n'),
  'the first is rare': chain('the first is rare', 'wscript, cmd'),
  'the middle is rare': chain('the middle is rare', 'explorer, wscript, cmd', '  timespan: 12h\n'),
  children: chain('children', 'winword, powershell, cmd', '  relation: child\n'),
  mixed: chain('mixed', 'explorer, powershell, cmd', '  relation: [descendant, child]\n  timespan: 12h\n'),
  'at most one between': chain('at most one between', 'winword, cmd', '  max-depth: 2\n'),
  'any order': chain('any order', 'cmd, powershell', '  order: any\n'),
  'nothing between': chain('nothing between', 'explorer, conhost', '  not-between: cmd\n  timespan: 12h\n'),
  grouped: chain('grouped', 'explorer, cmd', '  group-by: [User]\n  timespan: 12h\n'),
  short: chain('short', 'powershell, cmd', '  timespan: 3s\n'),
  'one rule twice': chain('one rule twice', 'cmd, cmd'),
  'ends with a connection': chain('ends with a connection', 'winword, connection'),
  'begins with a library': chain('begins with a library', 'library, conhost'),
  'a file in the middle': chain('a file in the middle', 'explorer, written, cmd', '  timespan: 12h\n'),
};

const named =
  (title: string): RemoteHuntOptions['rule'] =>
  (info) =>
    info.title === title;

interface Loaded {
  readonly rules: RuleSet;
  readonly documents: readonly SigmaRule[];
  readonly rule: NonNullable<RemoteHuntOptions['rule']>;
}

/** The chains of a folder, without the rules that report on their own. */
async function chainsIn(folder: string): Promise<Loaded> {
  const rules = await rulesIn(folder);
  const { rules: documents } = await loadRules([folder]);
  const titles = new Set(rules.correlations.filter(({ chain }) => chain).map(({ info }) => info.title));
  return { rules, documents, rule: ({ title }) => titles.has(title) };
}

beforeAll(async () => {
  await writeLab({ out: place.folder, hosts: 6, hours: 12, events: 8000, formats: ['ndjson'] });
  const folder = path.join(place.folder, 'events');
  paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:nd)?jsonl?$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
  mkdirSync(chainsFolder);
  writeFileSync(path.join(chainsFolder, 'chains.yml'), [...steps, ...Object.values(chains)].join('---\n'));
  audit = path.join(place.folder, 'audit.ndjson');
  const lines = paths.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  writeFileSync(audit, lines.filter((line) => /"EventID":\s*"?46(?:88|89)\b/.test(line)).join('\n'));
}, 120_000);
afterAll(place.remove);

function tests(open: () => Promise<Opened>, openAudit: () => Promise<Opened>): void {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  }, 300_000);
  afterAll(() => opened?.close());

  async function run(
    loaded: Loaded,
    more: Partial<RemoteHuntOptions> = {},
  ): Promise<{ findings: Finding[]; summary: HuntSummary }> {
    const findings: Finding[] = [];
    const summary = await huntRemote({
      ...opened.settings,
      ...loaded,
      source: 'prod',
      onFinding: (finding) => void findings.push(finding),
      ...more,
    });
    return { findings, summary };
  }

  const plain = (findings: readonly Finding[]): unknown[] =>
    findings
      .map(({ id, rule, matched, chain, correlation }) => ({
        id,
        title: rule.title,
        matched,
        chain,
        first: correlation?.first,
        last: correlation?.last,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));

  it('the chains that ship find what they find in files', { timeout: 300_000 }, async () => {
    const loaded = await chainsIn(huntsFolder);
    const files = await collect({ paths, ...loaded });
    const { findings, summary } = await run(loaded);
    expect(files.findings.length).toBeGreaterThan(3);
    expect(plain(findings)).toEqual(plain(files.findings));
    expect(summary.issues).toEqual([]);
  });

  it('chains of every kind are those of the files', { timeout: 300_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    expect(loaded.rules.refused).toEqual([]);
    const files = await collect({ paths, ...loaded });
    const { findings, summary } = await run(loaded);
    expect([...new Set(files.findings.map(({ rule }) => rule.title))].sort()).toEqual(
      Object.keys(chains).sort(),
    );
    expect(plain(findings)).toEqual(plain(files.findings));
    expect(summary.issues).toEqual([]);
    expect(summary.findings).toBe(findings.length);
  });

  it('costs what is found: steps, generations and a few more searches', { timeout: 120_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    for (const title of ['the last is rare', 'the first is rare', 'the middle is rare', 'children']) {
      opened.requests.length = 0;
      const { findings, summary } = await run({ ...loaded, rule: named(title) as Loaded['rule'] });
      expect(findings.length).toBeGreaterThan(0);
      const told = summary.notices.find(({ message }) => message.includes('searches'))?.message;
      expect(told).toContain(`${title}: ${opened.requests.length} searches, `);
      const count = loaded.rules.correlations.find(({ info }) => info.title === title)?.slots.length ?? 0;
      // From the top of the lab's longest line to its end.
      const generations = 8;
      // The rarest step, a look for Security 4688, parents and their own creations in it, and ends.
      expect(opened.requests.length).toBeLessThanOrEqual(count + generations + 5);
      expect(summary.events).toBeLessThan(1500);
    }
  });

  it('a step that never matches ends it after the counts', { timeout: 120_000 }, async () => {
    const folder = path.join(place.folder, `none-${opened.engine.kind}`);
    mkdirSync(folder, { recursive: true });
    const nothing = [image('cmd'), image('no-such-thing'), chain('nothing', 'cmd, no-such-thing')];
    writeFileSync(path.join(folder, 'none.yml'), nothing.join('---\n'));
    opened.requests.length = 0;
    const { findings } = await run(await chainsIn(folder));
    expect(findings).toEqual([]);
    expect(opened.requests.length).toBe(2);
  });

  it('ends at the limit on searches and says so', { timeout: 120_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    opened.requests.length = 0;
    const { summary } = await run(
      { ...loaded, rule: named('children') as Loaded['rule'] },
      { maxSearches: 5 },
    );
    expect(opened.requests.length).toBe(5);
    expect(summary.issues).toContainEqual(
      expect.objectContaining({
        code: 'HB_LIMIT',
        message: expect.stringContaining('the limit of 5 searches'),
      }),
    );
  });

  it('stops when it is told to', { timeout: 120_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    const abort = new AbortController();
    opened.requests.length = 0;
    const { summary } = await run(loaded, {
      signal: abort.signal,
      onProgress: () => void (opened.requests.length > 4 && abort.abort()),
    });
    expect(summary.truncated).toBe(true);
    expect(summary.issues).toEqual([]);
    expect(opened.requests.length).toBeLessThan(12);
  });

  it('steps that report on their own are searched once', { timeout: 300_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    const chosen = ['children', 'cmd', 'winword'];
    const rule: Loaded['rule'] = ({ title }) => chosen.includes(title);
    // Rules that a chain is made of report where they are asked to.
    const files = await collect({ paths, ...loaded, rule });
    const { findings } = await run({ ...loaded, rule });
    expect(plain(findings)).toEqual(plain(files.findings));
  });

  it('within a time span chains are those of the events in it', { timeout: 300_000 }, async () => {
    const loaded = await chainsIn(chainsFolder);
    const { findings: all } = await collect({ paths, ...loaded });
    const times = all.map(({ event }) => Date.parse(event.time as string)).sort((a, b) => a - b);
    // Engines keep fewer digits of a time.
    const second = (time = 0): number => Math.floor(time / 1000) * 1000;
    const filter = { since: second(times[Math.floor(times.length / 4)]), until: second(times.at(-2)) };
    const files = await collect({ paths, ...loaded, filter });
    const { findings } = await run(loaded, { filter });
    expect(files.findings.length).toBeGreaterThan(0);
    expect(files.findings.length).toBeLessThan(all.length);
    expect(plain(findings)).toEqual(plain(files.findings));
  });

  it('without GUIDs, too', { timeout: 300_000 }, async () => {
    const other = await openAudit();
    try {
      for (const folder of [chainsFolder, huntsFolder]) {
        const loaded = await chainsIn(folder);
        const files = await collect({ paths: [audit], ...loaded });
        const { findings, summary } = await run(loaded, other.settings);
        expect(files.findings.length).toBeGreaterThan(3);
        expect(plain(findings)).toEqual(plain(files.findings));
        expect(summary.issues).toEqual([]);
      }
    } finally {
      await other.close();
    }
  });
}

describe("on Splunk's stand-in", () => {
  tests(
    () => onSplunk(paths),
    () => onSplunk([audit]),
  );
});

describe.skipIf(openSearch.missing)(`on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  tests(
    () => onOpenSearch(server.url, `hbtest-${process.pid}-chains`, paths),
    () => onOpenSearch(server.url, `hbtest-${process.pid}-audit`, [audit]),
  );
});
