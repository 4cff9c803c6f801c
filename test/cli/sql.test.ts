/** `huntbook sql` as a user runs it. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedPath } from '../support/data.ts';
import { Workplace } from './support.ts';

const place = new Workplace();
let events = '';

const event = (fields: object): string =>
  JSON.stringify({
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Hostname: 'WS1',
    SourceName: 'Microsoft-Windows-Sysmon',
    ...fields,
  });

beforeAll(() => {
  const access = (rights: string, n: number): string =>
    event({
      EventID: 10,
      UtcTime: `2020-09-22 08:37:4${n}.123`,
      SourceImage: 'C:\\x\\=evil.exe',
      TargetImage: 'C:\\Windows\\System32\\lsass.exe',
      SourceProcessGUID: '{00000000-0000-0000-0000-000000000001}',
      GrantedAccess: rights,
    });
  events = place.write(
    'events.json',
    `${[access('0x1410', 1), access('0x1010', 2), access('0x40', 3)].join('\n')}\n${event({ EventID: 11, UtcTime: '2020-09-22 08:38:00.000', ProcessGuid: '{00000000-0000-0000-0000-000000000001}', TargetFilename: 'C:\\t\\lsass.DMP' })}\n`,
  );
});
afterAll(() => place.remove());

const sql = (...args: string[]): ReturnType<Workplace['run']> => place.run('sql', ...args);

describe('huntbook sql', () => {
  it('has a help', async () => {
    const { code, stdout } = await sql('--help');
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('golden/huntbook-sql.txt');
  });

  it('shows a table on standard output and nothing else', async () => {
    const { code, stdout, stderr } = await sql(
      'SELECT EventID, GrantedAccess FROM process_access WHERE GrantedAccess & 0x1410 = 0x1410',
      events,
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'EventID  GrantedAccess\n───────  ─────────────\n     10         0x1410\n',
      stderr: '',
    });
  });

  it('joins by GUID, with values by name', async () => {
    const { code, stdout } = await sql(
      'SELECT f.TargetFilename, count(*) AS n FROM file_event f JOIN process_access a ON a.SourceProcessGUID = f.ProcessGuid AND a.Computer = f.Computer WHERE a.GrantedAccess & $mask = $mask AND a.TargetImage ILIKE $target GROUP BY ALL',
      events,
      '--param=mask=0x1010',
      '-p',
      'target=%lsass.exe',
      '-f',
      'ndjson',
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '{"TargetFilename":"C:\\\\t\\\\lsass.DMP","n":2}\n',
    });
  });

  it.each([
    ['json', '[\n{"GrantedAccess":5136}\n]\n'],
    ['ndjson', '{"GrantedAccess":5136}\n'],
    ['csv', 'GrantedAccess\r\n0x1410\r\n'],
  ])('writes %s, also to a file by its name', async (format, text) => {
    const query = 'SELECT GrantedAccess FROM process_access ORDER BY UtcTime LIMIT 1';
    expect((await sql(query, events, '--format', format)).stdout).toBe(text);
    const file = place.path(`result.${format}`);
    const { code, stdout } = await sql(query, events, '-o', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe(text);
    const again = await sql(query, events, '-o', file);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('[HB_EXISTS]');
    expect((await sql(query, events, '-o', file, '--force')).code).toBe(0);
  });

  it('writes Parquet that it reads again', async () => {
    const file = place.path('access.parquet');
    expect((await sql('FROM process_access', events, '-o', file)).code).toBe(0);
    const { stdout } = await sql(
      'SELECT count(*) AS n, sum(GrantedAccess) AS s FROM process_access',
      file,
      '-f',
      'ndjson',
    );
    expect(stdout).toBe(`{"n":3,"s":${0x1410 + 0x1010 + 0x40}}\n`);
    const screen = await sql('FROM events', events, '-f', 'parquet');
    expect(screen.code).toBe(2);
    expect(screen.stderr).toContain('-o FILE.parquet');
  });

  it('guards CSV unless told otherwise', async () => {
    const query = "SELECT '=1+1' AS x";
    expect((await sql(query, events, '-f', 'csv')).stdout).toBe("x\r\n'=1+1\r\n");
    expect((await sql(query, events, '-f', 'csv', '--csv-raw')).stdout).toBe('x\r\n=1+1\r\n');
  });

  it('reads the query from a file, and events from standard input', async () => {
    const file = place.write('query.sql', '\uFEFF-- how many\nSELECT count(*) AS n\nFROM events;\n');
    const text = readFileSync(events, 'utf8');
    expect((await place.runWith({ stdin: text }, 'sql', '--file', file, '-f', 'ndjson')).stdout).toBe(
      '{"n":4}\n',
    );
    expect((await sql('--file', file, events, '-f', 'ndjson')).stdout).toBe('{"n":4}\n');
  });

  it('lists tables and columns with their types', async () => {
    const { code, stdout } = await sql('--tables', events, '-f', 'ndjson');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(code).toBe(0);
    expect(rows).toContainEqual({ table: 'process_access', column: 'GrantedAccess', type: 'hex' });
    expect(rows).toContainEqual({ table: 'events', column: 'UtcTime', type: 'time' });
  });

  it('counts rows that a table does not show', async () => {
    const { stdout } = await sql('SELECT range AS n FROM range(1237)', events, '--limit-rows', '3');
    expect(stdout).toBe('n\n─\n0\n1\n2\n… and 1,234 more rows\n');
  });
});

describe('what goes wrong', () => {
  it('in SQL is told in DuckDB’s words with the place, and ends with 5', async () => {
    const { code, stdout, stderr } = await sql('SELECT Imag FROM process_access', events);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('huntbook: Binder Error: Referenced column "Imag" not found');
    expect(stderr).toContain('  LINE 1: SELECT Imag FROM process_access\n                 ^\n');
    expect(stderr).toContain('huntbook sql --tables');
    expect(stderr).not.toMatch(/ at |node_modules|CREATE/);
  });

  it.each([
    `COPY events TO '${place.path('stolen.csv')}'`,
    `SELECT * FROM read_text('/etc/hostname')`,
    'SELECT 1; SELECT 2',
    'SET lock_configuration = false',
  ])('is refused with 2: %s', async (query) => {
    const { code, stdout, stderr } = await sql(query, events);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('[HB_SQL_REFUSED]');
    expect(existsSync(place.path('stolen.csv'))).toBe(false);
  });

  it.each([
    [['', 'x.json'], 'no query'],
    [['SELECT 1', 'no/such/file'], '[HB_NOT_FOUND]'],
    [['--file', 'no-such.sql', 'x'], '[HB_NOT_FOUND]'],
    [['SELECT 1', 'x', '-p', 'novalue'], 'name=value'],
    [['SELECT 1', 'x', '--timeout', '0'], 'whole number'],
    [['--tables', '--file', 'x.sql', 'x'], '--tables asks nothing'],
  ])('on the command line ends with 2: %j', async (args, text) => {
    const { code, stdout, stderr } = await sql(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
  });

  it('with a value that is missing is told', async () => {
    const { code, stderr } = await sql('SELECT $mask AS m', events);
    expect(code).toBe(5);
    expect(stderr).toContain('mask');
  });

  it('in the input is named, the rest is asked, and ends with 6', async () => {
    const damaged = place.write(
      'damaged.json',
      `${event({ EventID: 1, Image: 'a.exe' })}\n{"EventID": 1, "Ima\n`,
    );
    const { code, stdout, stderr } = await sql('SELECT count(*) AS n FROM events', damaged, '-f', 'ndjson');
    expect({ code, stdout }).toEqual({ code: 6, stdout: '{"n":1}\n' });
    expect(stderr).toContain('damaged.json');
  });

  it('takes too long, and is stopped', async () => {
    const endless = 'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t';
    const { code, stderr } = await sql(endless, events, '--timeout', '1');
    expect(code).toBe(4);
    expect(stderr).toContain('[HB_TIMEOUT]');
  });

  it('or is stopped by Ctrl-C, and leaves no file', async () => {
    const endless = 'SELECT sum(a.range * b.range) AS s FROM range(100000000) a, range(100000000) b';
    const { code, stdout } = await place.runWith(
      { during: (child) => void setTimeout(() => child.kill('SIGINT'), 2500) },
      'sql',
      endless,
      events,
      '-o',
      place.path('never.csv'),
    );
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(existsSync(place.path('never.csv'))).toBe(false);
  });

  it('with hostile events does not reach the terminal', async () => {
    const file = place.write(
      'hostile.json',
      `${event({ EventID: 1, Image: '\u001b]0;owned\u0007\u202e' })}\n`,
    );
    const { stdout } = await sql('SELECT Image FROM events', file);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const { stderr } = await sql('SELECT "\u001b[31m" FROM events', file);
    expect(stderr).not.toContain('\u001b');
  });
});

const recording = sharedPath('data/mordor/rdp_interactive_taskmanager_lsass_dump.zip');
describe(`the LSASS scene${recording.note}`, () => {
  it.skipIf(recording.missing)('is found by joining files and accesses', async () => {
    const query = `SELECT DISTINCT a.SourceImage, a.GrantedAccess, f.TargetFilename FROM file_event f
      JOIN process_access a ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer
      WHERE a.TargetImage ILIKE '%\\lsass.exe' AND a.GrantedAccess = 0x1410 AND f.TargetFilename ILIKE '%.dmp'`;
    const { code, stdout } = await sql(query, recording.path, '-f', 'csv');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'SourceImage,GrantedAccess,TargetFilename\r\nC:\\windows\\system32\\taskmgr.exe,0x1410,C:\\Users\\pgustavo\\AppData\\Local\\Temp\\lsass.DMP\r\n',
    );
  });
});
