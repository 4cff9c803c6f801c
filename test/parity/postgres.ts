/** A PostgreSQL server of our own for a test: in a temporary folder, on a socket in it, never as root. */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine, Row } from './engines.ts';

const root = '/usr/lib/postgresql';
/** Programs of the newest version that Debian has installed; null where there is none, and in short test runs. */
export const programs: string | null =
  (process.env['HUNTBOOK_FULL'] && existsSync(root) ? readdirSync(root) : [])
    .filter((version) => existsSync(path.join(root, version, 'bin', 'initdb')))
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => path.join(root, version, 'bin'))[0] ?? null;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export async function openPostgres(columns: readonly string[]): Promise<Engine> {
  const bin = programs as string;
  // The path of a socket may have 107 characters only.
  const folder = mkdtempSync(path.join(tmpdir(), 'hbpg-'));
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const made = spawnSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'hunt', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    { ...user, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, '-k', folder, '-h', '', '-F'], {
    ...user,
    stdio: 'ignore',
  });
  const ask = (script: string): { out: string; errors: string } => {
    const asked = spawnSync(
      path.join(bin, 'psql'),
      ['-h', folder, '-U', 'hunt', '-d', 'postgres', '-X', '-q', '-A', '-t', '-F', '\u0001', '-f', '-'],
      { ...user, input: script, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, PGTZ: 'UTC' } },
    );
    return { out: asked.stdout, errors: asked.stderr };
  };
  for (let tries = 0; ask('SELECT 1').out.trim() !== '1'; tries++) {
    if (tries > 100) throw new Error('the server does not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  ask(`CREATE TABLE logs (_id integer, ${columns.map((name) => `${quoted(name)} text`).join(', ')});`);
  return {
    name: 'postgres',
    replace: (rows) => {
      const { errors } = ask(`TRUNCATE logs;\nCOPY logs FROM STDIN;\n${rows.map(copyLine).join('')}\\.\n`);
      return errors === '' ? Promise.resolve() : Promise.reject(new Error(errors));
    },
    search: (conditions) =>
      Promise.resolve(
        conditions.map((condition) => {
          const { out, errors } = ask(`SELECT _id FROM logs WHERE ${condition};\n`);
          if (errors !== '') return errors.slice(0, 300);
          return new Set(
            out
              .split('\n')
              .filter((line) => line !== '')
              .map(Number),
          );
        }),
      ),
    all: (query) => {
      const { out, errors } = ask(`SELECT row_to_json(q) FROM (${query}) AS q;\n`);
      if (errors !== '') return Promise.reject(new Error(errors));
      const lines = out.split('\n').filter((line) => line !== '');
      return Promise.resolve(lines.map((line) => JSON.parse(line) as Record<string, unknown>));
    },
    close: () => {
      server.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      server.kill('SIGINT');
    },
  };
}

/** The text format of COPY. */
function copyLine(row: Row, id: number): string {
  const escaped: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  const values = row.map((value) =>
    value === null ? '\\N' : value.replaceAll(/[\\\n\r\t]/g, (char) => escaped[char] as string),
  );
  return `${[String(id), ...values].join('\t')}\n`;
}
