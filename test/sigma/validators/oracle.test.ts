/** The same findings as the reference has over the rules of SigmaHQ. Its notes lie beside the repository on some machines. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listRuleFiles, readRuleFile } from '../../../src/rules/index.ts';
import { checkRules, chooseValidators } from '../../../src/sigma/index.ts';
import type { CheckInput } from '../../../src/sigma/index.ts';
import { sharedPath } from '../../support/data.ts';
import { input } from './support.ts';

const oracle = sharedPath('oracle', 'validators__all_core.jsonl.gz');
const rules = sharedPath('data', 'sigma');
/** Not run by the reference: it fetches their data; and it was given texts without file names. */
const notRun = ['attacktag', 'd3_fendtag', 'tlpv1_tag', 'filename_length', 'duplicate_filename'];
/** Files whose findings differ, with the reason. There are none. */
const different: Readonly<Record<string, string>> = {};

interface Line {
  readonly rule_path: string;
  readonly issues: readonly { readonly issue: string }[];
}

describe.skipIf(oracle.missing || rules.missing)(`the rules of SigmaHQ${oracle.note}${rules.note}`, () => {
  const core = chooseValidators({ exclude: notRun }).filter(
    ({ group, name }) => group === 'core' && name !== 'dangling_reference',
  );
  const folders = ['rules', 'rules-threat-hunting', 'rules-emerging-threats'].map((name) =>
    path.join(rules.path, name),
  );
  const inputs: CheckInput[] = listRuleFiles(folders).files.map((file) =>
    input(readRuleFile(file.path), file.path),
  );

  it('have the findings of the reference, by validator and number', { timeout: 60_000 }, () => {
    const found = new Map<string, string[]>();
    for (const finding of checkRules(inputs, { validators: core })) {
      const name = path.relative(rules.path, finding.path);
      found.set(name, [...(found.get(name) ?? []), finding.validator]);
    }
    const lines = gunzipSync(readFileSync(oracle.path)).toString('utf8').trim().split('\n');
    const wrong = lines
      .map((line) => JSON.parse(line) as Line)
      .filter(({ rule_path: name }) => !Object.hasOwn(different, name))
      .filter(({ rule_path: name, issues }) => {
        const expected = issues.map(({ issue }) => nameOf(issue)).sort();
        return JSON.stringify((found.get(name) ?? []).toSorted()) !== JSON.stringify(expected);
      });
    expect(wrong.map(({ rule_path: name }) => name)).toEqual([]);
    const counts = [...found.values()].flat();
    const count = (name: string): number => counts.filter((one) => one === name).length;
    expect([
      counts.length,
      count('escaped_wildcard'),
      count('number_as_string'),
      count('specific_instead_of_generic_logsource'),
    ]).toEqual([78, 66, 8, 4]);
  });

  it('have findings where what they speak of stands', () => {
    const texts = new Map(inputs.map((one) => [one.path, one.text.split('\n')]));
    const wrong = checkRules(inputs, { validators: core }).filter(
      ({ path: file, line, column, validator }) => {
        const rest = texts.get(file)?.[line - 1]?.slice(column - 1) ?? '';
        return !(validator === 'escaped_wildcard' ? /^['"]?.*\\[*?]/ : /^['"]?\d+/).test(rest);
      },
    );
    expect(wrong).toEqual([]);
  });

  it('are right by the rest of the checks, too', () => {
    const others = chooseValidators().filter(({ name }) => !core.some((one) => one.name === name));
    expect(checkRules(inputs, { validators: others })).toEqual([]);
  });
});

function nameOf(issue: string): string {
  return issue
    .replace(/Issue$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toLowerCase();
}
