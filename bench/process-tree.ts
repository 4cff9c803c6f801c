/**
 * A million process events of a thousand hosts from Parquet to a tree: time and peak memory, then walks in it.
 *
 *   node bench/process-tree.ts [rounds] [events]
 *   node bench/process-tree.ts msticpy
 *
 * From a lake that `huntbook import` wrote, and from a plain Parquet file of texts, which is read by the reader of all
 * files first. Each round is a process of its own.
 *
 * Then, where `HUNTBOOK_MSTICPY` names a Python that has it (`pip install msticpy`), the tree of msticpy on some 30,000
 * process creations of the lab, and how many parents are right by ParentProcessGuid. Huntbook builds it twice: with the
 * GUIDs, and without them, as events of the audit or thin exports are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importEvents } from '../src/hunt/store/import.ts';
import { openEvents } from '../src/hunt/event-store.ts';
import { loadProcesses, processStoreFields } from '../src/hunt/store/processes.ts';
import { ancestors, descendants } from '../src/process/index.ts';
import { writeLab } from '../src/lab/index.ts';
import { Database, quoteText } from '../src/store/index.ts';

const work = path.join(tmpdir(), 'huntbook-bench');
const hosts = 1000;

/**
 * Process `n` runs on host n % hosts. Its parent is one that began there up to some hundred before, so that trees are
 * as bushy and as deep as real ones; process ids are given again after 6,000.
 */
async function write(file: string, events: number, some: number): Promise<void> {
  const database = await Database.open();
  const guid = (n: string): string =>
    `printf('{%08X-%04X-67C5-%04X-%012X}', 1000 + ${n} % ${hosts}, (${n} // ${hosts}) & 65535, 1 + ${n} % 65000, ${n})`;
  const images = [
    'svchost.exe',
    'cmd.exe',
    'powershell.exe',
    'conhost.exe',
    'winword.exe',
    'chrome.exe',
    'net.exe',
  ];
  const image = (n: string): string =>
    `'C:\\Windows\\System32\\' || [${images.map(quoteText).join(', ')}][1 + (${n} // ${hosts}) % ${images.length}] || CASE WHEN ${n} % 50 = 0 THEN (${n} % 997)::VARCHAR ELSE '' END`;
  await database.run(`COPY (
    WITH raw AS (SELECT n, greatest(-1, n // ${hosts} - 1 - (hash(n) % 40)::BIGINT) AS up FROM range(${events}) t(n)
      WHERE n % ${hosts} < ${some}),
    linked AS (SELECT n, CASE WHEN up < 0 THEN -1 ELSE up * ${hosts} + n % ${hosts} END AS p FROM raw)
    SELECT '1' AS EventID, 'Microsoft-Windows-Sysmon/Operational' AS Channel,
      'Microsoft-Windows-Sysmon' AS Provider_Name, printf('WS%04d.corp.example', n % ${hosts}) AS Computer,
      strftime(TIMESTAMP '2025-03-03 08:00:00' + INTERVAL (n * 36) MILLISECOND, '%Y-%m-%d %H:%M:%S.%g') AS UtcTime,
      strftime(TIMESTAMP '2025-03-03 08:00:00' + INTERVAL (n * 36) MILLISECOND, '%Y-%m-%dT%H:%M:%S.%gZ') AS SystemTime,
      n::VARCHAR AS EventRecordID, ${guid('n')} AS ProcessGuid, (4 * (100 + n // ${hosts} % 6000))::VARCHAR AS ProcessId,
      ${image('n')} AS Image, 'C:\\Windows\\System32\\run.exe --job ' || md5(n::VARCHAR) || ' --input C:\\Users\\u' || n % 977 || '\\AppData\\Local\\Temp\\x' AS CommandLine,
      'CORP\\u' || n % 977 AS "User",
      CASE WHEN p < 0 THEN NULL ELSE ${guid('p')} END AS ParentProcessGuid,
      CASE WHEN p < 0 THEN NULL ELSE (4 * (100 + p // ${hosts} % 6000))::VARCHAR END AS ParentProcessId,
      CASE WHEN p < 0 THEN NULL ELSE ${image('p')} END AS ParentImage,
      CASE WHEN p < 0 THEN NULL ELSE 'C:\\Windows\\System32\\run.exe --job ' || md5(p::VARCHAR) || ' --input C:\\Users\\u' || p % 977 || '\\AppData\\Local\\Temp\\x' END AS ParentCommandLine
    FROM linked ORDER BY n) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`);
  database.close();
}

interface Figure {
  readonly open: number;
  readonly tree: number;
  /** CPU seconds of both. */
  readonly cpu: number;
  readonly walks: number;
  readonly rss: number;
  readonly nodes: number;
  readonly links: number;
}

async function measure(file: string): Promise<Figure> {
  const before = process.cpuUsage();
  const started = performance.now();
  const store = await openEvents([file], { fields: processStoreFields });
  const opened = performance.now();
  const tree = await loadProcesses(store);
  const built = performance.now();
  const { user, system } = process.cpuUsage(before);
  let most = 0;
  let links = 0;
  for (let node = 0; node < tree.length; node++) if ((tree.parent[node] ?? -1) >= 0) links++;
  for (let node = 0; node < tree.known; node += Math.ceil(tree.known / 50)) {
    const from = performance.now();
    ancestors(tree, node);
    descendants(tree, node);
    most = Math.max(most, performance.now() - from);
  }
  await store.close();
  return {
    open: (opened - started) / 1000,
    tree: (built - opened) / 1000,
    cpu: (user + system) / 1e6,
    walks: most,
    rss: process.resourceUsage().maxRSS / 1024,
    nodes: tree.length,
    links,
  };
}

