import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleText, Workplace } from './support.ts';

const place = new Workplace();
let events = '';
beforeAll(async () => void (events = `${await place.estate()}/events.csv`));
afterAll(() => place.remove());

const good = ruleText('Good', "Image|endswith: '.exe'");

function folder(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(place.path(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) place.write(`${name}/${file}`, text);
  return place.path(name);
}

async function titles(rules: string, env: Record<string, string> = {}, ...args: string[]): Promise<string[]> {
  const run = await place.runWith({ env }, 'hunt', events, '--rules', rules, '-q', '-f', 'ndjson', ...args);
  expect(run.code, run.stderr).toBe(0);
  const lines = run.stdout.split('\n').filter(Boolean);
  return [...new Set(lines.map((line) => (JSON.parse(line) as { rule: { title: string } }).rule.title))];
}

describe('rules that can not be run', () => {
  it('a file that is not YAML is listed with line and column, the others run, the end is 6', async () => {
    const rules = folder('broken', {
      'a.yml': good,
      'b.yml': 'title: B\ndetection:\n  sel: [1, 2\nlevel: low\n',
    });
    const { code, stdout, stderr } = await place.run('hunt', events, '--rules', rules, '-f', 'ndjson');
    expect(code).toBe(6);
    expect(stdout).toContain('"title":"Good"');
    expect(stderr).toMatch(/b\.yml:\d+:\d+/);
    expect(stderr).toContain('HB_RULE_YAML');
    expect(stderr).toContain('1 rule not run');
  });

  it('a rule that breaks the specification is listed, the end is 6', async () => {
    const rules = folder('invalid', {
      'a.yml': good,
      'c.yml': good.replace('condition: sel', 'condition: sel and'),
    });
    const { code, stderr } = await place.run('hunt', events, '--rules', rules);
    expect(code).toBe(6);
    expect(stderr).toContain('c.yml');
  });

  it('an unknown log source is listed, the end is 0', async () => {
    const rules = folder('elsewhere', {
      'a.yml': good,
      'd.yml': good.replace('product: windows', 'product: mainframe').replace('process_creation', 'tapes'),
    });
    const { code, stderr } = await place.run('hunt', events, '--rules', rules);
    expect(code).toBe(0);
    expect(stderr).toContain('d.yml');
    expect(stderr).toContain('HB_RULE_LOGSOURCE');
  });

  it('a correlation of a rule that is not there is listed with its reason, the end is 6', async () => {
    const correlation =
      'title: Many\ncorrelation:\n  type: event_count\n  rules: [nowhere]\n  group-by: [Computer]\n  timespan: 5m\n  condition: {gte: 10}\n';
    const rules = folder('correlated', { 'a.yml': `${good}name: good\n`, 'e.yml': correlation });
    const { code, stderr } = await place.run('hunt', events, '--rules', rules);
    expect(code).toBe(6);
    expect(stderr).toContain('e.yml');
    expect(stderr).toContain('HB_RULE_REFERENCE');
  });

  it('a correlation is run with the rules of other files, which can not be chosen by themselves', async () => {
    const correlation =
      'title: Many\ncorrelation:\n  type: event_count\n  rules: [good]\n  group-by: [Computer]\n  timespan: 5m\n  condition: {gte: 2}\n';
    const rules = folder('counted', { 'a.yml': `${good}name: good\n`, 'e.yml': correlation });
    const { code, stdout } = await place.run('hunt', events, '--rules', rules, '-q', '-f', 'ndjson');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { rule: { title: string }; correlation: object });
    expect(new Set(found.map(({ rule }) => rule.title))).toEqual(new Set(['Many']));
    expect(found[0]?.correlation).toMatchObject({ type: 'event_count', timespan: 300 });
    const alone = await place.run('hunt', events, '--rules', rules, '--include', 'Good');
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('only serves correlations');
  });

  it('an unreadable rule is listed, the end is 6', async () => {
    const rules = folder('closed', { 'a.yml': good });
    // No text in any encoding, which nobody can read, not even root.
    place.write('closed/f.yml', Buffer.from([0x74, 0xff, 0xfe, 0x00, 0x80]));
    const { code, stdout, stderr } = await place.run('hunt', events, '--rules', rules, '-f', 'ndjson');
    expect(code).toBe(6);
    expect(stdout).toContain('"title":"Good"');
    expect(stderr).toContain('f.yml');
  });

  it('a folder without rules is a mistake', async () => {
    const rules = folder('empty', { 'readme.txt': 'no rule' });
    const { code, stderr } = await place.run('hunt', events, '--rules', rules);
    expect(code).toBe(2);
    expect(stderr).toContain('holds no rule');
  });

  it('hostile titles and messages do not reach the terminal as they are', async () => {
    const rules = folder('hostile', {
      'g.yml': ruleText('"T\\u001b[31m\\u202e"', "Image|endswith: '.exe'"),
      'h.yml': 'title: "x\\e[2J"\ndetection: {}\n',
    });
    const { stdout, stderr } = await place.run('hunt', events, '--rules', rules);
    for (const text of [stdout, stderr]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toContain('\u202e');
    }
  });
});

