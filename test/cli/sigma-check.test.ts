import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ruleText } from '../sigma/validators/support.ts';
import { Workplace, type Run } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const check = (...args: string[]): Promise<Run> => place.run('sigma', 'check', ...args);

function folder(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(place.path(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) place.write(`${name}/${file}`, text);
  return name;
}

const warned = ruleText({ status: 'status: Test' });
const noted = ruleText({
  detection: "detection:\n    selection:\n        Image: '*\\cmd.exe'\n    condition: selection",
});
const failed = ruleText({
  detection:
    'detection:\n    selection:\n        Image: x\n    other:\n        Image: y\n    condition: selection',
});

describe('sigma check', () => {
  it('says nothing on standard output when all is well, and ends with 0', async () => {
    const rules = folder('good', { 'good_rule.yml': ruleText(), 'readme.yml': 'just: a file\n' });
    expect(await check(rules)).toEqual({
      code: 0,
      stdout: '',
      stderr: '1 document in 1 file: 0 errors, 0 warnings, 0 notes\n',
    });
    expect((await check(rules, '-q')).stderr).toBe('');
  });

  it('reads standard input, which has no name and can not be mended', async () => {
    const piped = (...args: string[]): Promise<Run> =>
      place.runWith({ stdin: warned }, 'sigma', 'check', '-', ...args);
    const { code, stdout } = await piped('-q');
    expect([code, stdout]).toEqual([0, '-:3:9: warning: status is "Test", not test [schema_lower_case]\n']);
    expect((await piped('--fix')).code).toBe(2);
    expect((await piped('more.yml')).code).toBe(2);
  });

  it('lists findings with place, severity and validator; the worst decide how it ends', async () => {
    const rules = folder('mixed', { 'warned_rule.yml': warned });
    const { code, stdout, stderr } = await check(rules);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'mixed/warned_rule.yml:3:9: warning: status is "Test", not test [schema_lower_case]\n',
      stderr: '1 document in 1 file: 0 errors, 1 warning, 0 notes\n',
    });
    expect((await check(rules, '--fail-on', 'warning')).code).toBe(5);
    expect((await check(folder('errors', { 'failed_rule.yml': failed }))).code).toBe(5);
    const notes = folder('notes', { 'noted_rule.yml': noted });
    expect((await check(notes, '--fail-on', 'warning')).code).toBe(0);
    expect((await check(notes, '--fail-on', 'info')).code).toBe(5);
  });

  it('lists what can not be read in the same way', async () => {
    const rules = folder('broken', { 'yaml_broken.yml': 'title: x\ndetection: [\n' });
    place.write('broken/not_utf8.yml', Buffer.from([0x74, 0xff, 0xfe, 0x00, 0x80]));
    const { code, stdout } = await check(rules);
    expect(code).toBe(5);
    expect(stdout).toMatch(/^broken\/yaml_broken\.yml:\d:\d+: error: not valid YAML: .* \[HB_RULE_YAML\]$/m);
    expect(stdout).toMatch(/^broken\/not_utf8\.yml:1:1: error: the text is not UTF-8 \[HB_RULE_YAML\]$/m);
  });

  it('takes and leaves validators by name, and has conventions', async () => {
    const rules = folder('chosen', { 'failed_rule.yml': failed.replace('status: test', 'status: Test') });
    expect((await check(rules, '--validators', 'schema_lower_case')).stdout).toMatch(
      /^.*schema_lower_case\]\n$/,
    );
    expect((await check(rules, '--validators=-dangling_detection')).stdout).toMatch(
      /^.*schema_lower_case\]\n$/,
    );
    expect((await check(rules, '--exclude', 'dangling_detection,schema_lower_case')).stdout).toBe('');
    const named = folder('named', { 'One-Rule-Here.yml': ruleText() });
    expect((await check(named)).stdout).toBe('');
    expect((await check(named, '--convention', 'sigmahq')).stdout).toContain('[sigmahq_filename]');
  });

  it('reads validators and exclusions from a file', async () => {
    const rules = folder('excluded', { 'failed_rule.yml': failed });
    const config = place.write(
      'check.yml',
      'validators:\n    - all\n    - -tlptag\n    - -somebody_elses\nexclusions:\n    5013CC3B-c4a1-4a24-9ae9-6d2d2e2f0b52: dangling_detection\n',
    );
    const { code, stdout, stderr } = await check(rules, '--config', config);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('there is no validator -somebody_elses');
  });

  it('prints all validators', async () => {
    const { code, stdout } = await check('--list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^validator +group +severity +default +what it checks$/m);
    expect(stdout).toMatch(
      /^dangling_detection +core +error +yes +Every detection is used in the condition\.$/m,
    );
  });

  it.each([
    { args: [], code: 2, error: 'HB_USAGE' },
    { args: ['missing-folder'], code: 2, error: 'HB_NOT_FOUND' },
    { args: ['.', '--validators', 'nothing_such'], code: 2, error: 'HB_USAGE' },
    { args: ['.', '--dry-run'], code: 2, error: 'HB_USAGE' },
    { args: ['.', '--convention', 'mine'], code: 2, error: 'HB_USAGE' },
    { args: ['.', '--config', 'bad-config.yml'], code: 3, error: 'HB_CONFIG' },
    { args: ['.', '--config', 'no-config.yml'], code: 2, error: 'HB_NOT_FOUND' },
  ])('$args ends with $code', async ({ args, code, error }) => {
    place.write('bad-config.yml', 'exclusions: [x]\n');
    const run = await check(...args);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: '' });
    expect(run.stderr).toContain(`[${error}]`);
  });

  it('a folder without rules is a mistake', async () => {
    const { code, stderr } = await check(folder('empty', { 'a.yml': 'just: a file\n' }));
    expect(code).toBe(2);
    expect(stderr).toContain('holds no rule');
  });

  it('hostile titles and values do not reach the terminal as they are', async () => {
    const rules = folder('hostile', {
      'hostile_rule.yml': ruleText({ title: 'title: "T\\e[31m\\u202e"', tags: 'tags:\n    - "a\\e.b"' }),
    });
    const { stdout, stderr } = await check(rules);
    expect(stdout).toContain('control_character');
    for (const text of [stdout, stderr]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toContain('\u202e');
    }
  });
});

