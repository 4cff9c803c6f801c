/** A frame of rows of any engine: the one way from a search to a typed table. */
import { Frame } from './frame.ts';
import { gather, type EngineRows, type GatherOptions } from './gather.ts';

export type { EngineRows, GatherOptions as FromRowsOptions };

/**
 * Reads all rows, in memory up to 64 MiB and beyond it in a temporary file, and makes a frame of them. Numbers and
 * their text, and a value that is missing, null or empty, give the same frame.
 */
export async function frameFromRows(rows: EngineRows, options: GatherOptions = {}): Promise<Frame> {
  return new Frame(await gather(rows, options));
}
