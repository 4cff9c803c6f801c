import { describe, expect, it } from 'vitest';
import { HuntbookError } from '../../../src/errors.ts';
import { openSearchEvents } from '../../../src/hunt/index.ts';
import type { EngineRow, SearchEngine } from '../../../src/sources/index.ts';

const sysmon = 'Microsoft-Windows-Sysmon';
const guid = '{365ABB72-1E3B-5F6B-0100-001055555555}';

/** An engine that answers any search with these rows, and fails after them where told so. */
function engineOf(rows: readonly EngineRow[], failure?: Error): SearchEngine {
  return {
    kind: 'opensearch',
    test: () => Promise.reject(new Error('not asked for')),
    close: async () => {},
    search: async () => ({
      fields: null,
      rows: (async function* () {
        yield* rows;
        if (failure !== undefined) throw failure;
      })(),
      end: () => ({ rows: rows.length, truncated: 'the cap of 2 rows was reached', messages: [] }),
    }),
  };
}

const rows: EngineRow[] = [
  {
    _id: 'a',
    _index: 'events',
    EventID: 10,
    Channel: `${sysmon}/Operational`,
    Provider_Name: sysmon,
    Computer: 'WS1',
    SourceProcessGUID: guid.toLowerCase(),
    TargetImage: 'C:\\Windows\\System32\\lsass.exe',
    GrantedAccess: '0x1410',
  },
  {
    _time: '2020-09-22T08:00:00.000+00:00',
    _raw: `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${sysmon}'/><EventID>11</EventID><Channel>${sysmon}/Operational</Channel><Computer>WS1</Computer></System><EventData><Data Name='ProcessGuid'>${guid}</Data><Data Name='TargetFilename'>C:\\lsass.DMP</Data></EventData></Event>`,
  },
];

describe('events of a search as tables', () => {
  it('joins rows of different shapes in SQL, with typed columns', async () => {
    const store = await openSearchEvents(engineOf(rows), { query: '*' });
    expect(store.truncated).toBe('the cap of 2 rows was reached');
    const frame = await store.database.userQuery(
      `SELECT f.TargetFilename, a.GrantedAccess FROM file_event f JOIN process_access a
       ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer WHERE a.GrantedAccess & 0x1410 = 0x1410`,
    );
    expect(await frame.toArray()).toEqual([{ TargetFilename: 'C:\\lsass.DMP', GrantedAccess: 0x1410 }]);
    await store.close();
  });

  it('gives nothing when the search breaks in the middle', async () => {
    const lost = new HuntbookError('HB_CUT', 'the connection ended');
    await expect(openSearchEvents(engineOf(rows, lost), { query: '*' })).rejects.toBe(lost);
  });
});
