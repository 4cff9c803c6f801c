/** SQL of users reads the tables that are given and nothing else, whatever it tries. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-sandbox-'));
const inFolder = (name: string): string => path.join(folder, name);
const given = inFolder('given.csv');
const secret = inFolder('secret.csv');
const open = inFolder('open');
const canary = 'canary-7f3a';
let database: Database;

beforeAll(async () => {
  writeFileSync(given, 'a,b\n1,one\n2,two\n');
  writeFileSync(secret, `word\n${canary}\n`);
  writeFileSync(inFolder('given.csv.secret'), `word\n${canary}\n`);
  for (const name of ['open', 'openmore']) mkdirSync(inFolder(name));
  symlinkSync(secret, path.join(open, 'link.csv'));
  symlinkSync(folder, path.join(open, 'link'));
  writeFileSync(inFolder('openmore/secret.csv'), `word\n${canary}\n`);
  database = await Database.open();
  database.allowFile(given);
  database.allowFile(open);
  await database.run(`CREATE VIEW given AS FROM read_csv('${given}')`);
  await database.run("CREATE TABLE kept AS SELECT 1 AS n, 'x' AS t");
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const reads = [
  'SELECT count(*) FROM given',
  'FROM given',
  'WITH x AS (SELECT * FROM given) SELECT * FROM x',
  '-- a remark\n/* another */ SELECT 1',
  '(SELECT 1) UNION ALL (SELECT 2)',
  'SELECT 1;',
  'VALUES (1), (2)',
  'TABLE kept',
  'DESCRIBE given',
  'SUMMARIZE kept',
  'SHOW TABLES',
  'EXPLAIN SELECT * FROM given',
  "PIVOT given ON b IN ('one', 'two') USING sum(a)",
  "SELECT * FROM query_table('kept')",
  'SELECT 1 -- a remark at the end',
  '/* one /* in */ another */ SELECT 1',
  'EXPLAIN (SELECT 1)',
  'SELECT * FROM range(3) r, unnest([1, 2]) u',
  `FROM '${given}'`,
  "SELECT value FROM json_each('[1, 2]')",
  'SELECT (SELECT max(n) FROM kept) AS m, [x + 1 FOR x IN [1, 2]] AS l',
  'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) FROM t',
  "FROM duckdb_columns() WHERE table_name = 'kept'",
  'FROM histogram(kept, n)',
];

