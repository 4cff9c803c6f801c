/** NDJSON: one finding a line, nothing else. The format for machines. */
import type { Writable } from 'node:stream';
import { FindingJson } from './finding-json.ts';
import { TextOut } from './text-out.ts';
import type { FindingSink } from './types.ts';

export function ndjsonSink(stream: Writable): FindingSink {
  const out = new TextOut(stream);
  const json = new FindingJson();
  return {
    write: (finding) => out.write(json.render(finding) + '\n'),
    end: () => out.end(),
  };
}
