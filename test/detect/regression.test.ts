import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  loadRuleSet,
  Matcher,
  type CompiledRule,
  type LogSourceMode,
  type RuleSet,
} from '../../src/detect/index.ts';
import { FieldTable } from '../../src/events/index.ts';
import { defaultLimits, fileInput, openBatches } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';

const sigma = sharedPath('data', 'sigma');
const oracle = sharedPath('oracle', 'regression_matches.json');

interface Matches {
  readonly samples: Record<string, { readonly path: string; readonly expected_rule: string }>;
  readonly raw: Record<string, string[]>;
  readonly logsource: Record<string, string[]>;
}

/**
 * The JSON samples lost the blanks at the end of values that the EVTX samples have (evtx_dump shows them too), so
 * on EVTX this rule, which asks for a command line that ends with a blank, rightly fires on these events as well.
 */
const blankAtEnd = 'b6e2a2e3-2d30-43b1-a4ea-071e36595690';
const folders = [
  'rules',
  'rules-emerging-threats',
  'rules-threat-hunting',
  'rules-compliance',
  'rules-dfir',
  'rules-placeholder',
];

describe.skipIf(sigma.missing || oracle.missing)(`every rule on the regression samples${sigma.note}`, () => {
  let matches: Matches;
  const sets = new Map<LogSourceMode, RuleSet>();

  beforeAll(async () => {
    matches = JSON.parse(readFileSync(oracle.path, 'utf8')) as Matches;
    const paths = folders.map((folder) => path.join(sigma.path, folder));
    for (const mode of ['raw', 'sysmon', 'auto'] as const) {
      sets.set(mode, (await loadRuleSet(paths, { mode, cacheDir: null })).set);
    }
  });

  async function pairs(mode: LogSourceMode, ending: string): Promise<Set<string>> {
    const set = sets.get(mode) as RuleSet;
    const fields = new FieldTable();
    const matcher = new Matcher(set, fields);
    const found = new Set<string>();
    const issues: unknown[] = [];
    for (const [id, sample] of Object.entries(matches.samples)) {
      const file = path.join(sigma.path, sample.path.replace(/\.json$/, ending));
      let before = 0;
      const options = { fields, limits: defaultLimits, onIssue: (issue: unknown) => issues.push(issue) };
      for await (const batch of openBatches(fileInput(file), options)) {
        matcher.match(batch, (match) => {
          const { info } = set.rules[match.rule] as CompiledRule;
          found.add(`${info.id} ${id}#${before + match.row}`);
        });
        before += batch.length;
      }
    }
    expect(issues).toEqual([]);
    return found;
  }

  const wanted = (kind: 'raw' | 'logsource'): Set<string> =>
    new Set(
      Object.entries(matches[kind]).flatMap(([rule, events]) => events.map((event) => `${rule} ${event}`)),
    );

  for (const ending of ['.json', '.evtx']) {
    it(`finds exactly the 756 pairs of rule and event without log sources, from ${ending}`, async () => {
      const found = await pairs('raw', ending);
      const expected = wanted('raw');
      expect(expected.size).toBe(756);
      const extra = [...found].filter((pair) => !expected.has(pair));
      expect([...expected].filter((pair) => !found.has(pair))).toEqual([]);
      expect(extra.filter((pair) => !(ending === '.evtx' && pair.startsWith(blankAtEnd)))).toEqual([]);
      expect(extra.length).toBe(ending === '.evtx' ? 13 : 0);
    });

    it(`finds exactly the 352 pairs with log sources, all 202 samples among them, from ${ending}`, async () => {
      for (const mode of ['sysmon', 'auto'] as const) {
        const found = await pairs(mode, ending);
        const expected = wanted('logsource');
        expect(expected.size).toBe(352);
        expect([...found].sort()).toEqual([...expected].sort());
        const own = Object.entries(matches.samples).filter(([id, { expected_rule: rule }]) =>
          [...found].some((pair) => pair.startsWith(`${rule} ${id}#`)),
        );
        expect(own.length).toBe(202);
      }
    });
  }
});
