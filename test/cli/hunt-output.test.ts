import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleText, Workplace } from './support.ts';

const place = new Workplace();
let events = '';
/** Matches many events, so that the output is larger than a pipe holds. */
let chatty = '';
/** So much of it that a run takes a while. */
let large = '';
beforeAll(async () => {
  events = await place.estate();
  chatty = place.write('chatty.yml', ruleText('Chatty', "Image|contains: '\\'"));
  const text = readFileSync(`${events}/events.ndjson`, 'utf8');
  large = place.path('large.ndjson');
  for (let i = 0; i < 60; i++) writeFileSync(large, text, { flag: 'a' });
});
afterAll(() => place.remove());

/** Names of half-written files. */
function leftovers(): string[] {
  return readdirSync(place.folder).filter((name) => name.endsWith('.tmp') || name.startsWith('.'));
}

describe('streams', () => {
  it('findings go to standard output, the summary to standard error', async () => {
    const { code, stdout, stderr } = await place.run('hunt', events, '-f', 'ndjson');
    expect(code).toBe(0);
    for (const line of stdout.trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(stderr).toMatch(/^Read {6}/);
    expect(stderr).toContain('Rules');
  });

  it('-q leaves standard error empty and standard output as it is', async () => {
    const loud = await place.run('hunt', events, '-f', 'csv');
    const quiet = await place.run('hunt', events, '-f', 'csv', '-q');
    expect(quiet).toEqual({ code: 0, stdout: loud.stdout, stderr: '' });
  });

  it('a line of NDJSON has its keys in the documented order', async () => {
    const { stdout } = await place.run('hunt', events, '-f', 'ndjson', '-q');
    for (const line of stdout.trimEnd().split('\n')) {
      const finding = JSON.parse(line) as Record<string, Record<string, unknown>>;
      const last = ['correlation', 'chain'].filter((key) => finding[key] !== undefined);
      expect(finding['chain'] !== undefined).toBe(finding['correlation']?.['type'] === 'process_chain');
      expect(Object.keys(finding)).toEqual(['id', 'rule', 'event', 'matched', ...last]);
      expect(Object.keys(finding['rule'] ?? {})).toEqual(['id', 'title', 'level', 'status', 'path', 'tags']);
      expect(Object.keys(finding['event'] ?? {})).toEqual([
        'source',
        'channel',
        'provider',
        'eventId',
        'recordId',
        'time',
        'host',
        'fields',
      ]);
      for (const match of finding['matched'] as unknown as object[])
        expect(Object.keys(match)).toEqual(['field', 'value', 'pattern']);
    }
  });

  it('rule and event paths stand as they were given', async () => {
    place.write('near.yml', ruleText('Near', "Image|endswith: '.exe'"));
    const paths = async (rule: string, from: string): Promise<string[]> => {
      const { stdout } = await place.run('hunt', from, '--rules', rule, '-q', '-f', 'ndjson');
      const [line = ''] = stdout.split('\n');
      const { rule: found, event } = JSON.parse(line) as {
        rule: { path: string };
        event: { source: string };
      };
      return [found.path, event.source];
    };
    expect(await paths('near.yml', 'estate/events/events.csv')).toEqual([
      'near.yml',
      'estate/events/events.csv',
    ]);
    const absolute = [place.path('near.yml'), place.path('estate/events/events.csv')] as const;
    expect(await paths(...absolute)).toEqual(absolute);
  });

  it.each(['ndjson', 'json', 'csv', 'html', 'table'])(
    '%s is the same with 1, 2 and 3 threads',
    async (format) => {
      const run = (...args: string[]): Promise<{ stdout: string }> =>
        place.run('hunt', events, '-q', '-f', format, ...args);
      // Times and durations of the run itself are in documents that carry a summary.
      const settle = ({ stdout }: { stdout: string }): string =>
        stdout
          .replace(/"seconds":[\d.]+/g, '"seconds":0')
          .replace(/[\d.,]+ (?:ms|s|events\/s)\b/g, '')
          .replace(/generated[^<]*/gi, '');
      const one = settle(await run('--threads', '1'));
      expect(one.length).toBeGreaterThan(500);
      for (const threads of ['1', '2', '3']) expect(settle(await run('--threads', threads))).toBe(one);
    },
  );

  it('a reader that has seen enough ends the run without a word', async () => {
    const line = `$HB hunt '${large}' --rules '${chatty}' -q -f ndjson | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await place.shell(line);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
    const summary = await place.shell(
      `$HB hunt '${events}' 2>&1 >/dev/null | head -c 1; echo; echo "\${PIPESTATUS[0]}"`,
    );
    expect(summary.stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });
});

describe('standard input', () => {
  it('is read for - and when no path is given', async () => {
    const stdin = readFileSync(`${events}/events.ndjson`);
    const named = await place.runWith({ stdin }, 'hunt', '-', '-q', '-f', 'ndjson');
    const bare = await place.runWith({ stdin }, 'hunt', '-q', '-f', 'ndjson');
    expect(named.code).toBe(0);
    expect(named.stdout.split('\n').length).toBeGreaterThan(10);
    expect(bare).toEqual(named);
  });

  it('that is empty is no event and no failure', async () => {
    const { code, stderr } = await place.runWith({ stdin: '' }, 'hunt', '-f', 'ndjson');
    expect(code).toBe(0);
    expect(stderr).toContain('0 events');
  });
});

describe('colours', () => {
  const escape = '\u001b[';

  it('are not written to a pipe, unless forced', async () => {
    expect((await place.run('hunt', events)).stdout).not.toContain(escape);
    const forced = await place.runWith({ env: { FORCE_COLOR: '1' } }, 'hunt', events);
    expect(forced.stdout).toContain(escape);
    expect(forced.stderr).toContain(escape);
  });

  it.each([
    { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, args: [] },
    { env: { FORCE_COLOR: '1' }, args: ['--no-color'] },
    { env: { FORCE_COLOR: '0' }, args: [] },
    { env: { FORCE_COLOR: '1' }, args: ['-f', 'csv'] },
  ])('are off with $env $args', async ({ env, args }) => {
    const { stdout, stderr } = await place.runWith({ env }, 'hunt', events, ...args);
    expect(stdout).not.toContain(escape);
    if (args[0] !== '-f') expect(stderr).not.toContain(escape);
  });
});

describe('an output file', () => {
  it('holds what standard output would have had', async () => {
    const out = place.path('whole.ndjson');
    const { code, stdout } = await place.run('hunt', events, '-q', '-o', out);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const { stdout: expected } = await place.run('hunt', events, '-q', '-f', 'ndjson');
    expect(readFileSync(out, 'utf8')).toBe(expected);
    expect(leftovers()).toEqual([]);
  });

  it('takes its form from its name', async () => {
    for (const [name, start] of [
      ['a.csv', 'time,'],
      ['a.json', '{'],
      ['a.jsonl', '{"id"'],
      ['a.html', '<!doctype html>'],
    ] as const) {
      await place.run('hunt', events, '-q', '-o', place.path(name));
      expect(readFileSync(place.path(name), 'utf8').toLowerCase().startsWith(start), name).toBe(true);
    }
  });

  it('is not replaced without --force', async () => {
    const out = place.write('there.csv', 'mine');
    const { code, stderr } = await place.run('hunt', events, '-o', out);
    expect(code).toBe(2);
    expect(stderr).toContain('HB_EXISTS');
    expect(stderr).toContain('--force');
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect((await place.run('hunt', events, '-q', '-o', out, '--force')).code).toBe(0);
    expect(readFileSync(out, 'utf8').startsWith('time,')).toBe(true);
  });

  it.each(['missing/out.csv', 'estate', 'there.csv/out.csv'])(
    'that can not be (%s) ends with 2',
    async (name) => {
      place.write('there.csv', 'mine');
      const { code, stderr } = await place.run('hunt', events, '-o', name, '--force');
      expect(code).toBe(2);
      expect(stderr).toContain('HB_WRITE');
      expect(leftovers()).toEqual([]);
    },
  );

  it.skipIf(!existsSync('/dev/full'))('on a full disk ends with 2, quickly, and leaves nothing', async () => {
    const started = performance.now();
    const { code, stderr } = await place.run(
      'hunt',
      large,
      '--rules',
      chatty,
      '-o',
      '/dev/full',
      '-f',
      'ndjson',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('/dev/full: cannot be written: no space left on the device');
    expect(stderr).toContain('HB_WRITE');
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(existsSync('/dev/full')).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('that grows beyond what is allowed leaves nothing', async () => {
    // The shell ignores the signal so that the write fails, as it does on a full disk.
    const line = `trap '' XFSZ; ulimit -f 64; $HB hunt '${large}' --rules '${chatty}' -o big.ndjson --no-rule-cache`;
    const { code, stderr } = await place.shell(line);
    expect(code).toBe(2);
    expect(stderr).toContain('big.ndjson: cannot be written');
    expect(stderr).toContain('HB_WRITE');
    expect(existsSync(place.path('big.ndjson'))).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/null'))('may be a device, which stays one', async () => {
    expect(await place.run('hunt', events, '-q', '-o', '/dev/null')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const { stdout } = await place.shell(`$HB hunt '${events}' -q -o /dev/stdout -f csv | head -c 5`);
    expect(stdout).toBe('time,');
  });
});

describe('an interrupt', () => {
  const soon = (signals: readonly NodeJS.Signals[]): Parameters<typeof place.runWith>[0] => ({
    stdin: '',
    during: ({ kill }) => {
      // After the temporary file is there.
      const timer = setInterval(() => {
        if (leftovers().length === 0) return;
        clearInterval(timer);
        for (const signal of signals) kill(signal);
      }, 20);
    },
  });

  it.each([
    [['SIGINT'], 130],
    [['SIGINT', 'SIGINT'], 130],
    [['SIGTERM'], 143],
  ] as const)('%j ends with %i and leaves nothing half-written', async (signals, expected) => {
    const run = await place.runWith(soon(signals), 'hunt', large, '--rules', chatty, '-o', 'half.ndjson');
    expect(run.code).toBe(expected);
    expect(existsSync(place.path('half.ndjson'))).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it('while waiting for standard input ends the run', async () => {
    const run = await place.runWith(
      { during: ({ kill }) => void setTimeout(() => kill('SIGINT'), 1000) },
      'hunt',
      '-',
      '-f',
      'ndjson',
    );
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('stopping');
  });

  it('a second one does not wait', async () => {
    const started = performance.now();
    let first = 0;
    const run = await place.runWith(
      {
        during: ({ kill, stderr }) => {
          setTimeout(() => kill('SIGINT'), 700);
          stderr.once('data', () => {
            first = performance.now();
            kill('SIGINT');
          });
        },
      },
      'hunt',
      '-',
    );
    expect(run.code).toBe(130);
    expect(first).toBeGreaterThan(started);
    expect(performance.now() - first).toBeLessThan(1500);
  });
});

describe('exit codes of input', () => {
  it('a broken file ends with 6 and is named; the others are read', async () => {
    mkdirSync(place.path('mixed'), { recursive: true });
    writeFileSync(place.path('mixed/good.ndjson'), readFileSync(`${events}/events.ndjson`));
    writeFileSync(
      place.path('mixed/half.evtx'),
      Buffer.concat([Buffer.from('ElfFile\0'), Buffer.alloc(70_000, 7)]),
    );
    const { code, stdout, stderr } = await place.run('hunt', place.path('mixed'), '-f', 'ndjson');
    expect(code).toBe(6);
    expect(stdout.split('\n').length).toBeGreaterThan(10);
    expect(stderr).toContain('half.evtx');
  });

  it('a file that is no event log ends with 6 when it was named, with 0 when a folder held it', async () => {
    mkdirSync(place.path('other'), { recursive: true });
    writeFileSync(place.path('other/picture.png'), Buffer.from('\u0089PNG\r\n\u001a\n0123456789', 'latin1'));
    const named = await place.run('hunt', place.path('other/picture.png'));
    expect(named.code).toBe(6);
    expect(named.stderr).toContain('picture.png');
    const found = await place.run('hunt', place.path('other'));
    expect(found.code).toBe(0);
    expect(found.stderr).toContain('picture.png');
  });
});
