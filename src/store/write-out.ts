/** Text to a stream, no faster than it is taken. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Text that is gathered before it is written: many small writes are slow. */
const blockLength = 64 * 1024;

export async function writeText(
  out: Writable,
  texts: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  let block = '';
  for await (const text of texts) {
    block += text;
    if (block.length < blockLength) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  if (block !== '' && !out.write(block)) await once(out, 'drain');
}
