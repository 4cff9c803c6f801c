/**
 * The LSASS analytic as a join of typed tables: a million events of created files with a million of opened processes
 * on host and GUID, rights by mask, counted. The tables are views over Parquet files as `openEvents` makes them.
 *
 *   node bench/sql-join.ts [rounds]
 *
 * Beside it the same join of the texts, which is what shippers deliver.
 */
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEvents } from '../src/hunt/event-store.ts';

const million = 1_000_000;
const rounds = Number(process.argv[2]) || 5;
const work = path.join(tmpdir(), 'huntbook-bench');
const file = path.join(work, 'join.jsonl');

/** Half a million processes on a hundred hosts, each with two files and two openings. */
function write(): void {
  if (existsSync(file)) return;
  mkdirSync(work, { recursive: true });
  const out = openSync(file, 'w');
  const guid = (n: number): string =>
    `{365ABB72-${(n & 0xffff).toString(16).padStart(4, '0')}-5F6B-0100-${n.toString(16).toUpperCase().padStart(12, '0')}}`;
  const targets = ['lsass.exe', 'svchost.exe', 'explorer.exe', 'csrss.exe'];
  const rights = ['0x1410', '0x1000', '0x1fffff', '0x1400', '0x40'];
  let text = '';
  for (let n = 0; n < million; n++) {
    const id = n >> 1;
    const common = `"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"WS${id % 100}.corp","UtcTime":"2025-03-03 08:${String(id % 60).padStart(2, '0')}:11.123"`;
    text += `{"EventID":11,${common},"ProcessGuid":"${guid(id)}","TargetFilename":"C:\\\\Users\\\\u\\\\${n % 5000}.tmp"}\n`;
    text += `{"EventID":10,${common},"SourceProcessGUID":"${guid(id)}","TargetImage":"C:\\\\Windows\\\\System32\\\\${targets[n % 4]}","GrantedAccess":"${rights[n % 5]}"}\n`;
    if (text.length > 1 << 22) {
      writeSync(out, text);
      text = '';
    }
  }
  writeSync(out, text);
  closeSync(out);
}

write();
const started = performance.now();
const store = await openEvents([file]);
console.log(`loaded ${store.events} events in ${((performance.now() - started) / 1000).toFixed(2)} s`);
const queries = {
  'all pairs': `SELECT count(*) AS n FROM file_event f JOIN process_access a
    ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer`,
  'all pairs by mask': `SELECT count(*) AS n FROM file_event f JOIN process_access a
    ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer WHERE a.GrantedAccess & 5136 = 5136`,
  'lsass by mask': `SELECT count(*) AS n FROM file_event f JOIN process_access a
    ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer
    WHERE lower(a.TargetImage) LIKE '%\\lsass.exe' AND a.GrantedAccess & 5136 = 5136`,
  'lsass on texts': `SELECT count(*) AS n FROM events_text f JOIN events_text a
    ON f.ProcessGuid = a.SourceProcessGUID AND f.Computer = a.Computer WHERE f.EventID = '11' AND a.EventID = '10'
    AND lower(a.TargetImage) LIKE '%\\lsass.exe' AND a.GrantedAccess IN ('0x1410', '0x1fffff')`,
};
for (const [name, sql] of Object.entries(queries)) {
  const times: number[] = [];
  let n: unknown;
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    n = (await store.database.all(sql))[0]?.['n'];
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(18)} ${String(n)} rows  median ${times[times.length >> 1]?.toFixed(0)} ms, best ${times[0]?.toFixed(0)} ms`,
  );
}
await store.close();
