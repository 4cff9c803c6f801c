import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunts, ruleText, Workplace } from './support.ts';

const place = new Workplace();
beforeAll(() => {
  place.write(
    'rule.yml',
    `${ruleText('Shell', "Image|endswith: '\\cmd.exe'")}id: 8f3c2c4e-1111-4222-8333-444455556666\n`,
  );
  place.write('evil.yml', ruleText(`"<b>\\"&'\\u0001\\u001b[2J]]>"`, 'Image: x'));
  const event = (image: string): string =>
    `${JSON.stringify({ Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image: image })}\n`;
  place.write('events.json', event('C:\\cmd.exe') + event('D:\\cmd.exe') + event('E:\\x.exe'));
});
afterAll(() => place.remove());

const plan = (expect: string, more = ''): string =>
  place.write(
    'plan.yml',
    `rules: [rule.yml, evil.yml]\n${more}cases:\n  - name: shells\n    events: events.json\n    expect:\n${expect}`,
  );

describe('backtest', () => {
  it.each([
    ['{rule: Shell}', 0],
    ['{rule: shell, exactly: 2}', 0],
    ['{rule: 8f3c2c4e, at_least: 2, at_most: 2}', 0],
    ['{rule: Shell, exactly: 1}', 1],
    ['{rule: Shell, at_least: 3}', 1],
    ['{rule: Shell, at_most: 1}', 1],
    ['{rule: Shell, exactly: 0}', 1],
    ['{rule: No such rule}', 1],
    ['{rule: No such rule, exactly: 0}', 1],
  ])('- %s ends with %i', async (expectation, expected) => {
    const { code, stdout, stderr } = await place.run('backtest', plan(`      - ${expectation}\n`));
    expect(code, stderr).toBe(expected);
    expect(stdout).toMatch(expected === 0 ? /^ok {3}shells: Shell: 2, expected/ : /^FAIL shells: /);
    expect(stderr).toContain(expected === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
  });

  it('-q says only what failed', async () => {
    const { stdout, stderr } = await place.run(
      'backtest',
      '-q',
      plan('      - {rule: Shell}\n      - {rule: Shell, exactly: 1}\n'),
    );
    expect(stdout).toBe('FAIL shells: Shell: 2, expected exactly 1\n');
    expect(stderr).toBe('');
  });

  it('writes JUnit that XML readers accept, with hostile titles in it', async () => {
    const evil = `<b>"&'\\x01\\e[2J]]>`;
    const file = plan(
      `      - {rule: "${evil.replaceAll('"', '\\"')}", exactly: 1}\n      - {rule: Shell}\n`,
    );
    const { code } = await place.run('backtest', file, '--junit', 'junit.xml', '--json', 'report.json');
    expect(code).toBe(1);
    const xml = readFileSync(place.path('junit.xml'), 'utf8');
    checkXml(xml);
    expect(xml).toContain('tests="2" failures="1"');
    // oxlint-disable-next-line no-control-regex -- these may not stand in XML
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const report = JSON.parse(readFileSync(place.path('report.json'), 'utf8')) as Record<string, unknown>;
    expect(report).toMatchObject({
      schema: 'huntbook/1',
      results: [
        { case: 'shells', expected: 'exactly 1', actual: 0, passed: false },
        { case: 'shells', rule: 'Shell', expected: 'at least 1', actual: 2, passed: true },
      ],
    });
    const again = await place.run('backtest', file, '--junit', 'junit.xml');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('HB_EXISTS');
    expect((await place.run('backtest', file, '--junit', 'junit.xml', '--force')).code).toBe(1);
  });

  it('fails on findings that nobody expected, when told to', async () => {
    const file = plan('      - {rule: No, exactly: 0}\n'.replace('No', 'evil.yml'), 'unexpected: fail\n');
    const { code, stdout } = await place.run('backtest', file);
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL shells: Shell: 2, expected no finding');
  });

  it.each([
    ['cases: []\nrules: rule.yml\n', 'cases: is empty'],
    ['rules: rule.yml\n', 'cases: must be a list'],
    ['cases: [{events: e.json}]\n', 'rules: must be a path'],
    ['rules: rule.yml\ncases: [{events: [], expect: [{rule: a}]}]\n', 'cases[0].events'],
    [
      'rules: rule.yml\ncases: [{events: e, expect: [{rule: a, exactly: -1}]}]\n',
      'cases[0].expect[0].exactly',
    ],
    [
      'rules: rule.yml\ncases: [{events: e, expect: [{rule: a, at_least: 3, at_most: 2}]}]\n',
      'at_least is more than',
    ],
    [
      'rules: rule.yml\ncases: [{events: e, expect: [{rule: a, exactly: 3, at_most: 2}]}]\n',
      'exactly stands alone',
    ],
    ['rules: rule.yml\ncases: [{events: e, expect: [{rule: a, exacly: 3}]}]\n', "unknown key 'exacly'"],
    ['rules: rule.yml\ncases: [{events: e, expect: [{exactly: 3}]}]\n', 'cases[0].expect[0].rule'],
    ['rules: rule.yml\ncases: [{events: e}]\n', 'cases[0]: checks nothing'],
    ['rules: rule.yml\nunexpected: perhaps\ncases: [{events: e}]\n', 'unexpected: must be ignore or fail'],
    ['- a\n', 'must be a map'],
    ['', 'must be a map'],
    ['rules: [\n', 'plan.yml'],
  ])('refuses the file %j with 3 and names the place', async (text, message) => {
    const { code, stdout, stderr } = await place.run('backtest', place.write('plan.yml', text));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('HB_CONFIG');
    expect(stderr).toContain('plan.yml');
    expect(stderr).toContain(message);
  });

  it('a case whose events can not be read fails', async () => {
    const file = place.write(
      'plan.yml',
      'rules: rule.yml\ncases: [{events: gone.json, expect: [{rule: Shell, exactly: 0}]}]\n',
    );
    const { code, stdout } = await place.run('backtest', file);
    expect(code).toBe(1);
    expect(stdout).toContain('gone.json: no such file');
  });

  it('runs the example of its guide', async () => {
    const guide = readFileSync(path.resolve(import.meta.dirname, '../../docs/backtest.md'), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] as string;
    const generate = /^huntbook (lab generate .*)$/m.exec(guide)?.[1]?.split(' ') as string[];
    expect((await place.run(...generate)).code).toBe(0);
    const file = place.write(
      'expectations.yml',
      example.replace(/^rules: .*$/m, `rules: ${JSON.stringify(hunts)}`),
    );
    const { code, stdout } = await place.run('backtest', file, '--no-color');
    expect(stdout).not.toContain('FAIL');
    expect(code).toBe(0);
    // What the guide shows is what it prints.
    const shown = /```text\n(ok[\s\S]*?)```/.exec(guide)?.[1] as string;
    for (const line of shown
      .trim()
      .split('\n')
      .filter((text) => text.startsWith('ok')))
      expect(stdout).toContain(line);
  });
});

/** Well-formed as far as JUnit goes: elements nest, attributes are quoted, nothing stands unescaped. */
function checkXml(xml: string): void {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml [^>]*\?>/, '')
    .replace(
      /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:#\w+|\w+);[^"<&]*)*")*)(\/?)>/g,
      (_, close: string, name: string, _attributes, empty: string) => {
        if (close) expect(open.pop()).toBe(name);
        else if (!empty) open.push(name);
        return '';
      },
    );
  expect(rest.trim()).toBe('');
  expect(open).toEqual([]);
}
