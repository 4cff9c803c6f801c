/**
 * Where results go: standard output, or a file that appears whole or not at all. Devices and pipes are written to
 * as they are: they can not be replaced by a new file.
 */
import {
  createWriteStream,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { HuntbookError } from '../errors.ts';
import { onExit } from './exit.ts';

export interface Output {
  readonly stream: Writable;
  /** The name to tell the user; undefined for standard output. */
  readonly file?: string;
  /** Rejects as soon as writing fails (a full disk), so that nobody works on in vain. */
  readonly failed: Promise<never>;
  /** The error to show for one that came up while writing here: names the file. */
  reason(error: unknown): unknown;
  /** Makes the file appear under its name. */
  commit(): Promise<void>;
  /** Removes what was written so far. */
  discard(): void;
}

/** Throws HB_EXISTS when the file is there and `force` is not given, HB_WRITE when it can not be written. */
export function openOutput(file: string | undefined, force: boolean): Output {
  if (file === undefined || file === '-') {
    return {
      stream: process.stdout,
      failed: new Promise(() => {}),
      reason: (error) => error,
      commit: async () => {},
      discard: () => {},
    };
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory())
    throw new HuntbookError('HB_WRITE', `${file}: is a folder`, { hint: 'Name a file.' });
  if (stats?.isFile() && !force) throw new HuntbookError('HB_EXISTS', `${file}: exists already`);
  if (stats && !stats.isFile()) return openDevice(file);
  const target = stats ? realpathSync(file) : file;
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const remove = (): void => rmSync(temporary, { force: true });
  // First, so that no signal finds the file without somebody to remove it.
  const keep = onExit(remove);
  const descriptor = attempt(file, () => openSync(temporary, 'wx'), keep);
  const stream = createWriteStream('', { fd: descriptor, highWaterMark: 256 * 1024 });
  const failed = failureOf(stream, file);
  return {
    stream,
    file,
    failed,
    reason: (error) => reasonOf(error, file),
    async commit() {
      stream.end();
      await Promise.race([finished(stream), failed]);
      if (!force && existsSync(target)) throw new HuntbookError('HB_EXISTS', `${file}: exists already`);
      attempt(file, () => renameSync(temporary, target));
      keep();
    },
    discard() {
      stream.destroy();
      remove();
      keep();
    },
  };
}

/** Writes a short text to a file, whole or not at all. */
export async function writeWhole(file: string, force: boolean, text: string): Promise<void> {
  const output = openOutput(file, force);
  try {
    output.stream.write(text);
    await output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}

function openDevice(file: string): Output {
  const descriptor = attempt(file, () => openSync(file, 'w'));
  const stream = createWriteStream('', { fd: descriptor });
  const failed = failureOf(stream, file);
  return {
    stream,
    file,
    failed,
    reason: (error) => reasonOf(error, file),
    async commit() {
      stream.end();
      await Promise.race([finished(stream), failed]);
    },
    discard: () => void stream.destroy(),
  };
}

function failureOf(stream: WriteStream, file: string): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    stream.on('error', (error) => reject(writeError(file, error)));
  });
  failed.catch(() => {});
  return failed;
}

/** Sinks know of a stream only: what they throw is told again with the name of the file. */
function reasonOf(error: unknown, file: string): unknown {
  const failed = error instanceof HuntbookError && error.code === 'HB_WRITE' ? error.cause : undefined;
  return failed instanceof Error && 'syscall' in failed ? writeError(file, failed) : error;
}

function attempt<T>(file: string, action: () => T, onFailure: () => void = () => {}): T {
  try {
    return action();
  } catch (error) {
    onFailure();
    throw writeError(file, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  ENAMETOOLONG: 'the name is too long',
};

function writeError(file: string, error: unknown): HuntbookError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ''] ?? message;
  return new HuntbookError('HB_WRITE', `${file}: cannot be written: ${reason}`, { cause: error });
}
