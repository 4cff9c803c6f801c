import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRuleTree, loadRules } from '../../src/rules/index.ts';
import { noRules, ruleFolders, ruleText } from '../sigma/support.ts';

const kinds = [
  'a: b',
  'a|contains|all: [b, "*c\\\\*"]',
  'a|cased: b',
  'a|windash: -x -y',
  'a|base64offset|contains: é',
  'a|neq: 9007199254740993',
  'a|re|i: ^x.*$',
  'a|cidr: 10.0.0.0/8',
  'a|gte: 1.5',
  'a|exists: true',
  'a|fieldref|endswith: b',
  'a|expand: "%users%"',
  'a|hour: 3',
  'a: null',
  'a: ""',
  '"|all": [b, c]',
];
const rest = `correlation:
  type: event_count
  rules: [first]
  group-by: [constructor]
  timespan: 1h
  condition: {gte: 2}
  aliases: {__proto__: {first: a}, who: {first: b}}
`;

describe('the cache of parsed rules', () => {
  let folder: string;
  let cache: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'huntbook-tree-'));
    cache = path.join(folder, 'cache');
    mkdirSync(path.join(folder, 'rules'));
    for (let i = 0; i < 60; i++)
      write(`${i}.yml`, ruleText(`sel:\n  - ${kinds[i % kinds.length]}\ncondition: sel`));
    write(
      'x.yml',
      ruleText('__proto__: {a: b}\nconstructor: [c, d]\ncondition: 1 of them').replace('Test', 'Tést 🦆'),
    );
    write('first.yml', `name: first\n${ruleText('sel: {a: b}\ncondition: sel')}`);
    write('many.yml', `title: Many\nstatus: test\n${rest}`);
    write(
      'filter.yml',
      'title: F\nlogsource: {product: windows}\nfilter:\n  rules: any\n  s: {a: b}\n  condition: s\n',
    );
    write('bad.yml', ruleText('sel: {a: b}\ncondition: other'));
    write('other.yml', 'a: b');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): void => writeFileSync(path.join(folder, 'rules', name), text);
  const load = (options = { cache } as { cache: string | null }) =>
    loadRuleTree([path.join(folder, 'rules')], options);

  it('gives again what the files gave', async () => {
    const { fromCache, ...fresh } = load();
    expect(fromCache).toBe(false);
    expect([fresh.correlations.length, fresh.filters.length, fresh.errors.length]).toEqual([1, 1, 1]);
    expect(fresh.skipped).toHaveLength(1);
    const { fromCache: again, ...cached } = load();
    expect(again).toBe(true);
    // Not strictly: detections named `constructor` are compared by identity there.
    expect(cached).toEqual(fresh);
    expect(await loadRules([path.join(folder, 'rules')])).toEqual(fresh);
  });

  it('inherits nothing where rules name the keys', () => {
    load();
    const { rules, correlations, filters, fromCache } = load();
    expect(fromCache).toBe(true);
    for (const { detections } of [...rules, ...filters]) expect(Object.getPrototypeOf(detections)).toBeNull();
    expect(Object.getPrototypeOf(correlations[0]?.aliases)).toBeNull();
    expect(rules.some(({ detections }) => Object.hasOwn(detections, '__proto__'))).toBe(true);
  });

  it('is left when a file changes, comes or goes', () => {
    load();
    write('0.yml', ruleText('sel: {changed: b}\ncondition: sel'));
    const { fromCache, rules } = load();
    expect(fromCache).toBe(false);
    expect(JSON.stringify(rules)).toContain('changed');
    write('new.yml', ruleText('sel: {a: b}\ncondition: sel'));
    expect(load().fromCache).toBe(false);
    rmSync(path.join(folder, 'rules', 'new.yml'));
    expect(load().fromCache).toBe(true);
  });

  it('is not used when it is damaged, and does not fail when it cannot be written', () => {
    load();
    const [name] = readdirSync(cache);
    const entry = path.join(cache, name as string);
    expect(statSync(entry).mode & 0o777).toBe(0o600);
    for (const text of ['', '{}', 'null', '[]', readFileSync(entry, 'utf8').slice(0, -9)]) {
      writeFileSync(entry, text);
      expect(load().rules).toHaveLength(62);
    }
    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'a file where the folder should be');
    expect(load().rules).toHaveLength(62);
    expect(load({ cache: null }).fromCache).toBe(false);
  });

  it('keeps the sixteen latest entries', () => {
    for (let i = 0; i < 20; i++) {
      write('0.yml', ruleText(`sel: {a${i}: b}\ncondition: sel`));
      load();
    }
    expect(readdirSync(cache)).toHaveLength(16);
  });

  it('does not remember what could not be read or listed', () => {
    symlinkSync('nowhere.yml', path.join(folder, 'gone.yml'));
    const paths = [path.join(folder, 'rules'), path.join(folder, 'gone.yml')];
    expect(loadRuleTree(paths, { cache }).errors.map(({ code }) => code)).toContain('HB_NOT_FOUND');
    expect(loadRuleTree(paths, { cache }).fromCache).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)('does not remember closed files (not as root)', () => {
    chmodSync(path.join(folder, 'rules', '0.yml'), 0);
    expect(load().errors.map(({ code }) => code)).toContain('HB_READ');
    expect(load().fromCache).toBe(false);
  });

  it.skipIf(noRules)('gives the public rules again as they were (skipped without the data)', () => {
    const { fromCache, ...fresh } = loadRuleTree(ruleFolders, { cache });
    expect(fromCache).toBe(false);
    const { fromCache: again, ...cached } = loadRuleTree(ruleFolders, { cache });
    expect(again).toBe(true);
    expect(cached).toStrictEqual(fresh);
  });
});
