/**
 * The public Sigma rules, read, checked and converted to each target, whole processes in turn: least and median CPU
 * seconds (user + system) of the runs, and how many queries came out.
 *
 *   node bench/sigma-convert.ts [rounds] [target…]     default: 5 rounds, all targets
 *
 * On the same files, where they are there: rsigma (`cargo install --locked rsigma`; HUNTBOOK_RSIGMA) to its SQL, and
 * pySigma to Splunk and SQLite (HUNTBOOK_PYSIGMA: a Python that has pySigma and these backends; one run, it is long).
 * Run `npm run build` before. Data lie beside the repository, or where HUNTBOOK_SHARED says.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { targets } from '../src/sigma/index.ts';

const root = path.resolve(import.meta.dirname, '..');
const shared = process.env['HUNTBOOK_SHARED'] ?? path.resolve(root, '../shared');
const folders = ['rules', 'rules-threat-hunting', 'rules-emerging-threats'].map((name) =>
  path.join(shared, 'data/sigma', name),
);
const rsigma = process.env['HUNTBOOK_RSIGMA'];
const pySigma = process.env['HUNTBOOK_PYSIGMA'];

mkdirSync(path.join(tmpdir(), 'huntbook-bench'), { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), 'huntbook-bench/sigma-'));
const output = path.join(work, 'output');

interface Run {
  readonly cpu: number;
  readonly lines: number;
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly rounds: number;
  readonly runs: Run[];
}

const pythonScript = `
import sys, importlib
from sigma.collection import SigmaCollection
module, name = sys.argv[1].split(':')
rules = SigmaCollection.load_ruleset(sys.argv[2:])
backend = getattr(importlib.import_module(module), name)(collect_errors=True)
for query in backend.convert(rules):
    print(query.replace(chr(10), ' '))
`;

function huntbook(...args: string[]): string[] {
  return [process.execPath, path.join(root, 'bin/huntbook.js'), 'sigma', ...args, ...folders];
}

function python(backend: string): string[] {
  return [pySigma as string, '-c', pythonScript, backend, ...folders];
}

/** CPU time with /usr/bin/time; what is printed goes to a file, and is counted. */
function run(command: readonly string[]): Run {
  const file = openSync(output, 'w');
  const result = spawnSync('/usr/bin/time', ['-f', '%U %S', ...command], {
    encoding: 'utf8',
    env: { ...process.env, HUNTBOOK_CACHE: work },
    maxBuffer: 1 << 30,
    stdio: ['ignore', file, 'pipe'],
  });
  closeSync(file);
  const figures = /(\d+\.\d+) (\d+\.\d+)\s*$/.exec(result.stderr);
  // 5: some rules cannot be expressed or were found wanting, which is so.
  if (!figures || (result.status !== 0 && result.status !== 5)) {
    throw new Error(
      `${command[0]} failed (is it installed, are the data there?): ${result.stderr.slice(-500)}`,
    );
  }
  const text = readFileSync(output, 'utf8');
  return { cpu: Number(figures[1]) + Number(figures[2]), lines: text.split('\n').length - 1 };
}

function compare(title: string, contenders: readonly Contender[]): void {
  for (let round = 0; contenders.some(({ rounds }) => round < rounds); round++)
    for (const { command, rounds, runs } of contenders) if (round < rounds) runs.push(run(command));
  console.log(title);
  const first = least(contenders[0] as Contender);
  for (const contender of contenders) {
    const cpu = least(contender);
    const ratio = contender === contenders[0] ? '' : `   ${(cpu / first).toFixed(2)} times`;
    const lines = `${contender.runs[0]?.lines} lines`.padStart(12);
    const figures = `${cpu.toFixed(2)} s, median ${median(contender).toFixed(2)} s`;
    console.log(`  ${contender.name.padEnd(24)} ${figures}${lines}${ratio}`);
  }
}

function least({ runs }: Contender): number {
  return Math.min(...runs.map(({ cpu }) => cpu));
}

function median({ runs }: Contender): number {
  return runs.map(({ cpu }) => cpu).sort((a, b) => a - b)[runs.length >> 1] as number;
}

const [given = '5', ...wanted] = process.argv.slice(2);
const rounds = Number(given);
const others = (target: string): Contender[] => {
  const list: Contender[] = [];
  const add = (name: string, command: string[], times: number): void => {
    list.push({ name, command, rounds: times, runs: [] });
  };
  if (rsigma && target === 'postgres') {
    add('rsigma', [rsigma, 'backend', 'convert', '-t', 'postgres', '--skip-unsupported', ...folders], rounds);
  }
  if (pySigma && target === 'splunk') add('pySigma', python('sigma.backends.splunk:SplunkBackend'), 1);
  if (pySigma && target === 'sqlite') add('pySigma', python('sigma.backends.sqlite:sqliteBackend'), 1);
  return list;
};

try {
  const own = (name: string, ...args: string[]): Contender => {
    const command = huntbook(...args);
    return { name, command, rounds, runs: [] };
  };
  // Once before: compiled code and parsed rules are kept on disk.
  run(huntbook('convert', '-q', '-p', 'none', '-t', 'splunk'));
  compare('parse and list fields', [own('huntbook', 'fields', '--no-rule-cache')]);
  compare('check', [own('huntbook', 'check', '-q')]);
  for (const { name } of targets) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const args = ['convert', '-q', '-p', 'none', '-t', name];
    compare(name, [
      own('huntbook', ...args, '--no-rule-cache'),
      own('huntbook, rules cached', ...args),
      ...others(name),
    ]);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
