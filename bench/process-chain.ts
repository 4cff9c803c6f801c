/**
 * The office chain (cmd.exe, below it powershell.exe, below that Word, Excel or PowerPoint, at any depth, within ten
 * minutes) over made-up processes of a thousand hosts, of which every 20,000th begins a planted chain; half of these
 * just miss the window.
 *
 *   node bench/process-chain.ts [--events 10000000] [--hosts 1000]
 *   node bench/process-chain.ts live [--hosts 1000] [--windows 12]
 *   node bench/process-chain.ts sql [--events 1000000]
 *
 * The first times `findChains` once processes are linked and step hits are known. `live` drives the watch of a hunt
 * with 100,000 processes every ten minutes, and prints the CPU time of each window, and memory. `sql` asks DuckDB for the
 * same by recursion, times the creations between the steps included, on the same processes.
 */
import {
  ChainWatch,
  findChains,
  type ChainSpec,
  type ProcessStart,
  type StepHit,
} from '../src/process/index.ts';
import { Database } from '../src/store/index.ts';

const args = process.argv.slice(2);
const option = (name: string, value: number): number =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : value;
const second = 1e7;
const window = 600 * second;
const spec: ChainSpec = {
  relations: ['descendant', 'descendant'],
  ticks: window,
  maxDepth: null,
  order: 'written',
};
const hosts = option('--hosts', 1000);
/** Others are names that no step asks for. */
const [cmd, powershell, office, others] = [0, 1, 2, 40];

let state = 1;
const below = (limit: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};

interface World {
  readonly parent: Int32Array;
  readonly time: Float64Array;
  readonly image: Uint8Array;
  planted: number;
}

/**
 * `gap`: ticks from one process to the next, over all hosts. Process n runs on host n % hosts, in row n / hosts, and was
 * started there by a process of one of the forty rows before it, even rows by even ones. Office programs run in even rows
 * and cmd.exe in odd ones, so that there are no chains but those that are planted, and lines are walked all the same.
 */
function worldOf(events: number, gap: number, officeShare = 40): World {
  const parent = new Int32Array(events);
  const time = new Float64Array(events);
  const image = new Uint8Array(events);
  for (let n = 0; n < events; n++) {
    const even = Math.floor(n / hosts) % 2 === 0;
    const up = n - hosts * 2 * (1 + below(20));
    parent[n] = up < 0 ? -1 : up;
    time[n] = n * gap;
    image[n] = 3 + below(others);
    const dice = below(600);
    if (dice < 20) image[n] = powershell;
    else if (dice < 60 && (!even || dice < 20 + officeShare)) image[n] = even ? office : cmd;
  }
  const world = { parent, time, image, planted: 0 };
  const isPlanted = new Uint8Array(events);
  for (let at = hosts; at < events - hosts * 6; at += 20_011) plant(world, isPlanted, at);
  for (let n = 0; n < events; n++)
    if (isPlanted[n] === 0 && isPlanted[parent[n] as number] === 1) parent[n] = -1;
  return world;
}

/** Six processes of one host, each started by the one before it; the first begins just in time, or too early. */
function plant(world: World, isPlanted: Uint8Array, at: number): void {
  const { parent, time, image } = world;
  const images = [cmd, others + 2, powershell, others + 2, others + 2, office];
  let above = -1;
  for (const [place, one] of images.entries()) {
    const n = at + place * hosts;
    parent[n] = above;
    image[n] = one;
    isPlanted[n] = 1;
    above = n;
  }
  const inTime = below(2) === 0;
  time[at] = (time[above] as number) - window - (inTime ? 0 : 1);
  if (inTime) world.planted++;
}

function hitsOf({ image, time }: World): StepHit[][] {
  const steps: StepHit[][] = [[], [], []];
  for (let n = 0; n < image.length; n++)
    if ((image[n] as number) <= office)
      steps[image[n] as number]?.push({ process: n, time: time[n] as number, event: n });
  return steps;
}

function whole(): void {
  const world = worldOf(option('--events', 10_000_000), second / 400);
  const steps = hitsOf(world);
  console.log(`${world.time.length} processes, hits ${steps.map(({ length }) => length).join(', ')}`);
  for (let round = 0; round < 3; round++) {
    const before = performance.now();
    const chains = findChains(world, spec, steps, null);
    const ms = Math.round(performance.now() - before);
    console.log(`${ms} ms, ${chains.length} chains, ${world.planted} planted, ${megabytes()} MB`);
  }
}

