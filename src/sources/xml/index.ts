/**
 * XML exports of Windows events: `<Events>` of Event Viewer, `wevtutil qe`, or one `<Event>` after the other. The
 * text is cut at the ends of events, so that a file of any size is read in the memory of one event and a block.
 */
import { canonicalise, ObjectBatch, type EventBatch } from '../../events/index.ts';
import type { ByteInput, ReadOptions } from '../types.ts';
import { parseEventXml } from './parse-event.ts';

const batchRows = 1000;
const endTag = '</Event>';
const startTag = /<Event[\s>]/g;

export async function* readXml(input: ByteInput, options: ReadOptions): AsyncGenerator<EventBatch> {
  const batch = new ObjectBatch(input.name, options.fields);
  const decoder = new TextDecoder();
  const { maxLineBytes, maxDepth } = options.limits;
  let text = '';
  let record = 0;
  let pending = 0;
  let searched = 0;
  for await (const block of input.stream()) {
    text += decoder.decode(block, { stream: true });
    let from = 0;
    for (;;) {
      const end = text.indexOf(endTag, Math.max(from, searched));
      if (end < 0) break;
      const stop = end + endTag.length;
      startTag.lastIndex = from;
      const start = startTag.exec(text)?.index ?? stop;
      record++;
      const object = start < end ? parseEventXml(text.slice(start, stop), maxDepth) : null;
      from = stop;
      if (object === null) {
        options.onIssue({
          code: 'HB_DAMAGED',
          source: input.name,
          message: `event ${record} is not well-formed XML, or nested too deeply; left out`,
        });
        continue;
      }
      batch.add(canonicalise(object, input.name), record);
      if (++pending < batchRows) continue;
      yield batch.batch;
      batch.clear();
      pending = 0;
    }
    text = text.slice(from);
    if (text.length > maxLineBytes) {
      options.onIssue({
        code: 'HB_LIMIT',
        source: input.name,
        message: `event ${record + 1} is longer than ${maxLineBytes} bytes; left out`,
      });
      text = '';
    }
    searched = Math.max(0, text.length - endTag.length);
  }
  if (pending > 0) yield batch.batch;
  if (/<Event[\s>]/.test(text)) {
    options.onIssue({ code: 'HB_TRUNCATED', source: input.name, message: 'ends in the middle of an event' });
  }
}
