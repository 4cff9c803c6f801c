/** `huntbook lab splunk` as a user runs it: what it prints, who may ask, and its end by Ctrl-C. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());
let estate = '';
beforeAll(async () => {
  estate = await place.estate();
});

describe('huntbook lab splunk', () => {
  it('serves files until Ctrl-C, and leaves nothing behind', async () => {
    place.write('password', 'p=;x\n');
    let answer: Promise<string> | undefined;
    const { code, stdout, stderr } = await place.runWith(
      {
        env: { TMPDIR: place.folder, HUNTBOOK_LAB_TOKEN: 'tok' },
        during: ({ stdout: out, kill }) => {
          out.once('data', (text: string) => {
            answer = fetch(`${text.trim()}/services/search/jobs/export`, {
              method: 'POST',
              headers: { Authorization: 'Bearer tok' },
              body: new URLSearchParams({ search: 'search EventCode=1 | stats count', output_mode: 'csv' }),
            })
              .then((response) => response.text())
              .finally(() => kill('SIGINT'));
          });
        },
      },
      'lab',
      'splunk',
      estate,
      '--port',
      '0',
      '--token',
      '--password-file',
      place.path('password'),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(await answer).toMatch(/^count\n[1-9]\d*\n$/);
    expect(stderr).toContain('events in index=main');
    expect(stderr).not.toContain('p=;x');
    expect(readdirSync(place.folder).filter((name) => name.startsWith('huntbook-'))).toEqual([]);
  });

  it('tells what is wrong before it reads anything', async () => {
    const two = place.write('two', 'one\ntwo\n');
    const bad = await place.run('lab', 'splunk', '.', '--password-file', two);
    expect([bad.code, bad.stdout]).toEqual([2, '']);
    expect(bad.stderr).toContain('[HB_USAGE]');
    expect((await place.run('lab', 'splunk', 'nothing-here')).stderr).toContain('[HB_NOT_FOUND]');
    expect((await place.run('lab', 'splunk', '.', '--port', '70000')).code).toBe(2);
  });
});

describe('huntbook search --spl', () => {
  it('searches files, with or without the word search', async () => {
    const query = 'EventCode=1 | stats count by host | sort host';
    const one = await place.run('search', '--spl', query, estate, '--format', 'csv', '-q');
    expect(one.stdout).toMatch(/^host,count\r?\n\S+,\d+\r?\n/);
    const other = await place.run('search', '--spl', `search ${query}`, estate, '--format', 'csv', '-q');
    expect(other).toEqual(one);
  });

  it('names the command that it does not know', async () => {
    const { code, stdout, stderr } = await place.run('search', '--spl', 'x | frobnicate', place.folder);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain('frobnicate');
    expect(stderr).toContain('[HB_SPL]');
  });

  it('says what index there is when a search that names another finds nothing', async () => {
    const given = ['search', '--spl', 'index=sysmon EventCode=1 | table Image', estate];
    expect((await place.run(...given)).stderr).toContain('index=main');
    expect((await place.run(...given, '-q')).stderr).toBe('');
  });
});