describe('forms of the findings', () => {
  it('NDJSON has a finding a line, JSON all with a summary', async () => {
    const rules = folder('json', { 'warned_rule.yml': warned });
    const finding = {
      validator: 'schema_lower_case',
      severity: 'warning',
      message: 'status is "Test", not test',
      path: 'json/warned_rule.yml',
      line: 3,
      column: 9,
      id: '5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b52',
      title: 'Suspicious Example',
      fixable: true,
    };
    expect(JSON.parse((await check(rules, '-f', 'ndjson')).stdout)).toEqual(finding);
    expect(JSON.parse((await check(rules, '-f', 'json')).stdout)).toEqual({
      summary: { files: 1, documents: 1, sqlHunts: 0, errors: 0, warnings: 1, infos: 0, fixed: 0 },
      findings: [finding],
    });
  });

  it('SARIF has what GitHub needs: rules, levels, relative addresses, places', async () => {
    const rules = folder('sarif rules', { 'warned_rule#1.yml': warned });
    const { code } = await check(rules, '-f', 'sarif', '-o', 'check.sarif');
    expect(code).toBe(0);
    const log = JSON.parse(readFileSync(place.path('check.sarif'), 'utf8')) as {
      version: string;
      runs: {
        tool: { driver: { name: string; rules: { id: string }[] } };
        results: Record<string, unknown>[];
      }[];
    };
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run?.tool.driver).toMatchObject({
      name: 'huntbook',
      rules: [{ id: 'schema_lower_case', defaultConfiguration: { level: 'warning' } }],
    });
    expect(run?.results).toEqual([
      {
        ruleId: 'schema_lower_case',
        ruleIndex: 0,
        level: 'warning',
        message: { text: 'status is "Test", not test' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'sarif%20rules/warned_rule%231.yml' },
              region: { startLine: 3, startColumn: 9 },
            },
          },
        ],
      },
    ]);
    expect((await check(rules, '-f', 'sarif', '-o', 'check.sarif')).code).toBe(2);
  });
});

describe('--fix', () => {
  it('mends files and tells what is left', async () => {
    const rules = folder('mended', {
      'warned_rule.yml': `\ufeff${warned}`,
      'good_rule.yml': ruleText({ id: null }),
    });
    const { code, stdout, stderr } = await check(rules, '--fix', '--exclude', 'duplicate_title');
    expect(code).toBe(0);
    expect(stdout).toBe('mended/good_rule.yml:1:1: warning: the document has no id [identifier_existence]\n');
    expect(stderr).toContain('fixed: 1 finding in 1 file');
    expect(readFileSync(place.path('mended/warned_rule.yml'), 'utf8')).toBe(`\ufeff${ruleText()}`);
    expect(readFileSync(place.path('mended/good_rule.yml'), 'utf8')).toBe(ruleText({ id: null }));
  });

  it('with --dry-run shows the change and writes nothing', async () => {
    const rules = folder('dry', { 'warned_rule.yml': warned });
    const { stdout, stderr } = await check(rules, '--fix', '--dry-run');
    expect(stdout).toBe(
      [
        '--- a/dry/warned_rule.yml',
        '+++ b/dry/warned_rule.yml',
        '@@ -1,6 +1,6 @@',
        ' title: Suspicious Example',
        ' id: 5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b52',
        '-status: Test',
        '+status: test',
        ' description: Detects an example of something',
        ' references:',
        '     - https://example.com/report',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain('to fix: 1 finding in 1 file');
    expect(readFileSync(place.path('dry/warned_rule.yml'), 'utf8')).toBe(warned);
  });

  it('leaves a file that is not UTF-8 as it is', async () => {
    const bytes = Buffer.from(`\ufeff${warned}`, 'utf16le');
    folder('wide', {});
    place.write('wide/warned_rule.yml', bytes);
    const { stderr } = await check('wide', '--fix');
    expect(stderr).toContain('not UTF-8');
    expect(readFileSync(place.path('wide/warned_rule.yml')).equals(bytes)).toBe(true);
  });
});
