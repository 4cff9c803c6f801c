/**
 * Byte order marks: that of UTF-8 is skipped, UTF-16 is converted to UTF-8. PowerShell writes UTF-16 by default.
 */
const OPEN_LIST = 0x5b;
const OPEN = 0x7b;

/** The encoding that the first bytes tell; UTF-16 without a mark is known by the zero beside the first bracket. */
export function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [a, b] = head;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if ((a === OPEN || a === OPEN_LIST) && b === 0) return 'utf-16le';
  if (a === 0 && (b === OPEN || b === OPEN_LIST)) return 'utf-16be';
  return 'utf-8';
}

/** The blocks of an input in UTF-8, without a byte order mark. */
export async function* utf8Blocks(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = blocks[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    let done = false;
    while (head.length < 3 && !done) {
      const next = await iterator.next();
      if (next.done === true) done = true;
      else head = Buffer.concat([head, next.value]);
    }
    const encoding = encodingOf(head);
    if (encoding === 'utf-8') {
      const mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
      if (head.length > mark) yield head.subarray(mark);
      for (let next = done ? null : await iterator.next(); next !== null && next.done !== true;) {
        yield next.value;
        next = await iterator.next();
      }
      return;
    }
    const decoder = new TextDecoder(encoding);
    yield Buffer.from(decoder.decode(head, { stream: true }));
    for (let next = done ? null : await iterator.next(); next !== null && next.done !== true;) {
      const text = decoder.decode(next.value, { stream: true });
      if (text !== '') yield Buffer.from(text);
      next = await iterator.next();
    }
    const rest = decoder.decode();
    if (rest !== '') yield Buffer.from(rest);
  } finally {
    await iterator.return?.();
  }
}
