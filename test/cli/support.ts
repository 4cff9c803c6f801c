/** The built command as a user runs it, in a clean environment. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

const root = path.resolve(import.meta.dirname, '../..');
export const command = path.join(root, 'bin/huntbook.js');
export const hunts = path.join(root, 'hunts');

if (!existsSync(path.join(root, 'dist/cli/main.js')))
  throw new Error('the command is not built: run npm run build');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  /** Called with the process, to send it signals and the like. */
  readonly during?: (child: {
    kill(signal: NodeJS.Signals): void;
    readonly stdout: Readable;
    readonly stderr: Readable;
  }) => void;
}

/** A folder for one test file, with a cache folder of its own in it. */
export class Workplace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'huntbook-cli-'));

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(name: string, text: string | Buffer): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** A small estate in all formats; the folder that a hunt takes. */
  async estate(): Promise<string> {
    const options = ['--hosts', '3', '--hours', '2', '--events', '1500', '--formats', 'ndjson,evtx,csv'];
    const { code, stderr } = await this.run('lab', 'generate', '-o', this.path('estate'), ...options);
    if (code !== 0) throw new Error(stderr);
    return this.path('estate', 'events');
  }

  run(...args: string[]): Promise<Run> {
    return this.runWith({}, ...args);
  }

  runWith(options: RunOptions, ...args: string[]): Promise<Run> {
    return this.spawn(process.execPath, [command, ...args], options);
  }

  /** A line of shell; `$HB` is the command. */
  shell(line: string, options: RunOptions = {}): Promise<Run> {
    const env = { ...options.env, HB: `${process.execPath} ${command}` };
    return this.spawn('bash', ['-o', 'pipefail', '-c', line], { ...options, env });
  }

  spawn(file: string, args: readonly string[], options: RunOptions): Promise<Run> {
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        cwd: options.cwd ?? this.folder,
        env: {
          PATH: process.env['PATH'],
          HOME: this.folder,
          TMPDIR: process.env['TMPDIR'] ?? tmpdir(),
          XDG_CACHE_HOME: this.path('cache'),
          ...options.env,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...texts }));
      child.stdin.on('error', () => {});
      if (options.stdin !== undefined || !options.during) child.stdin.end(options.stdin ?? '');
      options.during?.({ kill: (signal) => child.kill(signal), stdout: child.stdout, stderr: child.stderr });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function ruleText(title: string, detection: string, rest = 'level: high'): string {
  return `title: ${title}\nlogsource: {product: windows, category: process_creation}\ndetection:\n  sel:\n    ${detection}\n  condition: sel\n${rest}\n`;
}