describe('the cache of compiled rules', () => {
  const cacheFiles = (cache: string): string[] => {
    try {
      return readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.includes('rules-'),
      );
    } catch {
      return [];
    }
  };

  it('is written once and used again', async () => {
    const rules = folder('cached', { 'a.yml': good });
    const cache = place.path('cache-1');
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
    const files = cacheFiles(cache);
    expect(files.length).toBeGreaterThan(0);
    const before = files.map((name) => statSync(`${cache}/${name}`).mtimeMs);
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
    expect(cacheFiles(cache).map((name) => statSync(`${cache}/${name}`).mtimeMs)).toEqual(before);
  });

  it('notices a rule that changed, even with the same size and time', async () => {
    const rules = folder('changed', { 'a.yml': good });
    const file = place.path('changed/a.yml');
    const cache = place.path('cache-2');
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
    const { atime, mtime } = statSync(file);
    writeFileSync(file, good.replace('Good', 'Bood'));
    utimesSync(file, atime, mtime);
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Bood']);
  });

  it('notices a rule that came or went', async () => {
    const rules = folder('grown', { 'a.yml': good });
    const cache = place.path('cache-3');
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
    place.write('grown/b.yml', good.replace('Good', 'Second'));
    expect((await titles(rules, { XDG_CACHE_HOME: cache })).toSorted()).toEqual(['Good', 'Second']);
  });

  it.each(['', '{', 'null', '{"rules":[],"atoms":[]}', '\u0000\u0001'])(
    'ignores a file that holds %j',
    async (text) => {
      const rules = folder('damaged', { 'a.yml': good });
      const cache = place.path('cache-4');
      expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
      for (const name of cacheFiles(cache)) writeFileSync(`${cache}/${name}`, text);
      expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
    },
  );

  it('ignores a file that was cut short', async () => {
    const rules = folder('cut', { 'a.yml': good });
    const cache = place.path('cache-5');
    await titles(rules, { XDG_CACHE_HOME: cache });
    for (const name of cacheFiles(cache)) {
      const bytes = readFileSync(`${cache}/${name}`);
      writeFileSync(`${cache}/${name}`, bytes.subarray(0, bytes.length / 2));
    }
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
  });

  it('that can not be written does no harm', async () => {
    const rules = folder('closed-cache', { 'a.yml': good });
    // A file where the folder should be can not be written to by anybody.
    const cache = place.write('no-folder', '');
    expect(await titles(rules, { XDG_CACHE_HOME: cache })).toEqual(['Good']);
  });

  it('is left alone with --no-rule-cache', async () => {
    const rules = folder('uncached', { 'a.yml': good });
    const cache = place.path('cache-6');
    expect(await titles(rules, { XDG_CACHE_HOME: cache }, '--no-rule-cache')).toEqual(['Good']);
    expect(cacheFiles(cache)).toEqual([]);
  });
});
