import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldTable, foldFieldName, toJson, toTicks, type HuntEvent } from '../../src/events/index.ts';
import { openEvents, type EventStore, type OpenEventsOptions } from '../../src/hunt/event-store.ts';
import { importEvents } from '../../src/hunt/store/import.ts';
import { writeLab } from '../../src/lab/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';
import { temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const open: EventStore[] = [];
afterAll(async () => {
  for (const store of open) await store.close();
});
async function opened(paths: readonly string[], options?: OpenEventsOptions): Promise<EventStore> {
  const store = await openEvents(paths, options);
  open.push(store);
  return store;
}

let files = 0;
function file(...lines: readonly unknown[]): string {
  const name = path.join(folder, `${files++}.json`);
  writeFileSync(name, lines.map((line) => (typeof line === 'string' ? line : toJson(line))).join('\n'));
  return name;
}

async function eventsOf(paths: readonly string[]): Promise<HuntEvent[]> {
  const events: HuntEvent[] = [];
  const fields = new FieldTable();
  for await (const batch of readAll(paths, { fields, onIssue: () => {}, limits: defaultLimits }))
    for (let row = 0; row < batch.length; row++) events.push(batch.event(row));
  return events;
}

const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const access = {
  EventID: 10,
  Channel: sysmon,
  Computer: 'WS1',
  '@timestamp': '2020-09-22T08:37:45.1234567Z',
  SourceProcessGuid: '{365ABB72-1E3B-5F6B-0100-001055555555}',
  TargetImage: 'C:\\Windows\\system32\\lsass.exe',
  GrantedAccess: '0x1410',
};

describe('tables of events', () => {
  it('have typed columns in the spelling of Sysmon, and the text as it was', async () => {
    const { database, events, tables } = await opened([
      file(access, { ...access, GrantedAccess: '%%1', SourceProcessGuid: 'none' }),
    ]);
    expect(events).toBe(2);
    const rows = await database.all(
      `SELECT SourceProcessGUID, GrantedAccess, GrantedAccess & 5136 AS mask, CAST("Time" AS VARCHAR) AS t, _row,
       _position FROM process_access ORDER BY _row`,
    );
    const guid = '365abb72-1e3b-5f6b-0100-001055555555';
    const same = { t: '2020-09-22 08:37:45.1234567' };
    expect(rows).toEqual([
      { SourceProcessGUID: guid, GrantedAccess: 5136n, mask: 5136n, ...same, _row: 0n, _position: 1n },
      { SourceProcessGUID: null, GrantedAccess: null, mask: null, ...same, _row: 1n, _position: 2n },
    ]);
    const text = await database.all(
      'SELECT SourceProcessGUID AS g, GrantedAccess AS a FROM events_text ORDER BY _row',
    );
    expect(text).toEqual([
      { g: access.SourceProcessGuid, a: '0x1410' },
      { g: 'none', a: '%%1' },
    ]);
    const process = tables.find(({ name }) => name === 'process_access');
    expect(process?.columns.find(({ name }) => name === 'GrantedAccess')?.type).toBe('hex');
    expect(process?.columns.map(({ name }) => name)).not.toContain('TargetFilename');
  });

  it('fill the names of Sysmon from audit events', async () => {
    const event = {
      EventID: 4688,
      Channel: 'Security',
      Computer: 'DC1',
      NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
      NewProcessId: '0x1a4',
      ProcessId: '0x4',
      ParentProcessName: 'C:\\x.exe',
      SubjectUserName: 'eve',
      CommandLine: 'cmd /c dir',
    };
    const { database } = await opened([file(event, access)]);
    const rows = await database.all(
      'SELECT Image, ParentImage, "User", ProcessId, ParentProcessId, CommandLine FROM process_creation',
    );
    expect(rows).toEqual([
      {
        Image: event.NewProcessName,
        ParentImage: event.ParentProcessName,
        User: 'eve',
        ProcessId: 420n,
        ParentProcessId: 4n,
        CommandLine: event.CommandLine,
      },
    ]);
  });

  it('have the columns that hunts ask for when the data lack them, and when there are no data', async () => {
    const empty = path.join(folder, 'empty');
    mkdirSync(empty, { recursive: true });
    for (const paths of [[file({ EventID: 1, Channel: 'Application', Computer: 'x' })], [empty]]) {
      const { database, tables } = await opened(paths);
      expect(
        await database.all(
          `SELECT a.GrantedAccess & 1 AS x FROM file_event f JOIN process_access a ON f.ProcessGuid = a.SourceProcessGUID
           WHERE a.TargetImage LIKE '%lsass.exe' AND f.TargetFilename IS NOT NULL`,
        ),
      ).toEqual([]);
      for (const { name, columns } of tables) {
        const described = await database.all(`DESCRIBE ${name}`);
        expect(described.map((row) => row['column_name'])).toEqual(columns.map((column) => column.name));
      }
    }
  });

  it('take names and values of any kind', async () => {
    const hostile = {
      EventID: 1,
      Channel: sysmon,
      'a"; DROP VIEW events; --': "it's",
      'a\u0000b': 'nul',
      [`${'n'.repeat(500)}`]: 'long',
      _row: 'mine',
      Time: 'also mine',
      day: 'Monday',
      host: 'h',
      _text_EventID: 'x',
      list: ['a', 2, null],
      Image: 'nul\u0000 and \ud800',
      Keywords: '-9223372036854775808',
    };
    const source = file(JSON.stringify(hostile));
    const lake = path.join(folder, 'hostile-lake');
    await importEvents([source], { to: lake });
    for (const paths of [[source], [lake]]) {
      const { database, tables } = await opened(paths);
      const [row] = await database.all('SELECT * FROM events_text');
      expect(row).toMatchObject({
        _row: 0n,
        'a"; DROP VIEW events; --': "it's",
        _row_: 'mine',
        list: '["a",2,null]',
        __text_EventID: 'x',
        EventID: '1',
      });
      expect(JSON.parse(row?.['_more'] as string)).toEqual({
        'a\u0000b': 'nul',
        [`${'n'.repeat(500)}`]: 'long',
      });
      expect(Object.values(row as object)).toEqual(expect.arrayContaining(['also mine', 'Monday', 'h']));
      expect(await database.all('SELECT Keywords, Image FROM process_creation')).toEqual([
        { Keywords: 9223372036854775808n, Image: 'nul\u0000 and \ufffd' },
      ]);
      expect(tables.length).toBeGreaterThan(30);
    }
  });

  it('decode only the fields that are asked for', async () => {
    const { database } = await opened([file(access)], { fields: ['TargetImage'] });
    expect(await database.all('SELECT TargetImage, GrantedAccess FROM process_access')).toEqual([
      { TargetImage: access.TargetImage, GrantedAccess: null },
    ]);
  });

  it('keep what the filter takes, from files and from a lake', async () => {
    const source = file(
      access,
      { ...access, Computer: 'ws2.corp' },
      { ...access, '@timestamp': '2021-01-01T00:00:00Z' },
    );
    const lake = path.join(folder, 'filter-lake');
    await importEvents([source], { to: lake });
    for (const paths of [[source], [lake]]) {
      const { events } = await opened(paths, {
        filter: { since: Date.UTC(2020, 0), until: Date.UTC(2021, 0), hosts: ['WS2'] },
      });
      expect(events).toBe(1);
      expect((await opened(paths, { filter: { hosts: ['ws*'] } })).events).toBe(3);
    }
  });

  it('stand in the sandbox', async () => {
    const source = file(access);
    const lake = path.join(folder, 'sandbox-lake');
    await importEvents([source], { to: lake });
    for (const paths of [[source], [lake], [lake, file(access)]]) {
      const { database } = await opened(paths);
      const frame = await database.userQuery('SELECT count(*) AS n FROM process_access');
      expect(await frame.toArray()).toEqual([{ n: paths.length }]);
      await expect(database.userQuery(`SELECT * FROM read_text('/etc/passwd')`)).rejects.toMatchObject({
        code: 'HB_SQL_REFUSED',
      });
    }
  });

  it('tell of files in folders that hold no events without the blame of those that were named', async () => {
    const mixed = path.join(folder, 'mixed');
    mkdirSync(mixed);
    writeFileSync(path.join(mixed, 'readme.txt'), 'no events');
    writeFileSync(path.join(mixed, 'events.json'), toJson(access));
    const { events, issues } = await opened([mixed]);
    expect(events).toBe(1);
    expect(issues).toMatchObject([{ code: 'HB_UNKNOWN_KIND', source: '', count: 1 }]);
    const named = await opened([path.join(mixed, 'readme.txt')]);
    expect(named.issues).toMatchObject([{ code: 'HB_UNKNOWN_KIND', source: path.join(mixed, 'readme.txt') }]);
  });

  it('leave no files behind', async () => {
    const store = await openEvents([file(access)]);
    const [row] = await store.database.all(
      `SELECT regexp_extract(sql, 'read_parquet\\(''([^'']+)''', 1) AS path FROM duckdb_views() WHERE view_name = 'events'`,
    );
    const made = row?.['path'] as string;
    expect(existsSync(made)).toBe(true);
    await store.close();
    expect(existsSync(path.dirname(made))).toBe(false);
  });
});

describe('an estate', () => {
  const stores: Record<string, EventStore> = {};
  const paths: Record<string, string> = {};
  const size = { hosts: 3, hours: 4, events: 2500 };
  beforeAll(async () => {
    for (const shape of ['evtx', 'flat', 'winlogbeat'] as const) {
      const { eventsFolder } = await writeLab({ out: path.join(folder, shape), ...size, shape });
      paths[shape] = eventsFolder;
    }
    const { eventsFolder } = await writeLab({ out: path.join(folder, 'files'), ...size, formats: ['evtx'] });
    paths['files'] = eventsFolder;
    for (const [name, source] of Object.entries(paths)) stores[name] = await opened([source]);
  });

  it('gives the same events whatever wrote it down', async () => {
    // The flat shape tells the second, or Sysmon's own time, which is some milliseconds earlier.
    const columns = `EventID, Channel, lower(Computer) AS Computer, EventRecordID, Image, CommandLine, ProcessGuid,
      ParentProcessGuid, SourceProcessGUID, TargetImage, GrantedAccess, TargetFilename, SourceIp, DestinationPort,
      TargetObject, LogonType, SubjectUserName, ScriptBlockText`;
    const sql = `SELECT ${columns} FROM events ORDER BY Computer, Channel, EventRecordID`;
    const reference = await (stores['files'] as EventStore).database.all(sql);
    expect(reference.length).toBeGreaterThan(1000);
    const timesSql =
      'SELECT epoch_ms("Time") AS ms FROM events ORDER BY lower(Computer), Channel, EventRecordID';
    const referenceTimes = await (stores['files'] as EventStore).database.all(timesSql);
    for (const shape of ['evtx', 'flat', 'winlogbeat']) {
      const store = stores[shape] as EventStore;
      const rows = await store.database.all(sql);
      expect(rows.length).toBe(reference.length);
      rows.forEach((row, index) => expect(row, `${shape} ${index}`).toEqual(reference[index]));
      const times = (await store.database.all(timesSql)).map(({ ms }) => Number(ms));
      times.forEach((ms, index) => {
        const apart = Math.abs(ms - Number(referenceTimes[index]?.['ms']));
        expect(apart).toBeLessThan(shape === 'flat' ? 1000 : 1);
      });
    }
  });

  it('gives every field of every event as its text', async () => {
    for (const name of ['evtx', 'files']) {
      const events = await eventsOf([paths[name] as string]);
      const rows = await (stores[name] as EventStore).database.all('SELECT * FROM events_text ORDER BY _row');
      expect(rows.length).toBe(events.length);
      rows.forEach((row, index) => {
        const { fields, time } = events[index] as HuntEvent;
        const byField = new Map(Object.entries(row).map(([name, text]) => [foldFieldName(name), text]));
        for (const [field, value] of Object.entries(fields)) {
          const text = byField.get(foldFieldName(field));
          if (field === 'SystemTime') expect(toTicks(text as string)).toBe(toTicks(time));
          // An event about a channel has two; the one that it is of stands first.
          else if (field === 'Channel') expect(text).toBe([value].flat()[0]);
          else if (value !== null)
            expect(text, field).toBe(typeof value === 'object' ? toJson(value) : String(value));
        }
      });
    }
  });

  it('is the same from a lake', async () => {
    const to = path.join(folder, 'estate-lake');
    const result = await importEvents([paths['files'] as string], { to });
    expect(result.events).toBe((stores['files'] as EventStore).events);
    const lake = await opened([to]);
    for (const { name, columns } of (stores['files'] as EventStore).tables) {
      const list = columns.map((column) => `"${column.name}"`).join(', ');
      const sql = `SELECT ${list} FROM ${name} ORDER BY _row`;
      expect(await lake.database.all(sql), name).toEqual(
        await (stores['files'] as EventStore).database.all(sql),
      );
    }
  });
});

describe('recorded attacks', () => {
  const {
    path: recorded,
    missing,
    note,
  } = sharedPath('data/mordor/rdp_interactive_taskmanager_lsass_dump.zip');
  it.skipIf(missing)(`have the LSASS dump in a join${note}`, async () => {
    const to = path.join(folder, 'mordor-lake');
    await importEvents([recorded], { to });
    for (const source of [recorded, to]) {
      const { database } = await opened([source]);
      const rows = await database.all(
        `SELECT DISTINCT a.SourceImage, f.TargetFilename FROM file_event f JOIN process_access a
         ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer
         WHERE lower(a.TargetImage) LIKE '%\\lsass.exe' AND a.GrantedAccess & 5136 = 5136
         AND f.TargetFilename ILIKE '%.dmp'`,
      );
      expect(rows).toEqual([
        {
          SourceImage: 'C:\\windows\\system32\\taskmgr.exe',
          TargetFilename: 'C:\\Users\\pgustavo\\AppData\\Local\\Temp\\lsass.DMP',
        },
      ]);
    }
  });

  it.skipIf(missing)(`are counted as the reader counts them${note}`, async () => {
    const paths = [sharedPath('data/mordor').path + '/*lsass_memory_dumpert*', recorded];
    const counts = new Map<string, number>();
    for (const { eventId, channel } of await eventsOf(paths)) {
      const key = `${eventId} ${channel}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const { database } = await opened(paths);
    const rows = await database.all('SELECT EventID, Channel, count(*) AS n FROM events GROUP BY ALL');
    expect(new Map(rows.map(({ EventID, Channel, n }) => [`${EventID} ${Channel}`, Number(n)]))).toEqual(
      counts,
    );
  });
});
