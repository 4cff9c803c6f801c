/** Findings of a SQL hunt with a cell of every type, and hostile text, made as a hunt makes them. */
import { SqlFindings } from '../../src/hunt/sql/finding.ts';
import type { Finding } from '../../src/report/index.ts';
import { parseSqlHunt } from '../../src/rules/index.ts';
import { Database } from '../../src/store/index.ts';

const sql = `SELECT 'WS01' AS Computer, TIMESTAMP_NS '2026-03-02 09:15:30.123456700' AS UtcTime,
    'C:\\<img src=x onerror=alert(1)>.exe' AS Image, 5136 AS GrantedAccess, true AS Signed, NULL AS "User",
    UUID '12345678-1234-1234-1234-123456789abc' AS ProcessGuid, ['a', NULL, '=1+1'] AS Names, 18446744073709551615::UBIGINT
    AS LogonId, 0.5 AS Share, TIMESTAMP_NS '2026-03-02 09:15:00' AS AccessTime, 11 AS EventID, 'logs/a.evtx' AS _source
  UNION ALL BY NAME SELECT 'C:\\second.exe' AS Image, 'WS02' AS Computer`;

export async function sqlFindings(): Promise<Finding[]> {
  const text = `title: Read and Written\nid: 6a1b1f7e-0009-4000-8000-000000000009\nlevel: high\nstatus: test
tags: [attack.credential-access, attack.t1003.001]\nsql: ${JSON.stringify(sql)}\n`;
  const hunt = parseSqlHunt(text, 'hunts/sql_read_and_written.yml');
  const database = await Database.open();
  try {
    const frame = await database.userQuery(hunt.sql);
    const findings = new SqlFindings(hunt, frame.columns, 'logs');
    return (await frame.toArray()).map((row) => findings.make(row));
  } finally {
    database.close();
  }
}
