/** What both ways of finding zip members share: which are read, stored data, how an ending is reported. */
import type { ByteCursor } from '../byte-cursor.ts';
import type { ArchiveBudget } from './budget.ts';
import type { Ending } from './engine.ts';
import { unsafeName } from './member-name.ts';
import type { ZipEntry } from './zip-directory.ts';

/** Compression methods that are read (APPNOTE 4.4.5). */
export const Method = { stored: 0, deflate: 8, zstd: 93 } as const;

/** Flag bits for encrypted data and for strong encryption (APPNOTE 4.4.4). */
const encrypted = 0x41;

/** Why a member cannot be opened, or null. */
export function refusalOf(
  entry: Pick<ZipEntry, 'name' | 'flags' | 'method' | 'unixMode'>,
): { code: 'HB_UNSAFE_PATH' | 'HB_READ' | 'HB_UNKNOWN_KIND'; reason: string } | null {
  const unsafe = unsafeName(entry.name);
  if (unsafe !== null) return { code: 'HB_UNSAFE_PATH', reason: unsafe };
  const fileType = entry.unixMode & 0xf000;
  if (fileType !== 0 && fileType !== 0x8000) return { code: 'HB_UNSAFE_PATH', reason: 'a link or device' };
  if (entry.flags & encrypted) return { code: 'HB_READ', reason: 'it is encrypted' };
  if (!Object.values<number>(Method).includes(entry.method)) {
    return { code: 'HB_UNKNOWN_KIND', reason: `it is packed with method ${entry.method}` };
  }
  return null;
}

/** Reports how a member's bytes ended, where that is not well. */
export function reportEnding(ending: Ending, name: string, budget: ArchiveBudget): void {
  if (ending.state === 'truncated') budget.issue('HB_TRUNCATED', name, 'its packed data end early');
  if (ending.state === 'damaged') budget.issue('HB_DAMAGED', name, `packed data damaged: ${ending.message}`);
}

export async function* stored(
  cursor: ByteCursor,
  length: number,
  budget: ArchiveBudget,
): AsyncGenerator<Uint8Array, Ending> {
  let left = length;
  while (left > 0) {
    const span = await cursor.next(left);
    if (span === null) return { state: 'truncated', consumed: length - left, message: '' };
    left -= span.length;
    if (!budget.addBytes(span.length, span.length)) return { state: 'stopped', consumed: 0, message: '' };
    yield span;
  }
  return { state: 'complete', consumed: length, message: '' };
}
