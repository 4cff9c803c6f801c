/**
 * What people do with Splunk's clients, done against the stand-in over real and simulated events: the loop that follows
 * processes down their generations, and the LSASS analytic over rendered messages, joined in SQL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/index.ts';
import { readable } from '../../src/events/index.ts';
import { openEvents, type EventStore } from '../../src/hunt/index.ts';
import { demoEstate, serveSplunk } from '../../src/lab/index.ts';
import { openSplunk } from '../../src/sources/index.ts';
import { frameFromRows } from '../../src/store/index.ts';
import { sharedPath } from '../support/data.ts';
import { pythonSdk, runPython } from './python.ts';

const password = 'p=;x';

async function withServer<T>(store: EventStore, use: (url: string) => Promise<T>): Promise<T> {
  const columns = store.tables.find(({ name }) => name === 'events_text')?.columns ?? [];
  const server = await serveSplunk({ database: store.database, columns, password });
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

type Pair = readonly [process: string, parent: string];

/** The same generations, from the table itself. */
async function generationsOf(store: EventStore, first: string): Promise<Pair[][]> {
  const rows = await store.database.all(
    `SELECT DISTINCT ProcessGuid AS process, ParentProcessGuid AS parent, (${first}) AS first FROM events_text
      WHERE EventID = '1' AND ProcessGuid IS NOT NULL AND ParentProcessGuid IS NOT NULL`,
  );
  const known = new Set<string>();
  const result: Pair[][] = [];
  for (let parents: ReadonlySet<string> | null = null; ;) {
    const found = rows.filter(({ process, parent, first: start }) =>
      parents === null ? start === true : parents.has(String(parent)) && !known.has(String(process)),
    );
    const pairs = found.map(({ process, parent }): Pair => [String(process), String(parent)]);
    result.push(pairs.toSorted((left, right) => (left.join() < right.join() ? -1 : 1)));
    if (pairs.length === 0) return result;
    parents = new Set(pairs.map(([process]) => process));
    for (const process of parents) known.add(process);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-sdk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const recorded = sharedPath('data', 'mordor', 'purplesharp_ad_playbook_I.zip');

describe.skipIf(pythonSdk.missing)(`the loop over generations of processes${pythonSdk.note}`, () => {
  async function compare(files: string, spl: string, sql: string): Promise<number[]> {
    const store = await openEvents([files]);
    try {
      const found = (await withServer(store, (url) =>
        runPython('loop.py', { HB_URL: url, HB_USER: 'admin', HB_PASSWORD: password, HB_FIRST: spl }),
      )) as Pair[][];
      expect(found).toEqual(await generationsOf(store, sql));
      return found.map(({ length }) => length);
    } finally {
      await store.close();
    }
  }

  it('finds all of them in the lab', async () => {
    const estate = await demoEstate(folder);
    const sizes = await compare(
      estate.eventsFolder,
      'EventCode=1 ParentImage="*\\\\services.exe"',
      `ParentImage ILIKE '%\\services.exe'`,
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes.at(-1)).toBe(0);
  });

  it.skipIf(recorded.missing)(`finds all of them in a recording${recorded.note}`, async () => {
    const sizes = await compare(
      recorded.path,
      'EventCode=1 ParentImage="*\\\\svchost.exe"',
      `ParentImage ILIKE '%\\svchost.exe'`,
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes[0]).toBeGreaterThan(0);
  });
});

const lsass = sharedPath('data', 'mordor', 'rdp_interactive_taskmanager_lsass_dump.zip');

describe.skipIf(lsass.missing)(`LSASS dumped by the task manager${lsass.note}`, () => {
  it('is found in the rendered messages that a search returns', async () => {
    const store = await openEvents([lsass.path]);
    const rows = await withServer(store, async (url) => {
      const engine = await openSplunk({ url, username: 'admin', password: new Secret(password) });
      try {
        const query = 'search source="*Sysmon*" EventCode IN (10, 11) | table _time host Message';
        const result = await engine.search({ query });
        async function* read(): AsyncGenerator<Record<string, unknown>> {
          for await (const row of result.rows) yield readable(row);
        }
        const frame = await frameFromRows(read());
        expect(result.end().truncated).toBe(null);
        const joined = await frame.sql(
          `SELECT DISTINCT access.SourceImage AS source, access.GrantedAccess AS access, file.TargetFilename AS file
             FROM frame access JOIN frame file
               ON access.SourceProcessGUID = file.ProcessGuid AND access.Computer = file.Computer
            WHERE access.TargetImage ILIKE '%\\lsass.exe' AND access.GrantedAccess & 5136 = 5136
              AND file.TargetFilename ILIKE '%.dmp'
            ORDER BY access`,
        );
        return await joined.toArray();
      } finally {
        await engine.close();
      }
    });
    await store.close();
    const source = expect.stringMatching(/\\taskmgr\.exe$/i);
    const file = expect.stringMatching(/\\lsass\.DMP$/);
    expect(rows).toEqual([
      { source, access: 0x1410, file },
      { source, access: 0x1fffff, file },
    ]);
  });
});
