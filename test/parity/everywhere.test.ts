/**
 * SigmaHQ's rules for Windows over the same events give the same events everywhere: by the matcher over files, as SQL
 * over the tables of the events, on a real OpenSearch and on the stand-in for Splunk over HTTP, the last two by the
 * function of `hunt --source`. What differs by nature is listed in docs/parity.md; what is not listed there fails.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventStore } from '../../src/hunt/index.ts';
import { temporaryFolder } from '../hunt/support.ts';
import { sharedPath } from '../support/data.ts';
import { openSearch, useOpenSearch } from '../support/opensearch.ts';
import {
  keyOf,
  ofDuckdb,
  ofMatcher,
  ofOpenSearch,
  ofSplunk,
  openCorpus,
  windowsRules,
  type Answers,
  type Rules,
} from './answers.ts';
import { Corpus } from './corpus.ts';

const full = process.env['HUNTBOOK_FULL'] !== undefined;
const sigma = sharedPath('data', 'sigma');
const mordor = sharedPath('data', 'mordor');
const regression = sharedPath('oracle', 'regression_events.jsonl');
const missing = [sigma, mordor, regression].find((one) => one.missing);

const folders = [
  'rules',
  'rules-threat-hunting',
  'rules-emerging-threats',
  'rules-compliance',
  'rules-placeholder',
  'rules-dfir',
].map((name) => path.join(sigma.path, name));
const sample = [
  'cmd_lsass_memory_dumpert_syscalls.zip',
  'cmd_psexec_lsa_secrets_dump.zip',
  'psh_lsass_memory_dump_comsvcs.zip',
].map((name) => path.join(mordor.path, name));

interface Listed {
  readonly rule: string;
  readonly engine: string;
}

/** The table of docs/parity.md under a heading. */
function listed(heading: string): Listed[] {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/parity.md'), 'utf8');
  const part = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => {
    const [, rule = '', engine = ''] = row.split('|').map((cell) => cell.trim().replaceAll(/^`|`$/g, ''));
    return { rule, engine };
  });
}

describe.skipIf(missing)(`rules for Windows, everywhere${missing?.note ?? ''}`, () => {
  const place = temporaryFolder();
  const file = path.join(place.folder, 'events.ndjson');
  const corpus = new Corpus(file);
  let all: Rules;
  let rules: Rules;
  let truth: Answers;
  let store: EventStore;

  beforeAll(async () => {
    corpus.addRegression(regression.path);
    await corpus.addFiles(full ? [mordor.path] : sample);
    corpus.end();
    all = await windowsRules(folders);
    truth = await ofMatcher(file, all);
    const chosen = all.documents.filter((rule, at) => full || at % 10 === 0 || truth.found.has(keyOf(rule)));
    rules = { ...all, documents: chosen };
    store = await openCorpus(file);
  }, 600_000);
  afterAll(async () => {
    await store.close();
    place.remove();
  });

  /** Every difference that the page does not list. */
  function expectAgreement(engine: string, answers: Answers): void {
    const excused = new Set(
      listed('Differences')
        .filter((one) => one.engine === engine)
        .map(({ rule }) => rule),
    );
    const known = listed('Refused')
      .filter((one) => one.engine === engine || one.engine === 'all')
      .map(({ rule }) => rule);
    const isKnown = (reason: string): boolean => known.some((text) => reason.includes(text));
    /** The server refused the search, and the hunt says so: by the title of the rule. */
    const unanswered = new Map(
      answers.issues
        .filter(isKnown)
        .map((issue): [string, string] => [/^\S+ (.*?): /.exec(issue)?.[1] ?? '', issue]),
    );
    const refusals = new Map<string, number>();
    /** Rows of the page that do not hold (any more). */
    const stale: string[] = [];
    const differences: string[] = [];
    let matches = 0;
    for (const document of rules.documents) {
      const key = keyOf(document);
      const own = answers.found.get(key) ?? new Set<string>();
      const wanted = truth.found.get(key) ?? new Set<string>();
      const refused = answers.refused.get(key) ?? unanswered.get(document.title);
      if (refused !== undefined) {
        const reason = refused.replace(/^.*?\.yml: /s, '').replace(/ \(rule .*/s, '');
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
        continue;
      }
      matches += own.size;
      const missed = wanted.difference(own).size;
      const surplus = own.difference(wanted).size;
      const isExcused = excused.has(path.basename(document.path));
      if (missed + surplus === 0 && isExcused) stale.push(document.path);
      if (missed + surplus > 0 && !isExcused)
        differences.push(`${document.path}: ${missed} missed, ${surplus} too many`);
    }
    console.info(
      `${engine}: ${rules.documents.length} rules, ${corpus.digests.size} events, ${matches} matches, ` +
        `${[...refusals.values()].reduce((sum, n) => sum + n, 0)} refused, ${answers.seconds.toFixed(1)} s`,
    );
    expect(differences).toEqual([]);
    expect(stale).toEqual([]);
    expect(answers.issues.filter((issue) => !isKnown(issue))).toEqual([]);
    expect([...refusals.keys()].filter((reason) => !isKnown(reason))).toEqual([]);
    // Agreement about nothing is none.
    expect(matches).toBeGreaterThan(full ? 2900 : 390);
  }

  it('the matcher finds what it is known to find', () => {
    expect(corpus.digests.size).toBeGreaterThan(full ? 100_000 : 700);
    expectAgreement('matcher', truth);
  });

  it('DuckDB agrees', { timeout: 3_600_000 }, async () => {
    expectAgreement('DuckDB', await ofDuckdb(store, rules));
  });

  it('the stand-in for Splunk agrees', { timeout: 7_200_000 }, async () => {
    expectAgreement('Splunk', await ofSplunk(store, rules));
  });

  describe.skipIf(openSearch.missing)(`on a server${openSearch.note}`, () => {
    const server = useOpenSearch();

    it('OpenSearch agrees', { timeout: 3_600_000 }, async () => {
      const answers = await ofOpenSearch(server.url, `hbtest-${process.pid}-parity`, file, rules);
      expectAgreement('OpenSearch', answers);
    });
  });
});
