import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunts, Workplace } from './support.ts';

const place = new Workplace();
let events = '';
beforeAll(async () => void (events = await place.estate()));
afterAll(() => place.remove());

interface Line {
  id: string;
  event: { host: string; fields: Record<string, unknown> };
  correlation?: { type: string };
  chain?: { image: string | null; pid: number | null; link: string | null; step: string | null }[];
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

describe('hunt --with-chain', () => {
  it('adds the processes above to findings, and changes nothing else', async () => {
    const args = ['hunt', `${events}/evtx`, '-r', hunts, '-q', '-f', 'ndjson'];
    const plain = linesOf((await place.run(...args)).stdout);
    const { code, stdout, stderr } = await place.run(...args, '--with-chain');
    expect([code, stderr]).toEqual([0, '']);
    const lines = linesOf(stdout);
    expect(lines.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
    const bare = (line: Line): object => ({ ...line, chain: undefined });
    expect(lines.map(bare)).toEqual(plain.map(bare));
    expect(plain.filter(({ correlation, chain }) => chain && correlation?.type !== 'process_chain')).toEqual(
      [],
    );
    // Each ends with the process that its event names.
    const own = lines.filter(
      ({ correlation, event }) => !correlation && typeof event.fields['Image'] === 'string',
    );
    expect(own.length).toBeGreaterThan(5);
    for (const { chain, event } of own) expect(chain?.at(-1)?.image).toBe(event.fields['Image']);
    expect(own.some(({ chain = [] }) => chain.length > 2)).toBe(true);
  });

  it('shows them in the table and in CSV', async () => {
    const table = await place.run('hunt', `${events}/evtx`, '-q', '--with-chain', '--details', '1');
    expect(table.stdout).toMatch(/\n +> .*\.exe \(\d+\) > .*\.exe \(\d+\)\n/);
    const csv = await place.run('hunt', `${events}/evtx`, '-q', '--with-chain', '-f', 'csv');
    expect(csv.stdout).toMatch(/\.exe \(\d+\) > [^,]*\.exe \(\d+\)\r\n/);
  });

  it('is refused for standard input, with a way out', async () => {
    const stdin = readFileSync(`${events}/events.ndjson`);
    const { code, stderr, stdout } = await place.runWith(
      { stdin },
      'hunt',
      '-',
      '--with-chain',
      '-f',
      'ndjson',
      '-q',
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('save it to a file');
  });
});
