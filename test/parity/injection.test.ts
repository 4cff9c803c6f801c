/**
 * Values that mean something somewhere (quotes, pipes, brackets, backslashes, wildcards, line ends) find themselves
 * and nothing else, in every language, executed: files, SQL, OpenSearch, and the stand-in for Splunk.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldTable, ObjectBatch } from '../../src/events/index.ts';
import type { EventStore } from '../../src/hunt/index.ts';
import { eventOf } from '../detect/support.ts';
import { temporaryFolder } from '../hunt/support.ts';
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
import { Corpus, digestField } from './corpus.ts';

const many = process.env['HUNTBOOK_FULL'] ? 2000 : 60;

/** Every printable character of ASCII, and the line end, between letters and at both ends. */
const ascii = [...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)), '\n'];

const special = fc.constantFrom(
  ...`'"\`\\%_*?[]{}()^$.|-;:#@&<>=!~/+, \n\r\t`,
  '--',
  '/*',
  "''",
  '\\\\',
  '\\"',
  '" OR 1=1',
  '" | delete',
  '[search *]',
  '$host$',
  '`macro`',
  '\r\n',
  'NOT',
  '😀',
  'é',
  '漢',
);
/** Signs that are other forms of a letter: whether they are the letter is told apart on the page of each engine. */
const twofold = /[\0\u212a\u212b\u0130]/u;
const anyText = fc
  .array(fc.oneof({ weight: 3, arbitrary: special }, fc.string({ unit: 'binary', maxLength: 3 })), {
    minLength: 1,
    maxLength: 10,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && !twofold.test(text) && !twofold.test(text.toLowerCase()));

const means = {
  '': (text: string, other: string) => fold(other) === fold(text),
  '|contains': (text: string, other: string) => fold(other).includes(fold(text)),
  '|startswith|cased': (text: string, other: string) => other.startsWith(text),
} as const;
type Modifier = keyof typeof means;
const modifiers = Object.keys(means) as Modifier[];

const fold = (text: string): string => text.toLowerCase();

interface Case {
  readonly text: string;
  readonly modifier: Modifier;
}

/** Texts close to a value: what a language that reads it as syntax would find. */
function nearMisses(text: string): string[] {
  const chars = [...text];
  const middle = chars.length >> 1;
  return [
    `xx${text}yy`,
    `${text}q`,
    chars.toSpliced(middle, 1).join(''),
    chars.toSpliced(middle, 1, 'q').join(''),
    text.replaceAll('\\', ''),
    text.replaceAll("'", "''"),
    text.replaceAll('\\', '\\\\'),
    text.replaceAll(/[%*]/g, 'abc'),
    text.replaceAll(/[_?]/g, 'x'),
    text.replaceAll(/[\r\n]/g, ' '),
  ];
}

/** A rule for each case, in a file each. */
function writeRules(folder: string, cases: readonly Case[]): void {
  mkdirSync(folder);
  cases.forEach(({ text, modifier }, at) => {
    const rule = {
      title: `rule ${at}`,
      logsource: { product: 'windows', service: 'sysmon' },
      detection: {
        s: { EventID: 1, [`CommandLine${modifier}`]: text.replaceAll(/[\\*?]/g, '\\$&') },
        condition: 's',
      },
    };
    writeFileSync(path.join(folder, `${at}.yml`), JSON.stringify(rule));
  });
}

describe('values in the languages of all engines', () => {
  const place = temporaryFolder();
  const file = path.join(place.folder, 'events.ndjson');
  const cases: Case[] = [];
  const texts = new Map<string, string>();
  let rules: Rules;
  let store: EventStore;

  beforeAll(async () => {
    for (const sign of ascii)
      cases.push({ text: `a${sign}b`, modifier: '' }, { text: `${sign}b${sign}`, modifier: '|contains' });
    const random = fc.sample(fc.tuple(anyText, fc.constantFrom(...modifiers)), many);
    for (const [text, modifier] of random) cases.push({ text, modifier });
    const all = new Set(cases.flatMap(({ text }) => [text, ...nearMisses(text)]));
    const corpus = new Corpus(file);
    const batch = new ObjectBatch('values', new FieldTable());
    const head = { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Computer: 'a' };
    [...all].forEach((CommandLine, at) => batch.add(eventOf({ ...head, CommandLine }), at + 1));
    corpus.add(batch.batch);
    corpus.end();
    const folder = path.join(place.folder, 'rules');
    writeRules(folder, cases);
    rules = await windowsRules([folder]);
    store = await openCorpus(file);
    const rows = await store.database.all(`SELECT ${digestField}, CommandLine FROM events_text`);
    for (const row of rows) texts.set(String(row[digestField]), String(row['CommandLine'] ?? ''));
    expect(new Set(texts.values())).toEqual(all);
    expect(rules.documents).toHaveLength(cases.length);
  }, 120_000);
  afterAll(async () => {
    await store.close();
    place.remove();
  });

  /** `risky`: the client does not send what may be a command that writes, if a backslash means nothing. It says so. */
  function expectExact(answers: Answers, risky = false): void {
    const wrong: unknown[] = [];
    const unsent = new Set<string>();
    const issues = answers.issues.filter((issue) => {
      const title = /^HB_QUERY_RISKY (rule \d+):/.exec(issue)?.[1];
      if (!risky || title === undefined) return true;
      unsent.add(title);
      return false;
    });
    for (const document of rules.documents) {
      const { text, modifier } = cases[Number(document.title.slice(5))] as Case;
      if (unsent.has(document.title)) {
        if (!/\|/.test(text)) wrong.push({ text, unsent: true });
        continue;
      }
      const refused = answers.refused.get(keyOf(document));
      const found = [...(answers.found.get(keyOf(document)) ?? [])].map((id) => texts.get(id) as string);
      const wanted = [...texts.values()].filter((other) => means[modifier](text, other));
      const missed = wanted.filter((one) => !found.includes(one));
      const surplus = found.filter((one) => !wanted.includes(one));
      if (refused !== undefined || missed.length + surplus.length > 0)
        wrong.push({ text, modifier, refused, missed, surplus });
    }
    expect(wrong).toEqual([]);
    expect(issues).toEqual([]);
    expect(unsent.size).toBeLessThan(cases.length / 10);
  }

  it('files: each finds itself only', async () => {
    expectExact(await ofMatcher(file, rules));
  });

  it('SQL: each finds itself only', { timeout: 600_000 }, async () => {
    expectExact(await ofDuckdb(store, rules));
  });

  it("Splunk's stand-in: each finds itself only", { timeout: 1_800_000 }, async () => {
    expectExact(await ofSplunk(store, rules), true);
  });

  describe.skipIf(openSearch.missing)(`on a server${openSearch.note}`, () => {
    const server = useOpenSearch();

    it('OpenSearch: each finds itself only', { timeout: 1_800_000 }, async () => {
      const index = `hbtest-${process.pid}-values`;
      expectExact(await ofOpenSearch(server.url, index, file, rules));
    });
  });
});
