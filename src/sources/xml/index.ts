/**
 * XML exports of Windows events: `<Events>` of Event Viewer, `wevtutil qe`, or one `<Event>` after the other. The
 * text is cut at the ends of events, so that a file of any size is read in the memory of one event and a block.
 */
import type { ErrorCode } from '../../errors.ts';
import { canonicalise, ObjectBatch, parseEventXml, type EventBatch } from '../../events/index.ts';
import type { ByteInput, ReadOptions } from '../types.ts';

const batchRows = 1000;
const endTag = '</Event>';
const startTag = /<Event[\s>]/g;

export async function* readXml(input: ByteInput, options: ReadOptions): AsyncGenerator<EventBatch> {
  const batch = new ObjectBatch(input.name, options.fields);
  const decoder = new TextDecoder();
  const { maxLineBytes, maxDepth } = options.limits;
  const issue = (code: ErrorCode, message: string): void =>
    options.onIssue({ code, source: input.name, message });
  let text = '';
  let record = 0;
  let pending = 0;
  let searched = 0;
  let dropping = false;
  for await (const block of input.stream()) {
    text += decoder.decode(block, { stream: true });
    let from = 0;
    for (;;) {
      const end = text.indexOf(endTag, Math.max(from, searched));
      if (end < 0) break;
      const stop = end + endTag.length;
      startTag.lastIndex = from;
      const start = startTag.exec(text)?.index ?? stop;
      from = stop;
      record++;
      const tooLong: boolean = dropping || stop - start > maxLineBytes;
      if (tooLong) {
        issue('HB_LIMIT', `event ${record} is longer than ${maxLineBytes} bytes; left out`);
        dropping = false;
        continue;
      }
      const object = start < end ? parseEventXml(text.slice(start, stop), maxDepth) : null;
      if (object === null) {
        issue('HB_DAMAGED', `event ${record} is not well-formed XML, or nested too deeply; left out`);
        continue;
      }
      batch.add(canonicalise(object, input.name), record);
      if (++pending < batchRows) continue;
      yield batch.batch;
      batch.clear();
      pending = 0;
    }
    // Enough is kept to find an end tag that is cut, and no more of an event that is too long.
    dropping ||= text.length - from > maxLineBytes;
    text = text.slice(dropping ? Math.max(from, text.length - endTag.length) : from);
    searched = Math.max(0, text.length - endTag.length);
  }
  if (pending > 0) yield batch.batch;
  if (dropping || /<Event[\s>]/.test(text)) issue('HB_TRUNCATED', 'ends in the middle of an event');
}
