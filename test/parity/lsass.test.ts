/** The same dump of lsass.exe by Task Manager, found three ways: in files, in OpenSearch, and in Splunk's stand-in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/index.ts';
import { FieldTable, readable } from '../../src/events/index.ts';
import {
  assignParameters,
  findSqlHunt,
  openEvents,
  runSqlHunt,
  type EventStore,
} from '../../src/hunt/index.ts';
import { serveSplunk } from '../../src/lab/index.ts';
import {
  defaultLimits,
  indexEvents,
  openElastic,
  openSplunk,
  readAll,
  type SearchEngine,
  type SearchRequest,
} from '../../src/sources/index.ts';
import { frameFromRows, type Frame, type FrameRow } from '../../src/store/index.ts';
import { huntsFolder } from '../hunt/support.ts';
import { sharedPath } from '../support/data.ts';
import { openSearch, useOpenSearch } from '../support/opensearch.ts';

const recording = sharedPath('data', 'mordor', 'rdp_interactive_taskmanager_lsass_dump.zip');

/** As `huntbook search` makes a table of a search. */
async function search(engine: SearchEngine, request: SearchRequest): Promise<Frame> {
  const { rows } = await engine.search(request);
  async function* made(): AsyncGenerator<FrameRow> {
    for await (const row of rows) yield readable(row) as FrameRow;
  }
  return frameFromRows(made());
}

/** Of files written by a process and accesses to other processes: who read lsass.exe, with which rights, and wrote it. */
async function joined(files: Frame, accesses: Frame): Promise<unknown[]> {
  const both = await files.join(accesses, { on: { ProcessGuid: 'SourceProcessGUID', Computer: 'Computer' } });
  const found = await both.sql(`
    SELECT DISTINCT Image, GrantedAccess, TargetFilename FROM frame
    WHERE TargetImage ILIKE '%\\lsass.exe' AND (GrantedAccess & 0x1410) = 0x1410
      AND TargetFilename ILIKE '%lsass%.dmp'`);
  return shown(await found.toArray());
}

function shown(rows: readonly FrameRow[]): unknown[] {
  const texts = rows.map(({ Image, GrantedAccess, TargetFilename }) =>
    [
      String(Image).toLowerCase().split('\\').at(-1),
      `0x${Number(GrantedAccess).toString(16)}`,
      String(TargetFilename).split('\\').at(-1),
    ].join(' '),
  );
  return [...new Set(texts)].toSorted();
}

/** It opened lsass.exe twice, once for all that there is. */
const scene = ['taskmgr.exe 0x1410 lsass.DMP', 'taskmgr.exe 0x1fffff lsass.DMP'];

describe.skipIf(recording.missing)(`lsass.exe dumped by Task Manager${recording.note}`, () => {
  let store: EventStore;
  beforeAll(async () => {
    store = await openEvents([recording.path]);
  }, 120_000);
  afterAll(() => store.close());

  it('is found in files, by the SQL hunt', async () => {
    const hunt = findSqlHunt('sql_lsass_read_and_file_written', [huntsFolder]);
    const frame = await runSqlHunt(hunt, store, assignParameters([hunt], []).get(hunt) ?? {});
    const rows = await frame.toArray();
    expect(shown(rows.filter(({ TargetFilename }) => /\.dmp$/i.test(String(TargetFilename))))).toEqual(scene);
  });

  it("is found on Splunk's stand-in, in rendered messages alone", { timeout: 120_000 }, async () => {
    const columns = store.tables.find(({ name }) => name === 'events_text')?.columns ?? [];
    const server = await serveSplunk({ database: store.database, columns, password: 'only-here' });
    const engine = await openSplunk({
      url: server.url,
      username: 'admin',
      password: new Secret('only-here'),
    });
    try {
      const [files, accesses] = (await Promise.all(
        [11, 10].map((id) =>
          search(engine, {
            query: `search index=main source="WinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode=${id} | table host EventCode Message`,
          }),
        ),
      )) as [Frame, Frame];
      expect(await files.count()).toBeGreaterThan(5);
      expect(await joined(files, accesses)).toEqual(scene);
    } finally {
      await engine.close();
      await server.close();
    }
  });

  describe.skipIf(openSearch.missing)(`on a server${openSearch.note}`, () => {
    const server = useOpenSearch();

    it('is found in OpenSearch', { timeout: 300_000 }, async () => {
      const index = `hbtest-${process.pid}-lsass`;
      const engine = await openElastic({ product: 'opensearch', url: server.url, index });
      try {
        const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
        const { failed } = await indexEvents(engine, readAll([recording.path], options), { index });
        expect(failed).toBe(0);
        const [files, accesses] = (await Promise.all(
          [11, 10].map((id) =>
            search(engine, {
              query: `Channel:"Microsoft-Windows-Sysmon/Operational" AND EventID:${id}`,
              language: 'query_string',
            }),
          ),
        )) as [Frame, Frame];
        expect(await files.count()).toBeGreaterThan(5);
        expect(await joined(files, accesses)).toEqual(scene);
      } finally {
        await engine.wire.ask('DELETE', `/${index}`);
        await engine.close();
      }
    });
  });
});
