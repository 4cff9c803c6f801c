import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Workplace } from './support.ts';

const work = new Workplace();
afterAll(() => work.remove());

describe('huntbook import', () => {
  it('says what came in and what was there', async () => {
    const event = {
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'WS1',
      Image: 'a.exe',
    };
    const source = work.write('a.json', `${JSON.stringify(event)}\n${JSON.stringify(event)}\n`);
    const copy = work.write('b.json', readFileSync(source));
    const lake = work.path('lake');
    const first = await work.run('import', source, '--to', lake, '-q');
    expect(first).toEqual({ code: 0, stdout: `2 events of 1 file imported into ${lake}\n`, stderr: '' });
    const second = await work.run('import', copy, '--to', lake);
    expect(second.code).toBe(0);
    expect(second.stdout).toBe(
      `0 events of 0 files imported into ${lake}\n1 file had been imported before\n`,
    );
    expect(second.stderr).toContain(`b.json: its content is there as ${source}`);
    const asked = await work.run(
      'sql',
      'SELECT count(*) AS n FROM process_creation',
      lake,
      '--format',
      'json',
    );
    expect(JSON.parse(asked.stdout)).toEqual([{ n: 2 }]);
  });

  it.skipIf(process.platform === 'win32')('leaves no temporary file behind when it is ended', async () => {
    const temporary = work.path('temporary');
    mkdirSync(temporary);
    const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      const lake = work.path(`lake-${signal}`);
      const child = spawn(process.execPath, [main, 'import', '-', '--to', lake], {
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const ended = once(child, 'exit');
      child.stdin.write('{"EventID":1,"Channel":"c"}');
      const lock = path.join(lake, '.huntbook-lake/lock');
      while (!existsSync(lock) || readdirSync(temporary).length === 0) await setTimeout(20);
      child.kill(signal);
      expect((await ended)[0]).toBe(signal === 'SIGTERM' ? 143 : 129);
      expect(readdirSync(temporary)).toEqual([]);
      expect(existsSync(lock)).toBe(false);
    }
  });

  it('fails by name for what is missing, and for a folder of other files', async () => {
    const source = work.write('c.json', '{"EventID":1,"Channel":"c"}');
    const missing = await work.run('import', work.path('nothing'), '--to', work.path('l2'));
    expect(missing.stderr).toContain('[HB_NOT_FOUND]');
    expect(missing.code).not.toBe(0);
    const foreign = await work.run('import', source, '--to', work.folder);
    expect(foreign.stderr).toContain('[HB_EXISTS]');
    expect((await work.run('import', source)).stderr).toContain('[HB_USAGE]');
  });
});