/** Creations of processes in the lab, as CSV with and without GUIDs. */
async function writeLabProcesses(file: string, withoutGuids: string): Promise<void> {
  const out = path.join(work, 'process-lab');
  rmSync(out, { recursive: true, force: true });
  const made = await writeLab({
    out, hosts: 12, hours: 120, events: 300_000, formats: ['ndjson'], attacks: 'none',
  }); // prettier-ignore
  const store = await openEvents([made.eventsFolder]);
  const rest = `1 AS EventID, Channel, Provider_Name, Computer, strftime(UtcTime::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g') AS UtcTime,
    Image, CommandLine, "User", '0x' || to_hex(LogonId) AS LogonId, ProcessId, ParentProcessId, ParentImage, ParentCommandLine`;
  const from = 'FROM process_creation WHERE EventID = 1 ORDER BY _row';
  await store.database.run(
    `COPY (SELECT ${rest}, ProcessGuid, ParentProcessGuid ${from}) TO ${quoteText(file)} (HEADER)`,
  );
  await store.database.run(`COPY (SELECT ${rest} ${from}) TO ${quoteText(withoutGuids)} (HEADER)`);
  await store.close();
}

interface Parents {
  readonly seconds: number;
  readonly cpu: number;
  readonly asked: number;
  readonly right: number;
}

/** The tree of one file, held against the GUIDs of another with the same rows. */
async function parents(file: string, truth: string): Promise<Parents> {
  const known = await openEvents([truth]);
  const guids = await known.database.all(
    'SELECT ProcessGuid AS own, ParentProcessGuid AS parent FROM events ORDER BY _row',
  );
  await known.close();
  const rowOf = new Map(guids.map(({ own }, row) => [String(own), row]));
  const store = await openEvents([file]);
  const started = performance.now();
  const before = process.cpuUsage();
  const tree = await loadProcesses(store);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  let asked = 0;
  let right = 0;
  for (let node = 0; node < tree.known; node++) {
    const wanted = rowOf.get(String(guids[tree.ref(node)]?.['parent']));
    if (wanted === undefined) continue;
    asked++;
    const parent = tree.parent[node] as number;
    if (parent >= 0 && tree.ref(parent) === wanted) right++;
  }
  await store.close();
  return { seconds, cpu: (user + system) / 1e6, asked, right };
}

async function besideMsticpy(python: string): Promise<void> {
  const file = path.join(work, 'process-lab.csv');
  const withoutGuids = path.join(work, 'process-lab-without-guids.csv');
  await writeLabProcesses(file, withoutGuids);
  const script = path.join(import.meta.dirname, 'process-tree-msticpy.py');
  const { stdout, stderr, status } = spawnSync(python, [script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const theirs = JSON.parse(stdout) as Parents;
  const show = (name: string, { seconds, cpu, asked, right }: Parents): void =>
    console.log(
      `${name.padEnd(24)} ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} CPU s (ratio ${(cpu / theirs.cpu).toFixed(2)})  ${right} of ${asked} parents right (${((right / asked) * 100).toFixed(1)} %)`,
    );
  show('msticpy', theirs);
  show('huntbook', await parents(file, file));
  show('huntbook without GUIDs', await parents(withoutGuids, file));
}

function inProcess(file: string): Figure {
  const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, 'measure', file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figure;
}

const [mode = '', second = ''] = process.argv.slice(2);
if (mode === 'measure') {
  console.log(JSON.stringify(await measure(second)));
} else {
  const rounds = Number(mode) || 3;
  const events = Number(second) || 1_000_000;
  mkdirSync(work, { recursive: true });
  const plain = path.join(work, `processes-${events}.parquet`);
  const lake = path.join(work, `processes-${events}-lake`);
  if (!existsSync(plain) && mode !== 'msticpy') await write(plain, events, hosts);
  if (mode !== 'msticpy' && !existsSync(path.join(lake, '.huntbook-lake'))) {
    rmSync(lake, { recursive: true, force: true });
    await importEvents([plain], { to: lake });
  }
  const onlyMsticpy = mode === 'msticpy';
  for (const [name, file] of onlyMsticpy ? [] : Object.entries({ lake, 'plain file': plain })) {
    const figures = Array.from({ length: rounds }, () => inProcess(file));
    figures.sort((a, b) => a.open + a.tree - b.open - b.tree);
    const { open, tree, cpu, walks, rss, nodes, links } = figures[figures.length >> 1] as Figure;
    console.log(
      `${name.padEnd(10)} ${nodes} processes, ${links} links  open ${open.toFixed(2)} s + tree ${tree.toFixed(2)} s (CPU ${cpu.toFixed(2)} s)  peak ${rss.toFixed(0)} MB  slowest walk ${walks.toFixed(2)} ms`,
    );
  }
  const python = process.env['HUNTBOOK_MSTICPY'];
  if (python !== undefined) await besideMsticpy(python);
}