const refusals = [
  `SELECT * FROM read_csv('${secret}')`,
  `SELECT * FROM read_csv_auto('${secret}')`,
  `SELECT * FROM '${secret}'`,
  `FROM '${secret}'`,
  `SELECT * FROM read_csv(['${given}', '${secret}'])`,
  `SELECT * FROM read_csv('${folder}/*.csv')`,
  `SELECT * FROM read_csv('${folder}/x/../secret.csv')`,
  `SELECT * FROM read_csv('${given}.secret')`,
  `SELECT * FROM read_csv('file://${secret}')`,
  `SELECT * FROM read_text('${secret}')`,
  `SELECT * FROM read_blob('${secret}')`,
  `SELECT * FROM read_json('${secret}')`,
  `SELECT * FROM read_ndjson_objects('${secret}')`,
  `SELECT * FROM read_parquet('${secret}')`,
  `SELECT * FROM parquet_metadata('${secret}')`,
  `SELECT * FROM parquet_schema('${secret}')`,
  `SELECT * FROM sniff_csv('${secret}')`,
  `SELECT * FROM glob('${folder}/*')`,
  "SELECT * FROM glob('/**')",
  "SELECT * FROM read_text('/proc/self/environ')",
  "SELECT * FROM read_csv('/etc/passwd')",
  `SELECT * FROM query('SELECT * FROM read_csv(''${secret}'')')`,
  `SELECT * FROM query_table('${secret}')`,
  `SELECT * FROM query_table(['${secret}'])`,
  `WITH x AS (SELECT * FROM read_text('${secret}')) SELECT * FROM x`,
  `SELECT (SELECT content FROM read_text('${secret}'))`,
  `DESCRIBE SELECT * FROM read_csv('${secret}')`,
  `SUMMARIZE SELECT * FROM read_csv('${secret}')`,
  `EXPLAIN SELECT * FROM read_csv('${secret}')`,
  `COPY kept TO '${inFolder('out.csv')}'`,
  `COPY (SELECT 1) TO '${inFolder('out.parquet')}'`,
  `COPY kept FROM '${secret}'`,
  `EXPORT DATABASE '${inFolder('out')}'`,
  `IMPORT DATABASE '${folder}'`,
  `ATTACH '${inFolder('out.db')}' AS other`,
  "ATTACH ':memory:' AS other",
  'DETACH frame_store',
  'USE frame_store',
  'INSTALL httpfs',
  'LOAD httpfs',
  "LOAD '/tmp/evil.duckdb_extension'",
  'UPDATE EXTENSIONS',
  'SET enable_external_access = true',
  'SET lock_configuration = false',
  "SET temp_directory = '/tmp'",
  "SET memory_limit = '100GB'",
  'SET VARIABLE x = 1',
  'RESET allowed_paths',
  'PRAGMA enable_external_access',
  "PRAGMA table_info('kept')",
  'PRAGMA version',
  'CALL pragma_version()',
  'CALL force_checkpoint()',
  'CHECKPOINT',
  'VACUUM',
  'ANALYZE',
  'BEGIN',
  'CREATE TABLE t AS SELECT 1',
  'CREATE TEMP TABLE t AS SELECT 1',
  'CREATE VIEW t AS SELECT 1',
  'CREATE MACRO m() AS 1',
  "CREATE SECRET s (TYPE s3, KEY_ID 'x')",
  'DROP TABLE kept',
  'DROP VIEW given',
  "INSERT INTO kept VALUES (2, 'y')",
  'UPDATE kept SET n = 3',
  'DELETE FROM kept',
  'TRUNCATE kept',
  'MERGE INTO kept USING given ON kept.n = given.a WHEN MATCHED THEN DELETE',
  'ALTER TABLE kept ADD COLUMN z INT',
  'PREPARE p AS SELECT 1',
  'EXECUTE p',
  "COMMENT ON TABLE kept IS 'x'",
  'EXPLAIN ANALYZE SELECT 1',
  'EXPLAIN (ANALYZE) SELECT 1',
  `EXPLAIN COPY kept TO '${inFolder('out.csv')}'`,
  `EXPLAIN ANALYZE COPY kept TO '${inFolder('out.csv')}'`,
  'EXPLAIN DROP TABLE kept',
  'SELECT 1; SELECT 2',
  'SELECT 1; DROP TABLE kept',
  'SELECT 1; SET lock_configuration = false',
  `WITH x AS (DELETE FROM kept RETURNING *) SELECT * FROM x`,
  "SELECT getenv('HOME')",
  'SELECT * FROM duckdb_secrets()',
  "SELECT * FROM which_secret('s3://x', 's3')",
  ...['memory', 'file', 'stdout'].map((storage) => `FROM enable_logging(storage = '${storage}')`),
  `FROM enable_logging(storage = 'file', storage_config = {'path': '${folder}/logs'})`,
  `FROM enable_logging(storage = 'file', storage_config = {'path': '${open}/logs'})`,
  `SELECT * FROM range(3), LATERAL (FROM enable_profiling())`,
  `SELECT (SELECT count(*) FROM "main"."ENABLE_LOGGING"())`,
  'WITH x AS (FROM disable_logging()) FROM kept WHERE n IN (FROM x)',
  'FROM kept LIMIT (SELECT 1 FROM truncate_duckdb_logs())',
  'DESCRIBE FROM enable_logging()',
  'EXPLAIN FROM enable_logging()',
  "PIVOT (FROM enable_logging()) ON Success IN ('x') USING count(*)",
  "SELECT write_log('x')",
  "FROM checkpoint('memory')",
  "FROM query('SELECT 1')",
  "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  'FROM arrow_scan(1::UBIGINT::POINTER, 1::UBIGINT::POINTER, 1::UBIGINT::POINTER)',
  `FROM read_text('${given}')`,
  `FROM glob('${open}/**')`,
  `FROM '${open}/../secret.csv'`,
  `FROM '${open}/x/../../secret.csv'`,
  `FROM '${open}/link/secret.csv'`,
  `FROM '${open}/link.csv'`,
  `FROM '${open}more/secret.csv'`,
  `FROM query_table('${open}/../secret.csv')`,
  "FROM query_table('enable_logging()')",
  ...['describe', 'show', 'summarize', 'select'].map((word) => `/* /* */ ${word} */ PRAGMA version`),
  ...['SELECT 1', '(SELECT 1)'].map((sql) => `EXPLAIN (FORMAT json, ANALYZE) ${sql}`),
  'SELECT 0x14g0',
  '',
  '-- only a remark',
  'SELECT 1\u0000; DROP TABLE kept',
];

