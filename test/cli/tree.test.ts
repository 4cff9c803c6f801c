/** `huntbook tree` as a user runs it. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, guidOf, started, sysmon } from './process-events.ts';
import { Workplace } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const lines = [
  started(0, 1, 9, 'explorer.exe'),
  started(10, 2, 1, 'winword.exe'),
  started(20, 3, 2, 'cmd.exe'),
  started(30, 4, 3, 'whoami.exe'),
  started(31, 5, 2, 'late.exe', { UtcTime: at(3000) }),
  started(40, 6, 1, 'notepad.exe'),
  sysmon(11, 25, { ProcessGuid: `{${guidOf(3)}}`, ProcessId: 1003, TargetFilename: 'C:\\t\\a.txt' }),
  sysmon(11, 26, { ProcessGuid: `{${guidOf(3)}}`, ProcessId: 1003, TargetFilename: 'C:\\t\\b.txt' }),
  sysmon(22, 27, { ProcessGuid: `{${guidOf(3)}}`, ProcessId: 1003, QueryName: 'evil.example' }),
  sysmon(5, 60, { ProcessGuid: `{${guidOf(4)}}`, ProcessId: 1004, Image: 'C:\\Windows\\whoami.exe' }),
];
let events = '';
beforeAll(() => {
  events = place.write('events.json', `${lines.join('\n')}\n`);
});

const tree = (...args: string[]): ReturnType<Workplace['run']> => place.run('tree', ...args);
const imagesOf = (json: string): string[] =>
  (JSON.parse(json) as { data: { image: string }[] }).data.map(
    ({ image }) => image.split('\\').at(-1) as string,
  );

describe('huntbook tree', () => {
  it('draws what is above and below a process, with what each did', async () => {
    const { code, stdout, stderr } = await tree(guidOf(2), events);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('WS1');
    const rows = stdout.split('\n').filter((line) => /\.exe \(\d+\)/.test(line));
    expect(rows.map((line) => /[\w.]+\.exe(?= \()/.exec(line)?.[0])).toEqual([
      'parent.exe',
      'explorer.exe',
      'winword.exe',
      'cmd.exe',
      'whoami.exe',
    ]);
    expect(stdout).toMatch(/cmd\.exe \(1003\).*1 DNS.*2 files|cmd\.exe \(1003\).*2 files.*1 DNS/);
    expect(stdout).toContain('parent.exe (1009) (not seen)');
    expect(stdout).not.toContain('a.txt');
  });

  it('lists the events', async () => {
    const { stdout } = await tree(guidOf(2), events, '--events');
    expect(stdout).toContain('C:\\t\\a.txt');
    expect(stdout).toContain('evil.example');
  });

  it('takes generations and times', async () => {
    const json = ['--format', 'json', '-q'];
    expect(imagesOf((await tree(guidOf(2), events, ...json, '--up', '0', '--down', '1')).stdout)).toEqual([
      'winword.exe',
      'cmd.exe',
    ]);
    expect(imagesOf((await tree(guidOf(2), events, ...json, '--up', '0', '--after', '1h')).stdout)).toContain(
      'late.exe',
    );
    expect(imagesOf((await tree(guidOf(2), events, ...json, '--after', '5s')).stdout)).not.toContain(
      'cmd.exe',
    );
    expect(imagesOf((await tree(guidOf(2), events, ...json, '--siblings')).stdout)).toContain('notepad.exe');
  });

  it('finds the process by id and time, record, image name, and in files that come through a pipe', async () => {
    const json = ['--format', 'ndjson', '-q', '--up', '0', '--down', '0'];
    const guid = async (...args: string[]): Promise<unknown> => {
      const { stdout, stderr } = await tree(...args, ...json);
      expect(stderr).toBe('');
      return stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { guid?: string }).guid)
        .find((found) => found !== undefined);
    };
    expect(await guid('--pid', '1003', '--at', '2025-03-03T08:00:30Z', events)).toBe(guidOf(3));
    expect(await guid('--record', '9', '--channel', 'sysmon', events)).toBe(guidOf(3));
    expect(await guid('--search', 'CMD.exe|none.exe', '--host', 'ws1', events)).toBe(guidOf(3));
    const piped = await place.runWith({ stdin: readFileSync(events) }, 'tree', guidOf(3), ...json);
    expect(piped.stdout).toContain(guidOf(3));
  });

  it('draws the tree of a finding, and marks all findings of the file', async () => {
    const rule = (title: string, image: string): string =>
      `title: ${title}\nlogsource: {product: windows, category: process_creation}\ndetection: {sel: {Image|endswith: '\\${image}'}, condition: sel}\nlevel: high\n`;
    const rules = place.write('rules.yml', `${rule('First', 'cmd.exe')}---\n${rule('Second', 'whoami.exe')}`);
    for (const name of ['findings.ndjson', 'findings.json']) {
      const file = place.path(name);
      expect((await place.run('hunt', events, '--rules', rules, '-q', '-o', file)).code).toBe(0);
      const { code, stdout } = await tree('--finding', file, events, '--up', '0');
      expect(code).toBe(0);
      expect(stdout).toMatch(/▶ cmd\.exe[^]*First[^]*whoami\.exe[^]*Second/);
    }
    const id = (
      JSON.parse(readFileSync(place.path('findings.ndjson'), 'utf8').split('\n')[1] as string) as {
        id: string;
      }
    ).id;
    const second = await tree(
      '--finding',
      place.path('findings.ndjson'),
      '--finding-id',
      id.slice(0, 8),
      events,
    );
    expect(second.stdout).toContain('▶ whoami.exe');
    const marked = await tree(guidOf(2), events, '--rules', rules);
    expect(marked.stdout).toMatch(/First[^]*Second/);
    const wrong = await tree('--finding', events, events);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('this is no finding');
  });

  it.each([
    ['tree.svg', /^<svg|^<\?xml/],
    ['tree.html', /^<!doctype html>/i],
    ['tree.json', /^\{"schema":"huntbook\/1"/],
    ['tree.ndjson', /^\{/],
    ['tree.mmd', /flowchart|graph/],
    ['tree.dot', /digraph/],
    ['tree.txt', /^WS1/],
  ])('writes %s in the form of its name, and no second time without --force', async (name, form) => {
    const file = place.path(name);
    const { code, stdout } = await tree(guidOf(2), events, '-o', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toMatch(form);
    expect((await tree(guidOf(2), events, '-o', file)).stderr).toContain('HB_EXISTS');
  });

  it('gives all events of the tree as a table, and answers SQL over them', async () => {
    const file = place.path('all.csv');
    await tree(guidOf(2), events, '--events-to', file, '-q');
    const [head, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
    expect(head).toMatch(/^Time,Generation,Process,/);
    expect(rows).toHaveLength(3);
    const { code, stdout } = await tree(
      guidOf(2),
      events,
      '-q',
      '--format',
      'csv',
      '--sql',
      'SELECT Generation, Activity, count(*) AS n FROM events GROUP BY ALL ORDER BY n DESC',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Generation,Activity,n\r\n1,file,2\r\n1,dns,1\r\n' });
    const wrong = await tree(guidOf(2), events, '-q', '--sql', 'SELECT nothing FROM events');
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 5, stdout: '' });
    expect(wrong.stderr).toContain('HB_SQL');
  });

  it('ends with 7 when a limit cut the tree, and says what is missing', async () => {
    const { code, stdout } = await tree(guidOf(1), events, '--max-nodes', '3');
    expect(code).toBe(7);
    expect(stdout).toMatch(/children of .* not shown/);
    const listed = await tree(
      guidOf(3),
      events,
      '--events',
      '--max-events',
      '1',
      '-o',
      place.path('cut.svg'),
    );
    expect(listed.code).toBe(7);
    expect(listed.stderr).toContain('not the whole tree: ');
  });

  it.each([
    { args: [guidOf(77), 'E'], says: 'no process has this GUID' },
    { args: ['--pid', '1003', '--at', '2025-03-02', 'E'], says: 'the id 1003 was that of cmd.exe on WS1' },
    { args: ['--search', 'word.exe', 'E'], says: 'there are winword.exe' },
    { args: ['--search', '*', '--host', 'ws9', 'E'], says: 'processes are known of WS1, not of ws9' },
    { args: ['--record', '4711', 'E'], says: 'no event has the record number 4711' },
    { args: ['--pid', '1003', 'E'], says: '--pid needs --at' },
    { args: ['E'], says: 'which process?' },
    { args: [guidOf(1), '--record', '3', 'E'], says: 'a GUID and --record choose a process each' },
    { args: [guidOf(1), '--channel', 'x', 'E'], says: '--channel is for --record' },
    { args: [guidOf(1), '--max-searches', '3', 'E'], says: '--max-searches is for --source' },
    { args: [guidOf(1), '--format', 'csv', 'E'], says: '--events-to FILE.csv' },
    { args: [guidOf(1), '--events-to', 'events.txt', 'E'], says: 'Name a file that ends in' },
    { args: [guidOf(1), 'E', '--source', 'prod'], says: 'asked one at a time' },
    { args: [guidOf(1), '--before', 'soon', 'E'], says: "--before: 'soon' is not a length of time" },
    { args: [guidOf(1), 'nowhere.json'], says: 'no such file or folder' },
  ])('$args is an error that says what would help: $says', async ({ args, says }) => {
    const { code, stdout, stderr } = await tree(...args.map((arg) => (arg === 'E' ? events : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('shows names and command lines as text, whatever is in them', async () => {
    const hostile = '\u001b]0;owned\u0007\u202e<script>alert(1)</script>';
    const one = started(0, 1, 9, `a${hostile}.exe`, { CommandLine: hostile, User: hostile });
    const file = place.write('hostile.json', `${one}\n`);
    const text = await tree(guidOf(1), file);
    expect(text.code).toBe(0);
    expect((text.stdout + text.stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    const picture = await tree(guidOf(1), file, '--format', 'svg', '-q');
    expect(picture.stdout).not.toContain('<script>alert');
  });

  it('stops at Ctrl-C without a word', async () => {
    const { code, stdout } = await place.runWith(
      {
        during: ({ kill }) => {
          setTimeout(() => kill('SIGINT'), 1500);
        },
      },
      'tree',
      guidOf(1),
      '-',
    );
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  });

  it('writes no file when it fails', async () => {
    const file = place.path('none.svg');
    await tree(guidOf(77), events, '-o', file);
    expect(existsSync(file)).toBe(false);
  });
});
