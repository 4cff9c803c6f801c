/**
 * Hunts against rsigma (`cargo install --locked rsigma --features evtx`; HUNTBOOK_RSIGMA or PATH), whole processes, in
 * turn, median CPU seconds (user + system) of the runs:
 *
 *   node bench/hunt.ts evtx [rounds]     rules/windows over data/evtx; every finding written with its event (rsigma
 *                                        writes counts), warm rule cache
 *   node bench/hunt.ts json [rounds]     the same over the JSON lines of data/mordor
 *   node bench/hunt.ts rules [rounds]    100 rules against all rules, over data/evtx (no rsigma needed)
 *   node bench/hunt.ts cache [rounds]    one small file with a cold and a warm rule cache
 *   node bench/hunt.ts memory            peak memory of a 3 GB EVTX file
 *
 * Run `npm run build` before. Data lie beside the repository, or where HUNTBOOK_SHARED says.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultLimits, listInputs, openBatches } from '../src/sources/index.ts';
import { FieldTable } from '../src/events/index.ts';
import { flattenEvtx, writePipeline } from './rsigma.ts';

const root = path.resolve(import.meta.dirname, '..');
const shared = process.env['HUNTBOOK_SHARED'] ?? path.resolve(root, '../shared');
const rules = path.join(shared, 'data/sigma/rules/windows');
const evtx = path.join(shared, 'data/evtx');
const work = path.join(tmpdir(), 'huntbook-bench');
const rsigma = process.env['HUNTBOOK_RSIGMA'] ?? 'rsigma';

interface Run {
  readonly cpu: number;
  readonly wall: number;
  readonly memory: number;
}

/** Runs a command with /usr/bin/time's figures; its output is dropped. */
function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const format = '%U %S %e %M';
  const result = spawnSync('/usr/bin/time', ['-f', format, ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const figures = /(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) (\d+)\s*$/.exec(result.stderr);
  // 6: the input has damaged records, which the samples do.
  if (!figures || (result.status !== 0 && result.status !== 6)) {
    throw new Error(
      `${command[0]} failed (is it installed, are the data there?): ${result.stderr.slice(-500)}`,
    );
  }
  const [, user, system, wall, memory] = figures.map(Number) as [number, number, number, number, number];
  return { cpu: user + system, wall, memory: memory / 1024 };
}

function huntbook(...args: string[]): string[] {
  const output = path.join(work, 'findings.ndjson');
  return [
    process.execPath,
    path.join(root, 'bin/huntbook.js'),
    'hunt',
    ...args,
    '-o',
    output,
    '--force',
    '-q',
    '--threads',
    '1',
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function report(name: string, runs: readonly Run[]): number {
  const cpu = median(runs.map((r) => r.cpu));
  const all = runs.map((r) => r.cpu.toFixed(2)).join(' ');
  console.log(
    `${name.padEnd(10)} ${cpu.toFixed(2)} CPU s (${all})  ${median(runs.map((r) => r.wall)).toFixed(2)} s wall  ${Math.round(median(runs.map((r) => r.memory)))} MB`,
  );
  return cpu;
}

function against(ours: readonly string[], theirs: readonly string[], rounds: number): void {
  run(ours);
  run(theirs);
  const a: Run[] = [];
  const b: Run[] = [];
  for (let i = 0; i < rounds; i++) {
    a.push(run(ours));
    b.push(run(theirs));
  }
  const ratio = report('huntbook', a) / report('rsigma', b);
  console.log(`huntbook needs ${ratio.toFixed(2)} of rsigma's CPU`);
}

/** All JSON lines of data/mordor in one file. */
async function mordorLines(): Promise<string> {
  const file = path.join(work, 'mordor.jsonl');
  if (existsSync(file)) return file;
  const out = openSync(`${file}.tmp`, 'w');
  const fields = new FieldTable();
  for (const { input } of listInputs([path.join(shared, 'data/mordor')], { onIssue: () => {} }).inputs) {
    const options = { fields, limits: defaultLimits, onIssue: () => {} };
    for await (const batch of openBatches(input, options)) {
      for (let row = 0; row < batch.length; row++) {
        if (batch.rawText !== 'json') continue;
        writeSync(out, batch.bytes.subarray(batch.rowFrom[row], batch.rowTo[row]));
        writeSync(out, '\n');
      }
    }
  }
  closeSync(out);
  cpSync(`${file}.tmp`, file);
  rmSync(`${file}.tmp`);
  return file;
}

/** A folder with every n-th rule, so that about `count` are left. */
function someRules(count: number): string {
  const folder = mkdtempSync(path.join(work, 'rules-'));
  const files = readdirSync(rules, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .sort();
  const step = Math.floor(files.length / count);
  for (let i = 0, n = 0; n < count; i += step, n++) {
    const name = files[i] as string;
    cpSync(path.join(rules, name), path.join(folder, path.basename(name)));
  }
  return folder;
}

/** 3 GB of full chunks of data/evtx behind one file header. */
function bigEvtx(): string {
  const file = path.join(work, 'three-gigabytes.evtx');
  if (existsSync(file)) return file;
  const chunks: Buffer[] = [];
  let header: Buffer | undefined;
  for (const name of readdirSync(evtx, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.evtx')) continue;
    const bytes = readFileSync(path.join(evtx, name));
    header ??= bytes.subarray(0, 4096);
    for (let at = 4096; at + 65536 <= bytes.length; at += 65536) {
      const used = bytes.readUInt32LE(at + 48);
      if (bytes.toString('latin1', at, at + 7) === 'ElfChnk' && used > 40_000)
        chunks.push(bytes.subarray(at, at + 65536));
    }
  }
  const out = openSync(`${file}.tmp`, 'w');
  writeSync(out, header as Buffer);
  for (let written = 0, i = 0; written < 3 * 1024 ** 3; i++)
    written += writeSync(out, chunks[i % chunks.length] as Buffer);
  closeSync(out);
  cpSync(`${file}.tmp`, file);
  rmSync(`${file}.tmp`);
  return file;
}

const [what = 'evtx', roundsText = '5'] = process.argv.slice(2);
const rounds = Number(roundsText);
mkdirSync(work, { recursive: true });

switch (what) {
  case 'evtx': {
    const pipeline = writePipeline(work);
    const theirs = [
      rsigma,
      'rule',
      'backtest',
      '-r',
      rules,
      '--corpus',
      evtx,
      '-p',
      pipeline,
      '--jq',
      flattenEvtx,
      '--output-format',
      'ndjson',
      '-q',
    ];
    against(huntbook(evtx, '--rules', rules), theirs, rounds);
    break;
  }
  case 'json': {
    const file = await mordorLines();
    const theirs = [
      rsigma,
      'engine',
      'eval',
      '-r',
      rules,
      '-e',
      `@${file}`,
      '-p',
      writePipeline(work),
      '--output-format',
      'ndjson',
      '-q',
    ];
    against(huntbook(file, '--rules', rules), theirs, rounds);
    break;
  }
  case 'rules': {
    const some = someRules(100);
    const few: Run[] = [];
    const all: Run[] = [];
    run(huntbook(evtx, '--rules', some));
    run(huntbook(evtx, '--rules', rules));
    for (let i = 0; i < rounds; i++) {
      few.push(run(huntbook(evtx, '--rules', some)));
      all.push(run(huntbook(evtx, '--rules', rules)));
    }
    const a = report('100 rules', few);
    const b = report('all rules', all);
    console.log(`all rules cost ${(b / a).toFixed(1)} times as much as 100`);
    rmSync(some, { recursive: true });
    break;
  }
  case 'cache': {
    const file = readdirSync(evtx, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.evtx'))
      .sort()[0] as string;
    const cold: Run[] = [];
    const warm: Run[] = [];
    for (let i = 0; i < rounds; i++) {
      const cache = mkdtempSync(path.join(work, 'cache-'));
      const env = { HUNTBOOK_CACHE: cache };
      cold.push(run(huntbook(path.join(evtx, file), '--rules', rules), env));
      warm.push(run(huntbook(path.join(evtx, file), '--rules', rules), env));
      rmSync(cache, { recursive: true });
    }
    report('cold cache', cold);
    report('warm cache', warm);
    break;
  }
  case 'memory':
    report('3 GB EVTX', [run(huntbook(bigEvtx(), '--rules', rules, '--level', 'high'))]);
    break;
  default:
    console.error(`unknown bench '${what}'; known: evtx, json, rules, cache, memory`);
    process.exitCode = 2;
}
