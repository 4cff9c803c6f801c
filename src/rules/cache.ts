/**
 * A folder of JSON files on disk, each made from other files: its name holds a key of everything it depends on, so
 * that an entry is right or not found. A cache that cannot be written or read costs time, nothing else.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { RuleFile } from './list.ts';

/** Entries of one kind kept on disk. */
const maxEntries = 16;

/** Where caches are kept, as bin/huntbook.js does for compiled code. */
export function defaultCacheDir(): string {
  return (
    process.env['HUNTBOOK_CACHE'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huntbook')
  );
}

/** A key of what is known of the files without reading them, and of `shape`: all else that forms the entry. */
export function cacheKey(shape: unknown, files: readonly RuleFile[]): string {
  let text = `${JSON.stringify(shape)}\n`;
  // Paths go into rules as given; what they mean depends on the folder we are in.
  if (files.some(({ path }) => !isAbsolute(path))) text += `${process.cwd()}\n`;
  for (const { path, named } of files) text += `${fileStamp(path)}${named}\n`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Path, size, times and inode: changes whenever the content may have. */
export function fileStamp(path: string): string {
  try {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    return `${path}\0${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch {
    return `${path}\0missing`;
  }
}

/** The entry, or null: not there, or not JSON. */
export function readEntry(dir: string, kind: string, key: string): unknown {
  try {
    return JSON.parse(readFileSync(entryFile(dir, kind, key), 'latin1'));
  } catch {
    return null;
  }
}

/** Writes the entry whole or not at all, and drops the oldest of its kind. */
export function writeEntry(dir: string, kind: string, key: string, entry: object): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const file = entryFile(dir, kind, key);
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, asciiJson(entry), { encoding: 'latin1', flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
    prune(dir, kind);
  } catch {
    // Read-only home folders are common on jump hosts.
  }
}

/**
 * JSON without other signs than ASCII: reading plain bytes, and parsing text of them, takes half the time. Elements of
 * lists are written one by one, since a single sign beyond Latin makes a whole text twice as wide.
 */
function asciiJson(entry: object): string {
  const members = Object.entries(entry).map(([key, value]: [string, unknown]) => {
    const text = Array.isArray(value) ? `[${value.map(asciiText).join(',')}]` : asciiText(value);
    return `${asciiText(key)}:${text}`;
  });
  return `{${members.join(',')}}`;
}

const beyond = /[^\0-\x7f]/;
const allBeyond = /[^\0-\x7f]/g;

function asciiText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!beyond.test(text)) return text;
  return text.replaceAll(allBeyond, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function entryFile(dir: string, kind: string, key: string): string {
  return join(dir, `${kind}-${key}.json`);
}

function prune(dir: string, kind: string): void {
  const names = readdirSync(dir).filter(
    (name) => name.startsWith(`${kind}-`) && /^[0-9a-f]{32}\.json$/.test(name.slice(kind.length + 1)),
  );
  if (names.length <= maxEntries) return;
  const byAge = names
    .map((name) => ({ name, time: statSync(join(dir, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of byAge.slice(maxEntries)) rmSync(join(dir, name), { force: true });
}