describe('SQL of users', () => {
  it.each(reads)('may read: %s', async (sql) => {
    const frame = await database.userQuery(sql);
    expect((await frame.toArray()).length).toBeGreaterThan(0);
  });

  it.each(refusals)('may not: %s', async (sql) => {
    await expect(database.userQuery(sql)).rejects.toMatchObject({
      code: expect.stringMatching(/^HB_SQL(?:_REFUSED)?$/) as string,
    });
  });

  it('left everything as it was, and wrote nothing', async () => {
    for (const sql of refusals) await database.userQuery(sql).catch(() => {});
    expect(await database.all('FROM kept')).toEqual([{ n: 1, t: 'x' }]);
    const left = ['given.csv', 'given.csv.secret', 'open', 'openmore', 'secret.csv'];
    expect(readdirSync(folder).toSorted()).toEqual(left);
    expect(readdirSync(open).toSorted()).toEqual(['link', 'link.csv']);
    expect(existsSync('/tmp/evil.duckdb_extension')).toBe(false);
  });

  it('does not tell what is in a file that was not given', async () => {
    for (const sql of refusals) {
      const told = await database.userQuery(sql).then(
        (frame) => frame.toText(),
        (error: unknown) => String(error),
      );
      expect(told).not.toContain(canary);
    }
  });

  it('asks nothing of the network', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.end('a\n1\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/x.csv`;
    for (const sql of [`FROM read_csv('${address}')`, `FROM '${address}'`, `FROM read_parquet('s3://b/x')`])
      await expect(database.userQuery(sql)).rejects.toMatchObject({ name: 'HuntbookError' });
    server.close();
    expect(requests).toBe(0);
  });

  it('holds for where, sql and values too', async () => {
    const frame = await database.userQuery('FROM kept');
    const tries = [
      () => frame.where(`n = 1) UNION ALL SELECT 1, content FROM read_text('${secret}'`).toArray(),
      () => frame.where('n = 1); DROP TABLE kept; --').toArray(),
      () => frame.sql(`SELECT * FROM '${secret}'`),
    ];
    for (const one of tries) await expect(one()).rejects.toMatchObject({ name: 'HuntbookError' });
    const bound = await database.userQuery('SELECT t FROM kept WHERE t = $t', { t: "x' OR '1'='1" });
    expect(await bound.count()).toBe(0);
  });

  it('stops a query without end, and the database goes on', async () => {
    const endless = 'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t';
    const signal = AbortSignal.timeout(200);
    await expect(database.userQuery(endless, undefined, { signal })).rejects.toMatchObject({
      code: 'HB_TIMEOUT',
    });
    const cross = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b';
    const stop = new AbortController();
    const running = database.userQuery(cross, undefined, { signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    // While it is checked: what does not depend on rows is computed then.
    const folded = 'SELECT list_sum(list_transform(range(5000000), x -> x + 1)) AS n';
    const soon = AbortSignal.timeout(50);
    await expect(database.userQuery(folded, undefined, { signal: soon })).rejects.toMatchObject({
      code: 'HB_TIMEOUT',
    });
    expect(await (await database.userQuery('SELECT 1 AS n')).toArray()).toEqual([{ n: 1 }]);
  });

  it('does not begin when it was stopped before', async () => {
    await expect(
      database.userQuery('SELECT 1', undefined, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses a statement of megabytes', async () => {
    await expect(database.userQuery(`SELECT '${'x'.repeat(2 ** 20)}'`)).rejects.toMatchObject({
      code: 'HB_SQL_REFUSED',
    });
  });
});

describe('errors of SQL', () => {
  it('are DuckDB’s own words with the place, and what was meant', async () => {
    const error = await database.userQuery('SELECT n,\n  tt\nFROM kept').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'HB_SQL' });
    const { message } = error as Error;
    expect(message).toMatch(/^Binder Error: .*"tt" not found/);
    expect(message).toContain('Candidate bindings');
    expect(message).toContain('LINE 2:   tt\n          ^');
    expect(message).not.toContain('CREATE TABLE');
  });

  it('name the line of the user’s statement when they come while it runs', async () => {
    const wrong = database.userQuery('SELECT n,\n  CAST(t AS INTEGER) AS m\nFROM kept');
    await expect(wrong).rejects.toThrow(/^Conversion Error: [\s\S]*LINE 2: {3}CAST/);
  });

  it('name values that are missing, or that nobody asked for', async () => {
    await expect(database.userQuery('SELECT $a, $b', { b: 1 })).rejects.toThrow('no value for $a');
    await expect(database.userQuery('SELECT $a', { a: 1, c: 2 })).rejects.toThrow('the query has no $c');
    await expect(database.userQuery('SELECT ?, ?', [1])).rejects.toThrow('no value for $2');
    expect(await (await database.userQuery('SELECT ? AS a, ? AS b', [1, 'x'])).toArray()).toEqual([
      { a: 1, b: 'x' },
    ]);
    expect(await (await database.userQuery('SELECT $a + $a AS n', { a: 2 })).toArray()).toEqual([{ n: 4 }]);
    const lists = await database.userQuery('SELECT n IN $ns AS hit FROM kept', { ns: [1, 2] });
    expect(await lists.toArray()).toEqual([{ hit: true }]);
  });

  it('say what PIVOT needs', async () => {
    await expect(database.userQuery('PIVOT given ON b USING sum(a)')).rejects.toMatchObject({
      hint: expect.stringContaining('IN (') as string,
    });
  });
});
