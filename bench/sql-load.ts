/**
 * Files to tables of DuckDB: `openEvents` beside DuckDB's own reading of the same JSON lines, in turn, each in a
 * process of its own so that both start cold; wall and CPU time (user and system) without the start of the process.
 *
 *   node bench/sql-load.ts json [rounds] [FILES...]   default: data/mordor unpacked to files of 64 MB
 *   node bench/sql-load.ts evtx [rounds] [FILES...]   default: data/evtx; no reference
 *
 * The reference makes a table with the columns that DuckDB infers and does nothing else: huntbook also names fields
 * alike whatever the shipper and gives each Sigma category its view. Data lie beside the repository, or where
 * HUNTBOOK_SHARED says.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync, writevSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEvents } from '../src/hunt/event-store.ts';
import { FieldTable } from '../src/events/index.ts';
import { defaultLimits, listInputs, openBatches } from '../src/sources/index.ts';
import { Database, quoteText } from '../src/store/index.ts';

const root = path.resolve(import.meta.dirname, '..');
const shared = process.env['HUNTBOOK_SHARED'] ?? path.resolve(root, '../shared');
const work = path.join(tmpdir(), 'huntbook-bench');

interface Figure {
  readonly wall: number;
  readonly cpu: number;
  readonly rows: number;
}

async function measure(what: string, files: readonly string[]): Promise<Figure> {
  const before = process.cpuUsage();
  const started = performance.now();
  const rows = what === 'huntbook' ? await load(files) : await readJsonAuto(files);
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6, rows };
}

async function load(files: readonly string[]): Promise<number> {
  const store = await openEvents(files);
  const [row] = await store.database.all('SELECT count(*) AS n FROM events');
  await store.close();
  return Number(row?.['n']);
}

async function readJsonAuto(files: readonly string[]): Promise<number> {
  const database = await Database.open();
  const list = files.map(quoteText).join(', ');
  await database.run(
    `CREATE TABLE t AS SELECT * FROM read_json_auto([${list}], format = 'newline_delimited', ignore_errors = true,
     union_by_name = true, map_inference_threshold = -1)`,
  );
  const [row] = await database.all('SELECT count(*) AS n FROM t');
  database.close();
  return Number(row?.['n']);
}

/**
 * All JSON lines of data/mordor in some files, as exports of logs come. Keys that differ by case only are one column to
 * DuckDB: first wins.
 */
async function mordorLines(): Promise<string[]> {
  const folder = path.join(work, 'mordor-tables');
  const done = path.join(folder, 'complete');
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    await writeLines(folder);
    writeFileSync(done, '');
  }
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return names.sort().map((name) => path.join(folder, name));
}

async function writeLines(folder: string): Promise<void> {
  const options = { fields: new FieldTable(), onIssue: () => {}, limits: defaultLimits };
  let files = 0;
  let size = Infinity;
  let out = -1;
  for (const { input } of listInputs([path.join(shared, 'data/mordor')], { onIssue: () => {} }).inputs) {
    for await (const batch of openBatches(input, options)) {
      const { bytes, rowFrom, rowTo } = batch;
      if (size > 64e6) {
        if (out >= 0) closeSync(out);
        out = openSync(path.join(folder, `${files++}.jsonl`), 'w');
        size = 0;
      }
      const lines: Uint8Array[] = [];
      for (let row = 0; row < batch.length; row++)
        lines.push(bytes.subarray(rowFrom[row], rowTo[row]), Buffer.from('\n'));
      size += writevSync(out, lines);
    }
  }
  closeSync(out);
}

function inProcess(what: string, files: readonly string[]): Figure | null {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [import.meta.filename, 'measure', what, ...files],
    { encoding: 'utf8' },
  );
  if (status === 0) return JSON.parse(stdout) as Figure;
  console.error(`${what}: ${stderr.split('\n').find((line) => line.includes('Error')) ?? stderr}`);
  return null;
}

function show(what: string, bytes: number, figures: readonly Figure[]): void {
  const median = (of: (figure: Figure) => number): number =>
    figures.map(of).sort((a, b) => a - b)[figures.length >> 1] as number;
  const wall = median((figure) => figure.wall);
  const best = Math.min(...figures.map((figure) => figure.wall));
  const cpu = median((figure) => figure.cpu);
  const rate = (seconds: number): string => (bytes / 1e6 / seconds).toFixed(0);
  console.log(
    `${what.padEnd(16)} ${figures[0]?.rows} rows  wall ${wall.toFixed(2)} s (${rate(wall)} MB/s, best ${rate(best)})  CPU ${cpu.toFixed(2)} s`,
  );
}

const [mode = '', second = '', ...rest] = process.argv.slice(2);
if (mode === 'measure') {
  console.log(JSON.stringify(await measure(second, rest)));
} else {
  const rounds = Number(second) || 3;
  const usual = async (): Promise<string[]> =>
    mode === 'evtx' ? [path.join(shared, 'data/evtx')] : mordorLines();
  const files = rest.length > 0 ? rest : await usual();
  const bytes = listInputs(files, { onIssue: () => {} }).totalBytes;
  const sides = mode === 'evtx' ? ['huntbook'] : ['huntbook', 'read_json_auto'];
  const figures = new Map<string, Figure[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const figure = inProcess(side, files);
      if (figure) figures.get(side)?.push(figure);
    }
  }
  console.log(`${(bytes / 1e6).toFixed(1)} MB`);
  for (const side of sides) {
    const list = figures.get(side) ?? [];
    if (list.length > 0) show(side, bytes, list);
  }
}
