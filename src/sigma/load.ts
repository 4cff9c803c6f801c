/** Rule files and folders of them to rules, in the same order on every machine. */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { HuntbookError } from '../errors.ts';
import type { ParseResult } from './ast.ts';
import { findMissingReferences } from './references.ts';
import { parseRules } from './parse.ts';
import { maxRuleText } from './yaml.ts';

export interface LoadResult extends ParseResult {
  /** Files that were read. */
  readonly files: number;
  /** Files in folders that hold no Sigma document. */
  readonly skipped: string[];
}

const maxFolderDepth = 64;
let buffer = Buffer.alloc(64 * 1024);

export interface RuleFile {
  readonly path: string;
  /** Named itself, not found in a folder. */
  readonly named: boolean;
}

/**
 * The files to read: those named, and all `.yml` and `.yaml` files below folders; each once. Folders that cannot be
 * read are in `errors`. Throws HB_NOT_FOUND or HB_READ when a path given is missing or closed.
 */
export function listRuleFiles(paths: readonly string[]): { files: RuleFile[]; errors: HuntbookError[] } {
  const files: RuleFile[] = [];
  const errors: HuntbookError[] = [];
  const seen = new Set<string>();
  for (const name of paths) {
    let folder: boolean;
    try {
      folder = statSync(name).isDirectory();
    } catch (error) {
      throw readError(name, error);
    }
    for (const file of folder ? listFolder(name, errors) : [name]) {
      const key = path.resolve(file);
      if (seen.has(key)) continue;
      seen.add(key);
      files.push({ path: file, named: !folder });
    }
  }
  return { files, errors };
}

/** Reads files and folders of rules. Never throws: what cannot be read or parsed is in `errors`. */
export async function loadRules(paths: readonly string[]): Promise<LoadResult> {
  const result: LoadResult & { files: number } = {
    rules: [],
    correlations: [],
    filters: [],
    notices: [],
    errors: [],
    files: 0,
    skipped: [],
  };
  const present = paths.filter((name) => {
    try {
      statSync(name);
      return true;
    } catch (error) {
      result.errors.push(readError(name, error));
      return false;
    }
  });
  const { files, errors } = listRuleFiles(present);
  result.errors.push(...errors);
  for (const file of files) loadFile(file, result);
  // Files named one by one were checked alone, and may name each other's rules.
  const missing = findMissingReferences(result);
  const reported = new Set(result.errors.map((error) => error.message));
  result.errors.push(...missing.filter((error) => !reported.has(error.message)));
  return result;
}

/** The text of a rule file. Throws HB_LIMIT, HB_READ, HB_NOT_FOUND, or HB_RULE_YAML when it is not UTF-8. */
export function readRuleFile(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const bytes = readBounded(handle);
    if (bytes.length > maxRuleText) {
      throw new HuntbookError(
        'HB_LIMIT',
        `${file}: a rule file may have ${maxRuleText} bytes, this has more`,
        {
          position: { file },
          hint: 'Split the file.',
        },
      );
    }
    return decode(bytes, file);
  } catch (error) {
    throw readError(file, error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Up to one byte more than a rule may have, in a buffer that the next call overwrites. */
function readBounded(handle: number): Buffer {
  let length = 0;
  for (;;) {
    if (length === buffer.length) {
      if (length > maxRuleText) break;
      const larger = Buffer.alloc(Math.min(length * 4, maxRuleText + 1));
      buffer.copy(larger);
      buffer = larger;
    }
    const count = readSync(handle, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function loadFile({ path: file, named }: RuleFile, result: LoadResult & { files: number }): void {
  let text: string;
  try {
    text = readRuleFile(file);
  } catch (error) {
    result.errors.push(readError(file, error));
    return;
  }
  result.files++;
  const parsed = parseRules(text, file, { named });
  const { rules, correlations, filters, notices, errors } = parsed;
  if (rules.length + correlations.length + filters.length + errors.length === 0) result.skipped.push(file);
  for (const rule of rules) result.rules.push(rule);
  for (const correlation of correlations) result.correlations.push(correlation);
  for (const filter of filters) result.filters.push(filter);
  for (const notice of notices) result.notices.push(notice);
  for (const error of errors) result.errors.push(error);
}

function decode(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe) return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 0xfeff) return new TextDecoder('utf-16be').decode(bytes);
  throw new HuntbookError('HB_RULE_YAML', `${file}: the text is not UTF-8`, { position: { file } });
}

function listFolder(root: string, errors: HuntbookError[]): string[] {
  const files: string[] = [];
  // Links may lead back up: a folder is entered once on each way down.
  const walk = (folder: string, above: readonly string[]): void => {
    let real: string;
    let entries;
    try {
      real = realpathSync(folder);
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      errors.push(readError(folder, error));
      return;
    }
    if (above.includes(real) || above.length >= maxFolderDepth) return;
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const entry of entries) {
      const name = path.join(folder, entry.name);
      let isFolder = entry.isDirectory();
      let isFile = entry.isFile();
      if (entry.isSymbolicLink()) {
        const target = statSync(name, { throwIfNoEntry: false });
        isFolder = target?.isDirectory() ?? false;
        isFile = target?.isFile() ?? false;
      }
      if (isFolder) walk(name, [...above, real]);
      else if (isFile && /\.ya?ml$/i.test(entry.name)) files.push(name);
    }
  };
  walk(root, []);
  return files;
}

function readError(file: string, error: unknown): HuntbookError {
  if (error instanceof HuntbookError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  return new HuntbookError(
    code === 'ENOENT' ? 'HB_NOT_FOUND' : 'HB_READ',
    code === 'ENOENT'
      ? `${file}: there is no such file or folder`
      : `${file}: cannot be read (${code ?? String(error)})`,
    { cause: error, position: { file } },
  );
}
