import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRuleFiles, loadRules } from '../../src/rules/index.ts';
import { ruleText } from '../sigma/support.ts';

const good = ruleText('sel: {a: b}\ncondition: sel');
let folder = '';
const write = (name: string, text: string | Uint8Array): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'huntbook-rules-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('loading rules', () => {
  it('reads folders below folders, sorted, and each file once', async () => {
    write('b.yml', good);
    write('a/z.yaml', good);
    write('a/y.YML', good);
    write('notes.txt', 'no rule');
    symlinkSync(folder, path.join(folder, 'a/loop'));
    const { rules, errors, files } = await loadRules([path.join(folder, 'b.yml'), folder, folder]);
    expect(errors).toEqual([]);
    expect(files).toBe(3);
    expect(rules.map((rule) => path.relative(folder, rule.path))).toEqual(['b.yml', 'a/y.YML', 'a/z.yaml']);
  });

  it('skips files in folders that are no Sigma documents, but not those named', async () => {
    const file = write('info.yml', 'id: 1\ndescription: about tests\n');
    write('empty.yml', '');
    write('text.yml', 'just text');
    write('rule.yml', good);
    const found = await loadRules([folder]);
    expect(found.rules).toHaveLength(1);
    expect(found.errors).toEqual([]);
    expect(found.files).toBe(4);
    expect(found.skipped.map((name) => path.basename(name))).toEqual(['empty.yml', 'info.yml', 'text.yml']);
    expect((await loadRules([file])).errors.map((error) => error.code)).toEqual(['HB_RULE_INVALID']);
  });

  it('reports what it cannot read and goes on', async () => {
    write('bad.yml', 'title: [x');
    write('half.yml', 'title: T\nlogsource: {product: x}\n');
    write('latin.yml', Buffer.from(good.replace('Test', 'Tést'), 'latin1'));
    write('huge.yml', `# ${'x'.repeat(5 * 1024 * 1024)}\n${good}`);
    write('rule.yml', good);
    const missing = path.join(folder, 'missing.yml');
    const { rules, errors } = await loadRules([missing, folder]);
    expect(rules).toHaveLength(1);
    expect(errors.map((error) => [path.basename(error.position?.file ?? ''), error.code])).toEqual([
      ['missing.yml', 'HB_NOT_FOUND'],
      ['bad.yml', 'HB_RULE_YAML'],
      ['half.yml', 'HB_RULE_INVALID'],
      ['huge.yml', 'HB_LIMIT'],
      ['latin.yml', 'HB_RULE_YAML'],
    ]);
    expect(() => listRuleFiles([missing])).toThrow(expect.objectContaining({ code: 'HB_NOT_FOUND' }));
  });

  it('reads UTF-16 with a mark, and files longer than its buffer', async () => {
    const long = good.replace(
      'a: b',
      `a: [${Array.from({ length: 50_000 }, (_, i) => `value${i}`).join(', ')}]`,
    );
    write('utf16.yml', Buffer.from(`\uFEFF${good}`, 'utf16le'));
    write('long.yml', long);
    const { rules, errors } = await loadRules([folder]);
    expect(errors).toEqual([]);
    expect(rules.map((rule) => rule.title)).toEqual(['Test', 'Test']);
    expect(rules[0]?.detections['sel']).toMatchObject({ values: { length: 50_000 } });
  });

  it('lets correlations name rules of other files', async () => {
    const correlation = (rule: string): string =>
      `title: C\ncorrelation:\n  type: event_count\n  rules: ${rule}\n  timespan: 5m\n  condition: {gte: 2}\n`;
    write('a.yml', correlation('base'));
    write('b.yml', `name: base\n${good}`);
    write('c.yml', correlation('nowhere'));
    const { correlations, errors } = await loadRules([folder]);
    expect(correlations).toHaveLength(2);
    expect(errors.map((error) => path.basename(error.position?.file ?? ''))).toEqual(['c.yml']);
  });

  it.skipIf(process.getuid?.() === 0)('reports folders and files that are closed (not as root)', async () => {
    const file = write('closed/rule.yml', good);
    chmodSync(path.dirname(file), 0o000);
    const { errors } = await loadRules([folder]);
    chmodSync(path.dirname(file), 0o700);
    expect(errors.map((error) => error.code)).toEqual(['HB_READ']);
  });
});
