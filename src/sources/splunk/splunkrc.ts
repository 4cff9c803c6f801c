/**
 * `.splunkrc`, as Splunk's own SDKs read it: a line `key=value` each (or `--key=value`), a line that begins with `#` is
 * a comment. The first `=` divides; what follows is the value as it stands, with quotes, `=`, `;` and `#`.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { HuntbookError } from '../../errors.ts';

export interface SplunkRc {
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

const maxBytes = 64 * 1024;

export function parseSplunkRc(text: string): { values: Map<string, string>; badLines: number[] } {
  const values = new Map<string, string>();
  const badLines: number[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const match = /^\s*(?:--)?([\w-]+)(\s*)=(.*)$/.exec(line);
    if (!match) {
      badLines.push(index + 1);
      continue;
    }
    const [, key, gap, value] = match as unknown as [string, string, string, string];
    // `key = value` has a blank for looks; in `key= value` it belongs to the value.
    values.set(key.toLowerCase(), (gap === '' ? value : value.trimStart()).trimEnd());
  }
  return { values, badLines };
}

/** The file named, else `.splunkrc` of the working folder, else that of the home folder; null when there is none. */
export function readSplunkRc(named: string | undefined, cwd: string, home: string): SplunkRc | null {
  const candidates =
    named === undefined ? [cwd, home].map((folder) => path.join(folder, '.splunkrc')) : [named];
  for (const file of candidates) {
    let text: string;
    let mode: number;
    try {
      const stat = statSync(file);
      if (!stat.isFile() || stat.size > maxBytes) throw new Error('not a file of settings');
      mode = stat.mode;
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new HuntbookError('HB_CONFIG', `${file}: ${(error as Error).message}`, { cause: error });
    }
    const { values, badLines } = parseSplunkRc(text);
    const open = process.platform !== 'win32' && (mode & 0o077) !== 0;
    const warnings = [
      ...(open ? [`${file} can be read by others; chmod 600 ${file}`] : []),
      // The line is not shown: it may be a password.
      ...badLines.map((line) => `${file}:${line} is no key=value and was left out`),
    ];
    return { file, values, warnings };
  }
  return null;
}
