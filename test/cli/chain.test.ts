/** `huntbook chain` as a user runs it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { started } from './process-events.ts';
import { Workplace } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const lines = [
  started(0, 1, 9, 'explorer.exe'),
  started(10, 2, 1, 'cmd.exe'),
  started(20, 3, 2, 'powershell.exe', { CommandLine: 'powershell -enc AAAA' }),
  started(30, 4, 3, 'helper.exe'),
  started(40, 5, 4, 'winword.exe'),
  // Beyond ten minutes of its beginning.
  started(700, 6, 4, 'excel.exe'),
  // On another host the same, without a shell.
  started(10, 11, 19, 'explorer.exe', { Hostname: 'WS2' }),
  started(40, 12, 11, 'winword.exe', { Hostname: 'WS2' }),
];
let events = '';
beforeAll(() => {
  events = place.write('events.json', `${lines.join('\n')}\n`);
});

const chain = (...args: string[]): ReturnType<Workplace['run']> => place.run('chain', ...args);
const office = 'cmd.exe > powershell.exe >> winword.exe|excel.exe';

describe('huntbook chain', () => {
  it('shows a small tree for each chain', async () => {
    const { code, stdout } = await chain(office, events, '-q');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chain 1 {2}within 30 s {2}[0-9a-f]{8}\nWS1/);
    expect(stdout.match(/[\w.]+\.exe(?= \(\d)/g)).toEqual([
      'cmd.exe',
      'powershell.exe',
      'helper.exe',
      'winword.exe',
    ]);
    expect(stdout.match(/▶ \w+/g)).toEqual(['▶ cmd', '▶ powershell', '▶ winword']);
  });

  it('takes time, depth, and what may not stand between', async () => {
    const found = async (...args: string[]): Promise<number> => {
      const { code, stdout } = await chain(...args, events, '-q', '-f', 'ndjson');
      expect(code).toBe(0);
      return stdout.split('\n').filter(Boolean).length;
    };
    expect(await found(office)).toBe(1);
    expect(await found(office, '--within', '1h')).toBe(2);
    expect(await found(office, '--within', '29s')).toBe(0);
    expect(await found(office, '--max-depth', '1')).toBe(0);
    expect(await found(office, '--max-depth', '2')).toBe(1);
    expect(await found(office, '--not-between', 'helper.exe|x.exe')).toBe(0);
    expect(await found('cmd.exe > powershell.exe > winword.exe')).toBe(0);
    expect(await found('cmd.exe > powershell.exe "-enc" >> winw*')).toBe(1);
    expect(await found('cmd.exe > powershell.exe "-nop" >> winw*')).toBe(0);
    expect(await found('explorer.exe >> winword.exe', '--host', 'ws2')).toBe(1);
    expect(await found('explorer.exe >> winword.exe', '--until', '2025-03-03T08:00:35Z')).toBe(0);
  });

  it('prints the rule, which hunt runs with the same findings', async () => {
    const { code, stdout, stderr } = await chain(office, '--as-rule', '--title', 'Office Below a Shell');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('type: process_chain');
    expect(stdout).toContain('Office Below a Shell');
    const file = place.path('rule.yml');
    expect((await chain(office, '--as-rule', '--title', 'Office Below a Shell', '-o', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect((await place.run('sigma', 'check', file)).code).toBe(0);
    const ids = (text: string): unknown[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { id: string }).id);
    const hunted = await place.run('hunt', events, '--rules', file, '-q', '-f', 'ndjson');
    const direct = await chain(office, events, '-q', '-f', 'ndjson', '--title', 'Office Below a Shell');
    expect(ids(direct.stdout)).toEqual(ids(hunted.stdout));
    expect(ids(direct.stdout)).toHaveLength(1);
    expect(direct.stdout).toContain('"path":"huntbook chain"');
  });

  it('reads what comes through a pipe, and writes the forms of hunt', async () => {
    const piped = await place.runWith({ stdin: readFileSync(events) }, 'chain', office, '-q');
    expect(piped.stdout).toContain('▶ winword.exe');
    const file = place.path('chains.html');
    expect((await chain(office, events, '-o', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/i);
    expect((await chain(office, events, '-o', file)).stderr).toContain('HB_EXISTS');
  });

  it('ends with 1 for --fail-on, and says where there is no chain', async () => {
    expect((await chain(office, events, '-q', '--fail-on', 'low')).code).toBe(1);
    expect(await chain('cmd.exe > none.exe', events, '-q')).toEqual({
      code: 0,
      stdout: 'no chain\n',
      stderr: '',
    });
  });

  it('puts a caret below the fault of a pattern', async () => {
    const { code, stdout, stderr } = await chain('cmd.exe > | > x', events);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [first, pattern, caret] = stderr.split('\n') as [string, string, string];
    expect(first).toContain('[HB_USAGE]');
    expect(pattern[caret.indexOf('^')]).toBe('|');
  });

  it.each([
    { args: [], says: 'no pattern' },
    { args: [office, 'E', '--as-rule'], says: 'runs nothing' },
    { args: [office, 'E', '--within', 'soon'], says: 'span of time' },
    { args: [office, 'nowhere'], says: 'no such file or folder' },
    { args: [office, 'E', '--source', 'prod'], says: 'one at a time' },
    { args: [office, 'E', '--since', '2025-03-04', '--until', '2025-03-03'], says: 'no event is in between' },
  ])('$args is an error: $says', async ({ args, says }) => {
    const { code, stdout, stderr } = await chain(...args.map((arg) => (arg === 'E' ? events : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });
});

describe('huntbook chain rare', () => {
  const rare = (...args: string[]): ReturnType<Workplace['run']> => place.run('chain', 'rare', ...args);
  const rows = (text: string): Record<string, unknown>[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('stacks lines of descent over all hosts, the rarest first', async () => {
    const { code, stdout } = await rare(events, '--depth', '2', '-f', 'ndjson', '-q');
    expect(code).toBe(0);
    const found = rows(stdout);
    expect(found.map(({ Line }) => Line)).toContain('cmd.exe > powershell.exe');
    expect(found.at(-1)).toMatchObject({ Hosts: 2, Count: 2, Line: 'parent.exe > explorer.exe' });
    expect(found.find(({ Line }) => Line === 'cmd.exe > powershell.exe')).toMatchObject({
      Hosts: 1,
      SomeHosts: 'WS1',
      CommandLine: 'powershell -enc AAAA',
      ProcessGuid: '{00000000-0000-0000-0000-000000000003}',
    });
  });

  it('takes a limit and tells of it, hosts, and a span of time', async () => {
    const few = await rare(events, '--limit', '2');
    expect(few.code).toBe(0);
    expect(few.stderr).toContain('2 of 7 lines of 8 processes');
    const lonely = rows(
      (await rare(events, '--max-hosts', '1', '--depth', '1', '-f', 'ndjson', '-q')).stdout,
    );
    expect(lonely.map(({ Line }) => Line).sort()).toEqual([
      'cmd.exe',
      'excel.exe',
      'helper.exe',
      'powershell.exe',
    ]);
    const early = await rare(
      events,
      '--until',
      '2025-03-03T08:00:15Z',
      '--host',
      'ws1',
      '-f',
      'ndjson',
      '-q',
    );
    expect(rows(early.stdout)).toHaveLength(2);
  });

  it('tells processes apart by their arguments where that is asked for', async () => {
    const plain = rows((await rare(events, '--depth', '1', '-f', 'ndjson', '-q')).stdout);
    const more = rows((await rare(events, '--depth', '1', '--arguments', '-f', 'ndjson', '-q')).stdout);
    expect(plain.every((row) => !('Arguments' in row))).toBe(true);
    expect(more.every((row) => 'Arguments' in row)).toBe(true);
  });

  it.each([
    { args: ['E', '--source', 'prod'], says: 'one at a time' },
    { args: ['nowhere'], says: 'no such file or folder' },
    { args: ['E', '-f', 'parquet'], says: 'Parquet is written to a file' },
  ])('$args is an error: $says', async ({ args, says }) => {
    const { code, stdout, stderr } = await rare(...args.map((arg) => (arg === 'E' ? events : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('needs the beginning of a time span where a source would have to give everything', async () => {
    const config = place.write(
      'huntbook.yaml',
      'sources:\n  prod:\n    kind: splunk\n    url: https://127.0.0.1:9\n    token: env:NONE\n',
    );
    const { code, stderr } = await rare('--source', 'prod', '--config', config);
    expect(code).toBe(2);
    expect(stderr).toContain('--source needs --since');
  });
});
