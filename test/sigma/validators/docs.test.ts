/** What docs/check.md says is so. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkRules,
  chooseValidators,
  fixText,
  parseCheckConfig,
  unifiedDiff,
  validators,
} from '../../../src/sigma/index.ts';
import { input } from './support.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/check.md'), 'utf8');
const block = (language: string, index = 0): string =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))][index]?.[1] ?? '';
const options = { validators: chooseValidators() };

describe('docs/check.md', () => {
  it('has every validator with its severity and sentence', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (error|warning|info) +\| (.*?) +\|$/gm)].map(
      ([, name, severity, description]) => [name, severity, description?.replaceAll('\\|', '|')],
    );
    expect(rows).toEqual(
      ['core', 'schema', 'sigmahq'].flatMap((group) =>
        validators
          .filter((validator) => validator.group === group)
          .map(({ name, severity, description }) => [name, severity, description]),
      ),
    );
  });

  it('shows the findings of its example', () => {
    const found = checkRules([input(block('yaml'), 'rules/shell_start.yml')], options).map(
      ({ path: file, line, column, severity, message, validator }) =>
        `${file}:${line}:${column}: ${severity}: ${message} [${validator}]`,
    );
    expect(block('text').split('\n').slice(0, -2)).toEqual(found);
  });

  it('shows what is mended', () => {
    const text = block('yaml');
    const mended = fixText('rules/shell_start.yml', text, options).text;
    expect(block('diff')).toBe(unifiedDiff('rules/shell_start.yml', text, mended));
  });

  it('has a configuration that is read', () => {
    const config = parseCheckConfig(block('yaml', 2), 'check.yml');
    expect(config.names).toEqual(['all', '-duplicate_title']);
    expect(config.unknown).toEqual([]);
    expect(config.exclusions.get('5c84856b-55a5-45f1-826f-13f37250cf4e')).toEqual(
      new Set(['number_as_string', 'double_wildcard']),
    );
  });
});
