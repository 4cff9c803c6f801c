/** UTF-16 text as a stream of UTF-8, without its byte order mark: readers of text see one encoding only. */
export async function* utf16ToUtf8(
  blocks: AsyncIterable<Uint8Array>,
  bigEndian: boolean,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(bigEndian ? 'utf-16be' : 'utf-16le');
  for await (const block of blocks) {
    const text = decoder.decode(block, { stream: true });
    if (text.length > 0) yield Buffer.from(text, 'utf8');
  }
  const rest = decoder.decode();
  if (rest.length > 0) yield Buffer.from(rest, 'utf8');
}
