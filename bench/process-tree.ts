/**
 * A million process events of a thousand hosts from Parquet to a tree: time and peak memory, then walks in it.
 *
 *   node bench/process-tree.ts [rounds] [events]
 *
 * From a lake that `huntbook import` wrote, and from a plain Parquet file of texts. Each round is a process of its own.
 * Beside it msticpy (`pip install msticpy`), where `HUNTBOOK_MSTICPY` names a Python that has it, on the same events of
 * one in ten hosts; parents are held against those that the data were made with.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importEvents } from '../src/hunt/store/import.ts';
import { openEvents } from '../src/hunt/event-store.ts';
import { loadProcesses, processStoreFields } from '../src/hunt/store/processes.ts';
import { ancestors, descendants } from '../src/process/index.ts';
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
  readonly walks: number;
  readonly rss: number;
  readonly nodes: number;
  readonly links: number;
}

async function measure(file: string): Promise<Figure> {
  const started = performance.now();
  const store = await openEvents([file], { fields: processStoreFields });
  const opened = performance.now();
  const tree = await loadProcesses(store);
  const built = performance.now();
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
    walks: most,
    rss: process.resourceUsage().maxRSS / 1024,
    nodes: tree.length,
    links,
  };
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
  if (!existsSync(plain)) await write(plain, events, hosts);
  if (!existsSync(path.join(lake, '.huntbook-lake'))) {
    rmSync(lake, { recursive: true, force: true });
    await importEvents([plain], { to: lake });
  }
  for (const [name, file] of Object.entries({ lake, 'plain file': plain })) {
    const figures = Array.from({ length: rounds }, () => inProcess(file));
    figures.sort((a, b) => a.open + a.tree - b.open - b.tree);
    const { open, tree, walks, rss, nodes, links } = figures[figures.length >> 1] as Figure;
    console.log(
      `${name.padEnd(10)} ${nodes} processes, ${links} links  open ${open.toFixed(2)} s + tree ${tree.toFixed(2)} s  peak ${rss.toFixed(0)} MB  slowest walk ${walks.toFixed(2)} ms`,
    );
  }
}
