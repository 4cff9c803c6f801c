/** Folders for temporary files that nobody else can read; removed when asked to, and at the end of the process. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asHuntbookError } from '../errors.ts';

const folders = new Set<string>();
let watching = false;

export interface Scratch {
  readonly folder: string;
  remove(): void;
}

/** Throws HB_WRITE where there is no place for it. */
export function makeScratch(): Scratch {
  const folder = attempt();
  folders.add(folder);
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
    });
  }
  return {
    folder,
    remove() {
      rmSync(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
  };
}

function attempt(): string {
  try {
    // The real path: DuckDB compares paths as they are spelled.
    return realpathSync(mkdtempSync(join(tmpdir(), 'huntbook-')));
  } catch (error) {
    throw asHuntbookError(error, 'HB_WRITE', 'no folder for temporary files');
  }
}
