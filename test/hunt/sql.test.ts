import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  assignParameters,
  eventsOfSql,
  fieldsOfSql,
  findSqlHunt,
  hunt,
  loadSqlHunts,
  openEvents,
  runSqlHunt,
  type EventFilter,
  type Finding,
} from '../../src/hunt/index.ts';
import { logSourceTable } from '../../src/detect/index.ts';
import { isSqlHunt, parseSqlHunt, type SqlHunt } from '../../src/rules/index.ts';
import { sharedPath } from '../support/data.ts';
import { huntsFolder, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const head = 'title: A hunt\nid: 11111111-1111-4111-8111-111111111111\n';
const select = 'sql: |\n  SELECT Computer, UtcTime, Image FROM process_creation\n';

function refusalOf(text: string): { code: string; message: string } {
  try {
    parseSqlHunt(text, 'hunt.yml');
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  throw new Error('it was read');
}

describe('documents of SQL hunts', () => {
  it('are told from Sigma rules', () => {
    expect(isSqlHunt(head + select)).toBe(true);
    expect(isSqlHunt('title: x\ndetection:\n  sel:\n    a: b\nsql: x\n')).toBe(false);
    expect(isSqlHunt('title: x\nlogsource:\n  product: windows\n')).toBe(false);
  });

  it('are read with parameters of every type', () => {
    const parameters = `parameters:
  a: { type: hex, default: 0x1410 }
  b: { type: integer, default: -5 }
  c: { type: text, default: "it's" }
  d: { type: choice, choices: [all, any], default: any }
  e: { type: duration, default: 5m }
  f: { type: list, default: [x, y] }
  g: { type: boolean, default: true }
  h: { type: float, default: 0.5 }
`;
    const text = `${head}${parameters}sql: SELECT $a, $b, $c, $d, $e, $f, $g, $h FROM events\n`;
    const { parameters: read } = parseSqlHunt(text, 'hunt.yml');
    expect(Object.fromEntries(read.map((one) => [one.name, one.default]))).toEqual({
      a: 0x1410,
      b: -5,
      c: "it's",
      d: 'any',
      e: 300,
      f: ['x', 'y'],
      g: true,
      h: 0.5,
    });
  });

  it.each([
    ['no title', `id: 11111111-1111-4111-8111-111111111111\n${select}`, 'HB_RULE_INVALID', 'hunt.yml:1:1: '],
    ['no id', `title: x\n${select}`, 'HB_RULE_INVALID', 'no id'],
    [
      'a key that is not known',
      `${head}lvl: high\n${select}`,
      'HB_RULE_INVALID',
      "hunt.yml:3:1: unknown key 'lvl'",
    ],
    ['a level that is none', `${head}level: huge\n${select}`, 'HB_RULE_INVALID', 'hunt.yml:3:1: '],
    ['a parameter that is not declared', `${head}sql: SELECT $mask\n`, 'HB_SQL', 'hunt.yml:3:1: $mask'],
    [
      'a parameter that is not used',
      `${head}parameters:\n  mask:\n    type: hex\n    default: 1\n${select}`,
      'HB_RULE_INVALID',
      "hunt.yml:4:3: the parameter 'mask' is not used",
    ],
    [
      'a parameter that is used in a string or comment only',
      `${head}parameters:\n  mask: { type: hex, default: 1 }\nsql: |\n  SELECT '$mask' -- $mask\n  /* $mask */\n`,
      'HB_RULE_INVALID',
      'is not used',
    ],
    [
      'a key of a parameter that is not known',
      `${head}parameters:\n  mask:\n    type: hex\n    default: 1\n    min: 0\nsql: SELECT $mask\n`,
      'HB_RULE_INVALID',
      "hunt.yml:7:5: unknown key 'min'",
    ],
    [
      'a default that is not of its type',
      `${head}parameters:\n  mask:\n    type: hex\n    default: lots\nsql: SELECT $mask\n`,
      'HB_RULE_VALUE',
      'hunt.yml:6:5: ',
    ],
    [
      'a choice without choices',
      `${head}parameters:\n  how: { type: choice, default: all }\nsql: SELECT $how\n`,
      'HB_RULE_INVALID',
      'choices',
    ],
    ['no SELECT', `${head}sql: DELETE FROM events\n`, 'HB_SQL_REFUSED', "begins with 'delete'"],
    ['COPY behind a comment', `${head}sql: "/* SELECT */ COPY events TO 'x'"\n`, 'HB_SQL_REFUSED', "'copy'"],
    ['broken YAML', `${head}sql: "\n`, 'HB_RULE_YAML', 'hunt.yml:'],
    ['several documents', `${head}${select}---\n${head}${select}`, 'HB_RULE_INVALID', 'several documents'],
  ])('with %s are refused', (_name, text, code, message) => {
    const refusal = refusalOf(text);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain(message);
  });
});

describe('fields that SQL names', () => {
  const fields = (sql: string) => fieldsOfSql([parseSqlHunt(`${head}sql: |\n  ${sql}\n`, 'x.yml')]);

  it('are those of its words, and what views fill them from', () => {
    expect(fields('SELECT f.Image, "TargetFilename" FROM file_event f')).toEqual(
      expect.arrayContaining(['Image', 'TargetFilename', 'Computer', 'NewProcessName']),
    );
    expect(fields("SELECT Image FROM events WHERE Image != 'CommandLine'")).not.toContain('CommandLine');
  });

  it.each([
    'SELECT * FROM events',
    'SELECT e.* FROM events e',
    'SELECT DISTINCT ON (Image) * FROM events',
    'SELECT COLUMNS(*) FROM events',
    "SELECT COLUMNS('Image') FROM events",
    'SELECT 1, * EXCLUDE (Image) FROM events',
    'FROM events',
    "FROM events WHERE Image = 'x'",
    'SELECT Image FROM (FROM events)',
    'SELECT Image FROM events UNION FROM events',
    'SELECT e FROM events e',
    'SELECT to_json(e) FROM file_event f, events AS e',
    'SELECT events FROM events',
    'SELECT a.Image FROM events a NATURAL JOIN file_event b',
  ])('are all of them for %s', (sql) => {
    expect(fields(sql)).toBeUndefined();
  });

  it.each([
    'SELECT count(*) FROM events',
    'SELECT 2 * EventID, (EventID) * (2) FROM events',
    "SELECT Image FROM events WHERE Image IS DISTINCT FROM 'x'",
    'SELECT extract(year FROM UtcTime) FROM events e WHERE e.Image IS NOT NULL',
    'WITH e AS (SELECT Image FROM events) SELECT e.Image FROM e JOIN file_event f ON f.Image = e.Image',
  ])('are some of them for %s', (sql) => {
    expect(fields(sql)).toBeDefined();
  });

  it('may have names of SQL', () => {
    expect(fields('SELECT "Order" FROM events')).toContain('Order');
  });
});

describe('events that SQL looks at', () => {
  const events = (sql: string) => eventsOfSql([parseSqlHunt(`${head}sql: |\n  ${sql}\n`, 'x.yml')]);

  it('are those of the views it names', () => {
    expect(events('SELECT Image FROM file_event')?.map(({ eventId }) => eventId)).toEqual([[11]]);
    expect(events('SELECT 1 FROM "process_ACCESS", file_event')).toHaveLength(2);
    expect(events('SELECT 1')).toEqual([]);
  });

  it.each([
    'SELECT Image FROM events',
    'SELECT Image FROM file_event JOIN "Events_Text" USING (EventID)',
    "SELECT Image FROM 'events'",
    "SELECT Image FROM query_table('file' || '_event')",
  ])('are all for %s', (sql) => {
    expect(events(sql)).toBeUndefined();
  });
});

describe('parameters of users', () => {
  const one = parseSqlHunt(
    `${head}parameters:\n  mask: { type: hex, default: 1 }\n  how: { type: choice, choices: [a, b], default: a }\nsql: SELECT $mask, $how\n`,
    '/x/first.yml',
  );
  const two = parseSqlHunt(
    `title: Other\nid: 22222222-2222-4222-8222-222222222222\nparameters:\n  mask: { type: hex, default: 2 }\nsql: SELECT $mask\n`,
    '/x/second.yml',
  );
  const values = (given: string[], hunts: SqlHunt[] = [one, two]) => {
    const assigned = assignParameters(hunts, given);
    return hunts.map((hunt_) => assigned.get(hunt_));
  };

  it('go to the hunt that has them, or that is named', () => {
    expect(values([])).toEqual([{ mask: 1, how: 'a' }, { mask: 2 }]);
    expect(values(['how=b', 'first.mask=0x10', '22222222.mask=32'])).toEqual([
      { mask: 16, how: 'b' },
      { mask: 32 },
    ]);
    expect(values(['Other.mask=3'])[1]).toEqual({ mask: 3 });
  });

  it.each([
    ['mask=1', 'several hunts'],
    ['none=1', 'no SQL hunt'],
    ['third.mask=1', 'no SQL hunt'],
    ['how=c', 'one of a, b'],
    ['first.mask=x', 'hexadecimal'],
    ['how', 'name=value'],
  ])('%s is refused', (given, message) => {
    expect(() => values([given])).toThrow(message);
  });
});

describe('SQL hunts in a hunt', () => {
  const events = path.join(folder, 'events.ndjson');
  const sysmon = {
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Provider_Name: 'Microsoft-Windows-Sysmon',
  };
  const event = (id: number, record: number, fields: { UtcTime?: string; [name: string]: unknown }) =>
    JSON.stringify({
      EventID: id,
      ...sysmon,
      Computer: 'ws01',
      EventRecordID: record,
      SystemTime: fields.UtcTime,
      ...fields,
    });
  writeFileSync(
    events,
    [
      event(1, 1, {
        UtcTime: '2025-03-03 08:00:00.123',
        Image: 'C:\\a.exe',
        CommandLine: "it's $x; DROP TABLE",
      }),
      event(1, 2, { UtcTime: '2025-03-03 09:00:00.000', Image: 'C:\\b.exe', CommandLine: 'b' }),
      event(1, 3, {
        UtcTime: '2025-03-03 10:00:00.000',
        Image: 'C:\\b.exe',
        CommandLine: 'b',
        Computer: 'ws02',
      }),
    ].join('\n'),
  );
  let made = 0;
  const run = async (
    texts: string[],
    options: Partial<Parameters<typeof hunt>[0]> = {},
    given: string[] = [],
  ) => {
    const rules = path.join(folder, `rules${made++}`);
    mkdirSync(rules);
    texts.forEach((text, at) => writeFileSync(path.join(rules, `hunt${at}.yml`), text));
    const set = await rulesIn(rules);
    const loaded = loadSqlHunts(set.sqlHunts);
    const findings: Finding[] = [];
    const summary = await hunt({
      paths: [events],
      rules: set,
      sqlHunts: assignParameters(loaded.hunts, given),
      onFinding: (finding) => void findings.push(finding),
      ...options,
    });
    return { findings, summary, loaded };
  };
  const processes =
    'SELECT Computer, UtcTime, Channel, EventRecordID, Image, CommandLine FROM process_creation';

  it('give a finding for each row, with host, time and place', async () => {
    const { findings, summary } = await run([`${head}level: high\nsql: ${processes} ORDER BY UtcTime\n`]);
    expect(summary).toMatchObject({ findings: 3, rulesLoaded: 1, rulesMatched: 1, refused: [] });
    expect(findings[0]).toMatchObject({
      rule: { title: 'A hunt', level: 'high' },
      event: {
        host: 'ws01',
        time: '2025-03-03T08:00:00.123Z',
        channel: 'Microsoft-Windows-Sysmon/Operational',
        recordId: 1,
        source: events,
        fields: { Image: 'C:\\a.exe' },
      },
    });
    expect(findings[0]?.matched.map(({ field }) => field)).toEqual(['EventRecordID', 'Image', 'CommandLine']);
  });

  it('have ids that are the same on every run, and differ for equal rows', async () => {
    const text = `${head}sql: SELECT Image FROM process_creation WHERE Image LIKE '%b.exe'\n`;
    const first = (await run([text])).findings.map(({ id }) => id);
    expect(new Set(first).size).toBe(2);
    expect((await run([text])).findings.map(({ id }) => id)).toEqual(first);
  });

  it('bind parameters: hostile text matches only itself', async () => {
    const text = `${head}parameters:\n  line: { type: text, default: x }\nsql: ${processes} WHERE CommandLine = $line\n`;
    expect((await run([text], {}, ["line=it's $x; DROP TABLE"])).findings).toHaveLength(1);
    expect((await run([text], {}, ["line=' OR 1=1 --"])).findings).toEqual([]);
  });

  it('see every column where they name none, and only events of their tables', async () => {
    const { findings } = await run([`${head}sql: FROM process_creation WHERE Image LIKE '%a.exe'\n`]);
    expect(findings.map(({ event }) => event.fields['CommandLine'])).toEqual(["it's $x; DROP TABLE"]);
    const rows = (kinds?: EventFilter['kinds']) =>
      openEvents([mixed], { filter: kinds ? { kinds } : {} }).then(async (store) => {
        const ids = await store.database.all('SELECT EventID AS id FROM events ORDER BY _row');
        await store.close();
        return ids.map(({ id }) => Number(id ?? -1));
      });
    const mixed = path.join(folder, 'mixed.ndjson');
    const security = { Channel: 'security', EventID: 4688 };
    writeFileSync(
      mixed,
      [
        event(1, 1, {}),
        event(10, 2, {}),
        event(11, 3, { Channel: 'Security' }),
        JSON.stringify(security),
        JSON.stringify({ ...security, Channel: undefined, EventID: '4688' }),
        JSON.stringify({ Computer: 'no id' }),
      ].join('\n'),
    );
    expect(await rows()).toEqual([1, 10, 11, 4688, 4688, -1]);
    expect(await rows(logSourceTable.categories['windows']?.['process_creation'])).toEqual([
      1, 4688, 4688, -1,
    ]);
    expect(await rows(logSourceTable.categories['windows']?.['file_event'])).toEqual([-1]);
    expect(await rows(logSourceTable.categories['windows']?.['file_access'])).toHaveLength(6);
  });

  it('that can not fire are told', async () => {
    const { summary } = await run([
      `${head}sql: SELECT f.Image FROM file_event f JOIN process_access a USING (Computer)\n`,
      `title: Other\nid: 22222222-2222-4222-8222-222222222222\nsql: ${processes} WHERE Image = 'none'\n`,
    ]);
    expect(summary.neverFire.map(({ title, reason }) => [title, reason])).toEqual([
      ['A hunt', 'no events of process_access, file_event'],
    ]);
  });

  it('obey the filters of events', async () => {
    const text = `${head}sql: ${processes}\n`;
    expect((await run([text], { filter: { hosts: ['ws02'] } })).findings).toHaveLength(1);
    const since = Date.parse('2025-03-03T08:30:00Z');
    expect((await run([text], { filter: { since } })).findings).toHaveLength(2);
  });

  it('that can not run are refused, and the others run', async () => {
    const { findings, summary, loaded } = await run([
      `${head}sql: SELECT nothing_such FROM process_creation\n`,
      `title: Reads files\nid: 33333333-3333-4333-8333-333333333333\nsql: SELECT * FROM read_text('/etc/passwd')\n`,
      `title: Broken\nid: x\nsql: SELECT 1\n`,
      `title: Good\nid: 44444444-4444-4444-8444-444444444444\nsql: ${processes}\n`,
    ]);
    expect(findings).toHaveLength(3);
    expect(loaded.refused).toMatchObject([{ code: 'HB_RULE_INVALID', line: 2 }]);
    expect(summary.refused.map(({ title }) => title)).toEqual(['A hunt', 'Reads files']);
    expect(summary.refused[0]).toMatchObject({ code: 'HB_SQL', line: 3 });
    expect(JSON.stringify(findings)).not.toContain('root:');
  });

  it('are refused over standard input, which is read once', async () => {
    const { summary } = await run([`${head}sql: ${processes}\n`], {
      paths: ['-'],
      stdin: (async function* () {
        yield Buffer.from(event(1, 1, {}));
      })(),
    });
    expect(summary.refused).toMatchObject([{ code: 'HB_RULE_UNSUPPORTED' }]);
  });

  it('are found by file name, title and id', () => {
    const title = 'Process Reads Lsass and Writes a File';
    for (const name of ['sql_lsass_read_and_file_written', title.toUpperCase(), '5f0a1c52'])
      expect(findSqlHunt(name, [huntsFolder]).title).toBe(title);
    expect(() => findSqlHunt('no_such', [huntsFolder])).toThrow('no such SQL hunt');
  });
});

const mordor = sharedPath('data', 'mordor');

describe.skipIf(mordor.missing)(`the lsass hunt over recorded attacks${mordor.note}`, () => {
  const lsass = findSqlHunt('sql_lsass_read_and_file_written', [huntsFolder]);

  it.each([
    ['logonpasswords', 6, 23],
    ['procdump', 3, 3],
    ['comsvcs', 1, 4],
    ['out-minidump', 10, 10],
  ])('%s: all bits %i, any bit %i', async (name, all, any) => {
    const file = path.join(mordor.path, `metasploit_${name}_lsass_memory_dump.zip`);
    const fields = fieldsOfSql([lsass]);
    const store = await openEvents([file], fields ? { fields } : {});
    try {
      const rows: number[] = [];
      for (const reading of ['all', 'any']) {
        const values = assignParameters([lsass], [`reading=${reading}`]).get(lsass) ?? {};
        rows.push(await (await runSqlHunt(lsass, store, values)).count());
      }
      expect(rows).toEqual([all, any]);
    } finally {
      await store.close();
    }
  });

  it('names Task Manager, its rights and its dump', async () => {
    const store = await openEvents([path.join(mordor.path, 'rdp_interactive_taskmanager_lsass_dump.zip')]);
    try {
      const frame = await runSqlHunt(lsass, store, assignParameters([lsass], []).get(lsass) ?? {});
      const rows = (await frame.toArray()).filter((row) =>
        /lsass\.DMP$/i.test(String(row['TargetFilename'])),
      );
      expect(rows.map((row) => row['GrantedAccess'])).toContain(0x1410);
      for (const row of rows) {
        expect(row['Image']).toMatch(/\\taskmgr\.exe$/i);
        expect(Number(row['GrantedAccess']) & 0x1410).toBe(0x1410);
      }
    } finally {
      await store.close();
    }
  });
});
