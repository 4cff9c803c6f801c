/**
 * Chains of processes are the same from files, on a real OpenSearch and on the stand-in for Splunk: the same findings,
 * by few searches.
 */
import { readdirSync, writeFileSync } from 'node:fs';
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
let paths: string[];

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
  await writeLab({ out: place.folder, hosts: 8, hours: 12, events: 15_000, formats: ['ndjson'] });
  const folder = path.join(place.folder, 'events');
  paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:nd)?jsonl?$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}, 120_000);
afterAll(place.remove);

function tests(open: () => Promise<Opened>): void {
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
    if (process.env.DBG)
      console.log(
        summary.notices.map((n) => n.message),
        opened.requests.map(
          (r) =>
            (
              JSON.stringify(r.query).match(
                /(ParentProcessGuid|ProcessGuid|NewProcessId|ProcessId)[^,;]{1,12}/g,
              ) ?? [JSON.stringify(r.query).slice(100, 260)]
            )
              .slice(0, 6)
              .join(' ') +
            ' ' +
            JSON.stringify(r.query).length,
        ),
      );
  });
}

describe("on Splunk's stand-in", () => {
  tests(() => onSplunk(paths));
});

describe.skipIf(openSearch.missing)(`on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  tests(() => onOpenSearch(server.url, `hbtest-${process.pid}-chains`, paths));
});
