/** SQL hunts as a user runs them: with `hunt`, `sql --hunt`, `demo`, and what other commands say of them. */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleText, Workplace, type Run } from './support.ts';

const place = new Workplace();
let events = '';
const sqlHunt = `title: Shells
id: 11111111-1111-4111-8111-111111111111
level: high
parameters:
  image: { type: text, default: 'C:\\cmd.exe' }
sql: SELECT Computer, UtcTime, Image FROM process_creation WHERE Image = $image
`;

beforeAll(() => {
  const event = (image: string, n: number): string =>
    JSON.stringify({
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Computer: 'WS1',
      UtcTime: `2025-03-03 08:00:0${n}.000`,
      Image: image,
    });
  events = place.write('events.json', `${event('C:\\cmd.exe', 1)}\n${event('D:\\cmd.exe', 2)}\n`);
  mkdirSync(place.path('rules'));
  place.write('rules/sql_shells.yml', sqlHunt);
  place.write('rules/shell.yml', ruleText('Shell', "Image|endswith: '\\cmd.exe'"));
});
afterAll(() => place.remove());

/** Node options under which a package is not there. */
function without(name: string): Record<string, string> {
  const file = place.write(
    'without.mjs',
    `import { registerHooks } from 'node:module';
registerHooks({ resolve(wanted, context, next) {
  if (wanted === '${name}') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(wanted, context);
} });\n`,
  );
  return { NODE_OPTIONS: `--import ${file}` };
}

describe('hunt', () => {
  const hunt = (env: Record<string, string>, ...args: string[]): Promise<Run> =>
    place.runWith({ env }, 'hunt', events, ...args);

  it('runs them among rules, with parameters', async () => {
    const { code, stdout, stderr } = await hunt(
      {},
      '-f',
      'csv',
      '--rules',
      'rules',
      '--param',
      'image=D:\\cmd.exe',
    );
    expect(code).toBe(0);
    expect(stdout.split('\r\n').filter((line) => line.includes('Shells'))).toHaveLength(1);
    expect(stderr).toMatch(/Rules +2 loaded, 2 matched/);
    expect((await hunt({}, '--rules', 'rules', '--param', 'none=1')).code).toBe(2);
  });

  it('without DuckDB lists them with the reason, and the rules run', async () => {
    const env = without('@duckdb/node-api');
    const { code, stdout, stderr } = await hunt(env, '-f', 'csv', '--rules', 'rules');
    expect(code).toBe(0);
    expect(stdout.match(/,Shell,/g)).toHaveLength(2);
    expect(stdout).not.toContain('Shells');
    expect(stderr).toContain('SQL needs the package @duckdb/node-api, which is not installed');
    expect(stderr).toContain('1 rule not run');
    const demo = await place.runWith({ env }, 'demo');
    expect(demo.code).toBe(0);
    expect(demo.stderr).toContain('HB_MISSING_DEP');
    const asked = await place.runWith({ env }, 'sql', 'SELECT 1', events);
    expect(asked.stderr).toContain('npm install @duckdb/node-api');
  });
});

describe('sql --hunt', () => {
  const sql = (...args: string[]): Promise<Run> => place.run('sql', ...args);

  it('gives the rows of a file, or of a hunt that comes with huntbook', async () => {
    expect(
      await sql('--hunt', 'rules/sql_shells.yml', '-p', 'image=D:\\cmd.exe', events, '-f', 'csv'),
    ).toEqual({
      code: 0,
      stdout: 'Computer,UtcTime,Image\r\nWS1,2025-03-03T08:00:02Z,D:\\cmd.exe\r\n',
      stderr: '',
    });
    const { code, stdout, stderr } = await sql('--hunt', 'sql_lsass_read_and_file_written', events);
    expect(code).toBe(0);
    expect(stdout).toContain('TargetFilename');
    expect(stderr).toContain('no events in the input that the hunt looks at');
  });

  it.each([
    [['--hunt', 'none', 'events.json'], 'no such SQL hunt'],
    [['--hunt', 'rules/shell.yml', 'events.json'], 'unknown key'],
    [
      ['--hunt', 'rules/sql_shells.yml', '-p', 'x=1', 'events.json'],
      'no SQL hunt that runs has such a parameter',
    ],
    [['--hunt', 'rules/sql_shells.yml', '--file', 'x', 'events.json'], 'two queries'],
    [['--hunt', 'rules/sql_shells.yml', '--tables', 'events.json'], 'leave --hunt out'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await sql(...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('unexpected error');
  });
});

describe('other commands', () => {
  it('sigma check counts them, and names what is wrong once', async () => {
    const { code, stderr } = await place.run('sigma', 'check', 'rules/sql_shells.yml');
    expect([code, stderr]).toEqual([
      0,
      '0 documents and 1 SQL hunt in 1 file: 0 errors, 0 warnings, 0 notes\n',
    ]);
    const check = (...args: string[]): Promise<Run> =>
      place.runWith({ stdin: sqlHunt.replace('high', 'huge') }, 'sigma', 'check', ...args);
    const wrong = await check('-');
    expect([wrong.code, wrong.stdout]).toEqual([
      5,
      "-:3:1: error: the level 'huge' is none of informational, low, medium, high, critical [HB_RULE_INVALID]\n",
    ]);
    const json = await place.run('sigma', 'check', 'rules', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { files: 2, documents: 1, sqlHunts: 1 } });
  });

  it('backtest says that it does not run them', async () => {
    place.write(
      'plan.yml',
      'rules: [rules]\ncases:\n  - name: shells\n    events: events.json\n    expect:\n      - { rule: Shell, exactly: 2 }\n',
    );
    const { code, stderr } = await place.run('backtest', 'plan.yml');
    expect([code, stderr]).toEqual([0, 'not run: 1 SQL hunt; backtest is for rules\n1 passed, 0 failed\n']);
  });

  it('demo runs them', async () => {
    expect((await place.run('demo')).stdout).toContain('Process Reads Lsass and Writes a File');
  });
});
