/** Which files hold the rules of paths, in the same order on every machine. */
import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import type { HuntbookError } from '../errors.ts';
import { readError } from './read.ts';

export interface RuleFile {
  readonly path: string;
  /** Named itself, not found in a folder. */
  readonly named: boolean;
}

const maxFolderDepth = 64;
const ruleName = /\.ya?ml$/i;

/**
 * The files to read: those named, and all `.yml` and `.yaml` files below folders; each once. Folders that cannot be
 * read are in `errors`. Throws HB_NOT_FOUND or HB_READ when a path given is missing or closed.
 */
export function listRuleFiles(paths: readonly string[]): { files: RuleFile[]; errors: HuntbookError[] } {
  const files: RuleFile[] = [];
  const errors: HuntbookError[] = [];
  const seen = mayOverlap(paths) ? new Set<string>() : null;
  const add = (file: string, named: boolean): void => {
    if (seen !== null) {
      const key = path.resolve(file);
      if (seen.has(key)) return;
      seen.add(key);
    }
    files.push({ path: file, named });
  };
  for (const name of paths) {
    let folder: boolean;
    try {
      folder = statSync(name).isDirectory();
    } catch (error) {
      throw readError(name, error);
    }
    if (folder) listFolder(name, errors, (file) => add(file, false));
    else add(name, true);
  }
  return { files, errors };
}

/** Whether one of the paths is another, or stands below it. */
function mayOverlap(paths: readonly string[]): boolean {
  const resolved = paths.map((name) => `${path.resolve(name)}${path.sep}`).sort();
  return resolved.some((name, index) => index > 0 && name.startsWith(resolved[index - 1] as string));
}

function listFolder(root: string, errors: HuntbookError[], add: (file: string) => void): void {
  // Links may lead back up: below one, a folder is entered once on each way down.
  const walk = (folder: string, above: readonly string[], linked: boolean): void => {
    let entries: Dirent[];
    try {
      if (above.length >= maxFolderDepth || (linked && isAbove(folder, above))) return;
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      errors.push(readError(folder, error));
      return;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    // As `path.join` writes it, without asking it for each file.
    const prefix = path.join(folder, 'x').slice(0, -1);
    for (const entry of entries) {
      const name = prefix + entry.name;
      let isFolder = entry.isDirectory();
      let isFile = entry.isFile();
      const link = entry.isSymbolicLink();
      if (link) {
        const target = statSync(name, { throwIfNoEntry: false });
        isFolder = target?.isDirectory() ?? false;
        isFile = target?.isFile() ?? false;
      }
      if (isFolder) walk(name, [...above, folder], linked || link);
      else if (isFile && ruleName.test(entry.name)) add(name);
    }
  };
  walk(root, [], false);
}

function isAbove(folder: string, above: readonly string[]): boolean {
  const real = realpathSync(folder);
  return above.some((name) => realpathSync(name) === real);
}
