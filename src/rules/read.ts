/** The text of one rule file, bounded, in UTF-8 or marked UTF-16. */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { maxRuleText } from '../sigma/index.ts';

const firstBuffer = 64 * 1024;
/** What stands where bytes were not UTF-8; seldom it stands in the text itself. */
const replacement = '\uFFFD';

/**
 * The text of a rule file. `size` is that of a regular file, where it is known already.
 * Throws HB_LIMIT, HB_READ, HB_NOT_FOUND, or HB_RULE_YAML when it is not UTF-8.
 */
export function readRuleFile(file: string, size?: number): string {
  try {
    if ((size ?? regularSize(file)) <= maxRuleText) {
      const text = readFileSync(file, 'utf8');
      if (!text.includes(replacement)) return text;
    }
    return decode(readBytes(file), file);
  } catch (error) {
    throw readError(file, error);
  }
}

/** An error of the file system as ours. */
export function readError(file: string, error: unknown): HuntbookError {
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

/** Infinity for pipes and devices, which may never end. */
function regularSize(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : Infinity;
}

function readBytes(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    let bytes = Buffer.allocUnsafe(firstBuffer);
    let length = 0;
    for (;;) {
      if (length === bytes.length) {
        if (length > maxRuleText) break;
        const larger = Buffer.allocUnsafe(Math.min(length * 4, maxRuleText + 1));
        bytes.copy(larger);
        bytes = larger;
      }
      const count = readSync(handle, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length <= maxRuleText) return bytes.subarray(0, length);
  } finally {
    closeSync(handle);
  }
  throw new HuntbookError('HB_LIMIT', `${file}: a rule file may have ${maxRuleText} bytes, this has more`, {
    position: { file },
    hint: 'Split the file.',
  });
}

function decode(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe) return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 0xfeff) return new TextDecoder('utf-16be').decode(bytes);
  throw new HuntbookError('HB_RULE_YAML', `${file}: the text is not UTF-8`, { position: { file } });
}