function startOf({ parent, time, image }: World, n: number): ProcessStart {
  const names = ['cmd.exe', 'powershell.exe', 'winword.exe'];
  const imageOf = (of: number): string =>
    `C:\\Windows\\${names[image[of] as number] ?? `tool${image[of]}.exe`}`;
  const up = parent[n] as number;
  return {
    host: `WS${n % hosts}`,
    guid: guidOf(n),
    pid: 4 * (n % 9000),
    time: time[n] as number,
    parentGuid: up < 0 ? null : guidOf(up),
    parentPid: up < 0 ? null : 4 * (up % 9000),
    image: imageOf(n),
    commandLine: `${imageOf(n)} --job ${n} --input C:\\Users\\u${n % 977}\\AppData\\Local\\Temp\\x`,
    user: `CORP\\u${n % 977}`,
    parentImage: up < 0 ? null : imageOf(up),
    parentCommandLine: null,
    ref: -1,
  };
}

const guidOf = (n: number): string => `00000000-0000-0000-0000-${n.toString(16).padStart(12, '0')}`;

async function live(): Promise<void> {
  const perWindow = 100_000;
  const windows = option('--windows', 12);
  // On a host an Office program starts every few hours, cmd.exe twenty times as often.
  const world = worldOf(perWindow * windows, window / perWindow, 2);
  const order = Array.from(world.time.keys()).sort(
    (a, b) => (world.time[a] as number) - (world.time[b] as number),
  );
  let found = 0;
  const watch = new ChainWatch<number>([{ spec }], { onChain: () => void found++, maxDelay: 60 * second });
  let worst = 0;
  for (let from = 0; from < order.length; from += perWindow) {
    const starts = order.slice(from, from + perWindow).map((n) => startOf(world, n));
    const before = process.cpuUsage();
    for (const [i, start] of starts.entries()) {
      const n = order[from + i] as number;
      watch.start(start);
      if ((world.image[n] as number) <= office) watch.match(0, world.image[n] as number, start, n);
      if (i % 1000 === 999) await watch.advance(start.time as number);
    }
    const { user, system } = process.cpuUsage(before);
    const ms = Math.round((user + system) / 1000);
    worst = Math.max(worst, ms);
    console.log(
      `${perWindow} events in ${ms} ms of CPU, held ${watch.processes} and ${watch.hits} hits, ${megabytes()} MB`,
    );
  }
  await watch.flush();
  console.log(`${found} chains, ${world.planted} planted; worst window ${worst} ms of CPU`);
  // The same as a run of its own, every ten minutes over the events of the last ten.
  const starts = order.slice(0, perWindow).map((n) => startOf(world, n));
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    const once = new ChainWatch<number>([{ spec }], { onChain: () => {} });
    for (const [i, start] of starts.entries()) {
      const n = order[i] as number;
      once.start(start);
      if ((world.image[n] as number) <= office) once.match(0, world.image[n] as number, start, n);
    }
    await once.flush();
    const { user, system } = process.cpuUsage(before);
    console.log(
      `a run over ${perWindow} events: ${Math.round((user + system) / 1000)} ms of CPU, ${megabytes()} MB`,
    );
  }
}

async function sql(): Promise<void> {
  const world = worldOf(option('--events', 1_000_000), second / 400);
  const database = await Database.open();
  const n = Int32Array.from(world.parent.keys());
  await database.addTable('p', {
    n,
    parent: world.parent,
    image: Int32Array.from(world.image),
    time: world.time,
  });
  for (let round = 0; round < 3; round++) {
    const before = performance.now();
    const result = await database.columns(`
      WITH RECURSIVE up AS (
        SELECT n AS leaf, time AS last, parent, false AS shell, false AS hit FROM p WHERE image = ${office}
        UNION ALL
        SELECT leaf, last, p.parent, shell OR p.image = ${powershell}, shell AND p.image = ${cmd}
        FROM up JOIN p ON p.n = up.parent WHERE NOT hit AND last - p.time <= ${window})
      SELECT count(DISTINCT leaf)::INTEGER AS chains FROM up WHERE hit`);
    const ms = Math.round(performance.now() - before);
    const [chains] = result.ints('chains');
    console.log(`DuckDB ${ms} ms, ${chains} chains, ${world.planted} planted, ${megabytes()} MB`);
  }
  const steps = hitsOf(world);
  const before = performance.now();
  const { length } = findChains(world, spec, steps, null);
  console.log(`findChains ${Math.round(performance.now() - before)} ms, ${length} chains`);
  database.close();
}

function megabytes(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

await (args[0] === 'live' ? live() : args[0] === 'sql' ? sql() : whole());
