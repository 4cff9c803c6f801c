import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { Workplace } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const small = ['--hosts', '3', '--hours', '1', '--events', '600'];

describe('lab generate', () => {
  it('lists the files on standard output and a summary on standard error', async () => {
    const { code, stdout, stderr } = await place.run('lab', 'generate', '-o', 'one', ...small);
    expect(code).toBe(0);
    expect(stdout).toMatch(/KB {2}events\/events\.ndjson\n.*KB {2}truth\.json\n$/);
    expect(stderr).toMatch(/events with \d+ attack scenes in one/);
    expect(await place.run('lab', 'generate', '-o', 'two', '-q', ...small)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(place.path('one/events/events.ndjson'))).toEqual(
      readFileSync(place.path('two/events/events.ndjson')),
    );
  });

  it('--seed, --start and --attacks shape the estate', async () => {
    await place.run(
      'lab',
      'generate',
      '-o',
      'calm',
      ...small,
      '--attacks',
      'none',
      '--seed',
      '7',
      '--start',
      '2024-05-06T07:00:00Z',
    );
    const truth = JSON.parse(readFileSync(place.path('calm/truth.json'), 'utf8')) as { scenes: unknown[] };
    expect(truth.scenes).toEqual([]);
    expect(readFileSync(place.path('calm/events/events.ndjson'), 'utf8').split('\n')[0]).toContain(
      '2024-05-06T07:',
    );
  });

  it('--shape chooses the form of the JSON lines', async () => {
    const heads = [];
    for (const shape of ['evtx', 'flat', 'winlogbeat']) {
      await place.run('lab', 'generate', '-q', '-o', shape, ...small, '--shape', shape);
      const [line = ''] = readFileSync(place.path(shape, 'events/events.ndjson'), 'utf8').split('\n');
      heads.push(Object.keys(JSON.parse(line) as object)[0]);
      const { code, stdout } = await place.run('hunt', place.path(shape, 'events'), '-q', '-f', 'ndjson');
      expect(code).toBe(0);
      expect(stdout.split('\n').length).toBeGreaterThan(5);
    }
    expect(new Set(heads).size).toBe(3);
  });

  it('--evtx-layout chooses how the EVTX files are laid out', async () => {
    const files = async (layout: string): Promise<string[]> => {
      await place.run(
        'lab',
        'generate',
        '-q',
        '-o',
        `l-${layout}`,
        ...small,
        '--formats',
        'evtx',
        '--evtx-layout',
        layout,
      );
      const names = readdirSync(place.path(`l-${layout}/events`), { recursive: true, encoding: 'utf8' });
      return names.filter((name) => name.endsWith('.evtx'));
    };
    expect((await files('host')).length).toBeGreaterThan((await files('channel')).length);
  });

  it.each([
    [['--formats', 'xml'], "'xml' is not one of"],
    [['--hosts', '1'], 'hosts must be'],
    [['--hours', 'x'], 'It must be a number'],
    [['--seed', 'abc'], 'It must be a number'],
    [['--attacks', 'nonsense'], 'nonsense'],
    [['--start', 'soon'], 'soon'],
    [['--shape', 'xml'], 'evtx, flat, winlogbeat'],
    [['--evtx-layout', 'x'], 'host, channel'],
  ])('%j ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await place.run('lab', 'generate', '-o', 'wrong', ...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(place.path('wrong/truth.json'))).toBe(false);
  });

  it('does not replace an estate without --force', async () => {
    await place.run('lab', 'generate', '-q', '-o', 'kept', ...small);
    const { code, stderr } = await place.run('lab', 'generate', '-o', 'kept', ...small, '--seed', '2');
    expect(code).toBe(2);
    expect(stderr).toContain('HB_EXISTS');
    expect((await place.run('lab', 'generate', '-o', 'kept', ...small, '--seed', '2', '--force')).code).toBe(
      0,
    );
  });

  it('leaves no file when it is interrupted', async () => {
    const run = await place.runWith(
      { stdin: '', during: ({ kill }) => void setTimeout(() => kill('SIGINT'), 1200) },
      'lab',
      'generate',
      '-o',
      'cut',
      '--events',
      '5000000',
      '--formats',
      'ndjson,evtx',
    );
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('nothing was written');
    const left = readdirSync(place.path('cut'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });
});

describe('demo', () => {
  const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('huntbook-demo-'));

  it('shows an estate and what was found in it, and leaves nothing behind', async () => {
    const before = temporary();
    const { code, stdout, stderr } = await place.run('demo');
    expect(code).toBe(0);
    expect(stdout).toContain('attack scenes');
    expect(stdout).toContain('Lsass Memory Dump Written by Task Manager');
    expect(stdout).toContain('huntbook demo -o demo');
    expect(stderr).toContain('Findings');
    expect(stdout).not.toContain(tmpdir());
    expect((await place.run('demo')).stdout).toBe(stdout);
    expect(temporary()).toEqual(before);
  });

  it('-o keeps the estate and a report, and may be run again', async () => {
    const first = await place.run('demo', '-o', 'kept-demo');
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('report.html are in kept-demo');
    const report = readFileSync(place.path('kept-demo/report.html'), 'utf8');
    expect(report.toLowerCase()).toContain('<!doctype html>');
    const again = await place.run('demo', '-o', 'kept-demo');
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    const names = readdirSync(place.path('kept-demo'), { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /part-|\.tmp$/.test(name))).toEqual([]);
  });

  it('into a file ends with 2', async () => {
    const { code, stderr } = await place.run('demo', '-o', place.write('a-file', ''));
    expect(code).toBe(2);
    expect(stderr).toContain('HB_WRITE');
  });
});
