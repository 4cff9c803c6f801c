/** Where results go: standard output, or a file that appears whole or not at all. */
import { createWriteStream, existsSync, renameSync, rmSync, type WriteStream } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { asHuntbookError, HuntbookError } from '../errors.ts';

export interface Output {
  readonly stream: Writable;
  /** Rejects as soon as writing fails (a full disk), so that nobody works on in vain. */
  readonly failed: Promise<never>;
  /** Makes the file appear under its name. */
  commit(): Promise<void>;
  /** Removes what was written so far. */
  discard(): void;
}

export function openOutput(file: string | undefined, force: boolean): Output {
  if (file === undefined || file === '-') {
    return {
      stream: process.stdout,
      failed: new Promise(() => {}),
      commit: async () => {},
      discard: () => {},
    };
  }
  if (!force && existsSync(file)) throw new HuntbookError('HB_EXISTS', `${file}: exists already`);
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  pending.add(temporary);
  const stream = createWriteStream(temporary, { highWaterMark: 256 * 1024 });
  const failed = new Promise<never>((_, reject) => {
    stream.on('error', (error) => reject(asHuntbookError(error, 'HB_WRITE', file)));
  });
  failed.catch(() => remove(temporary));
  return {
    stream,
    failed,
    commit: () => Promise.race([commit(stream, temporary, file), failed]),
    discard: () => {
      stream.destroy();
      remove(temporary);
    },
  };
}

async function commit(stream: WriteStream, temporary: string, file: string): Promise<void> {
  stream.end();
  await finished(stream);
  renameSync(temporary, file);
  pending.delete(temporary);
}

const pending = new Set<string>();

function remove(path: string): void {
  pending.delete(path);
  rmSync(path, { force: true });
}

// Also when the process is told to go in the middle of it.
process.on('exit', () => {
  for (const path of pending) rmSync(path, { force: true });
});
