/**
 * The files in a tar stream, in order. A member must be read, or passed over, before the next is asked for.
 *
 * A damaged header is reported and the next valid one is looked for; a stream that ends early gives what there is.
 * Libraries end with an error in both cases and lose the rest, so none is used.
 */
import { ByteCursor } from '../byte-cursor.ts';
import type { ByteInput } from '../types.ts';
import type { ArchiveBudget } from './budget.ts';
import { isJunkMember, unsafeName } from './member-name.ts';
import { readPax, readTarHeader, tarBlock, text, type TarHeader } from './tar-header.ts';

const maxExtendedHeader = 1024 * 1024;

/** What extended headers say about the entry that follows them. */
interface Extended {
  name?: string;
  size?: number;
  sparse?: boolean;
}

export async function* tarMembers(input: ByteInput, budget: ArchiveBudget): AsyncGenerator<ByteInput> {
  const cursor = new ByteCursor(input.stream());
  let extended: Extended = {};
  let lost = false;
  try {
    for (;;) {
      const block = await cursor.take(tarBlock);
      if (block.length === 0) return;
      if (block.length < tarBlock)
        return budget.issue('HB_TRUNCATED', input.name, 'tar ends inside a header');
      // Zero blocks mark the end; behind them may come padding or another archive.
      if (block[0] === 0 && block.every((byte) => byte === 0)) continue;
      const header = readTarHeader(block);
      if (header === null || header.size < 0) {
        if (!lost) {
          const message = `tar header damaged at byte ${cursor.position - tarBlock}; looking for the next`;
          budget.issue('HB_DAMAGED', input.name, message);
        }
        lost = true;
        extended = {};
        continue;
      }
      lost = false;
      if ('xLKg'.includes(header.type)) {
        await readExtended(cursor, header, extended);
        continue;
      }
      const name = extended.name ?? header.name;
      const size = extended.size ?? header.size;
      const sparse = extended.sparse ?? false;
      extended = {};
      const member = new TarMember(`${input.name}!${name}`, size, cursor);
      const refusal = sparse ? 'a sparse file, which is not read' : refusalOf(header.type);
      if (isFile(header.type) && !sparse && !name.endsWith('/') && !isJunkMember(name)) {
        if (!budget.addMember()) return;
        const unsafe = unsafeName(name);
        if (unsafe === null) yield member;
        else budget.issue('HB_UNSAFE_PATH', member.name, `not read: ${unsafe}`);
      } else if (refusal !== null) {
        budget.issue(sparse ? 'HB_UNKNOWN_KIND' : 'HB_UNSAFE_PATH', member.name, `not read: ${refusal}`);
      }
      if (budget.spent) return;
      if (!(await member.pass())) {
        return budget.issue(
          'HB_TRUNCATED',
          member.name,
          `tar ends ${member.left} bytes before this member does`,
        );
      }
    }
  } finally {
    await cursor.close();
  }
}

class TarMember implements ByteInput {
  readonly name: string;
  readonly size: number;
  /** Bytes of content not yet read. */
  left: number;
  readonly #padding: number;
  readonly #cursor: ByteCursor;

  constructor(shown: string, size: number, cursor: ByteCursor) {
    this.name = shown;
    this.size = size;
    this.left = size;
    this.#padding = -size & (tarBlock - 1);
    this.#cursor = cursor;
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    while (this.left > 0) {
      const span = await this.#cursor.next(this.left);
      if (span === null) return;
      this.left -= span.length;
      yield span;
    }
  }

  /** Passes over what was not read; false if the archive ends before. */
  async pass(): Promise<boolean> {
    this.left -= await this.#cursor.skip(this.left);
    if (this.left === 0) await this.#cursor.skip(this.#padding);
    return this.left === 0;
  }
}

async function readExtended(cursor: ByteCursor, header: TarHeader, extended: Extended): Promise<void> {
  const padded = header.size + (-header.size & (tarBlock - 1));
  if (header.size > maxExtendedHeader || header.type === 'g') {
    await cursor.skip(padded);
    return;
  }
  const bytes = (await cursor.take(padded)).subarray(0, header.size);
  if (header.type === 'L') extended.name = text(bytes, 0, bytes.length);
  if (header.type !== 'x') return;
  const records = readPax(bytes);
  const name = records.get('GNU.sparse.name') ?? records.get('path');
  if (name !== undefined) extended.name = name;
  const size = Number(records.get('size'));
  if (Number.isSafeInteger(size) && size >= 0) extended.size = size;
  if (records.has('GNU.sparse.major') || records.has('GNU.sparse.map')) extended.sparse = true;
}

/** Regular files, and by POSIX also every type that is not known. */
function isFile(type: string): boolean {
  return !'123456DMNSVg'.includes(type);
}

function refusalOf(type: string): string | null {
  if (type === '1' || type === '2') return 'a link';
  if (type === '3' || type === '4' || type === '6') return 'a device or pipe';
  if (type === 'S' || type === 'M') return 'a sparse or split file';
  return null;
}
