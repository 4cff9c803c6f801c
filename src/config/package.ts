/** Where huntbook itself lies, whether run from source, from a build, or installed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version: string;
}

let found: { root: string; version: string } | undefined;

function locate(): { root: string; version: string } {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
      if (manifest.name === 'huntbook') return { root: folder, version: manifest.version };
    } catch {
      // No manifest here; the next folder up may have it.
    }
    if (folder === path.dirname(folder)) throw new Error('the package of huntbook was not found');
  }
}

/** The folder with package.json, `hunts` and `docs`. */
export function packageRoot(): string {
  return (found ??= locate()).root;
}

export function packageVersion(): string {
  return (found ??= locate()).version;
}
