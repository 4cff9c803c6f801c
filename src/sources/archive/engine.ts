/**
 * Runs one of Node's zlib decompressors over blocks of bytes, pulled by the consumer, so that a bomb never gets
 * further than one output block ahead.
 *
 * Contract: all output that the decompressor gave is delivered before the ending is told. The end is written on
 * its own, after everything else was worked off: zlib drops the output of the call in which it fails.
 */
import type { Transform } from 'node:stream';
import type { Zlib } from 'node:zlib';

export const outputBytes = 256 * 1024;

export interface Ending {
  readonly state: 'complete' | 'truncated' | 'damaged' | 'stopped';
  /** Bytes of input that belong to the compressed stream; the rest follows it. */
  readonly consumed: number;
  readonly message: string;
}

export type Engine = Transform & Zlib;

export interface EngineOptions {
  /** The next block of input, or null. A block must stay valid until the next is asked for. */
  readonly next: () => Promise<Uint8Array | null>;
  /** Told after each block of output; false stops the run. */
  readonly onBytes: (packed: number, unpacked: number) => boolean;
}

export async function* runEngine(engine: Engine, options: EngineOptions): AsyncGenerator<Uint8Array, Ending> {
  let failure: (Error & { code?: string }) | undefined;
  let ended = false;
  let writing = false;
  let wake = (): void => {};
  engine.on('readable', () => wake());
  engine.on('end', () => {
    ended = true;
    wake();
  });
  engine.on('error', (error) => {
    failure = error;
    wake();
  });
  let given = 0;
  let consumed = 0;
  const count = (unpacked: number): boolean => {
    const packed = engine.bytesWritten - consumed;
    consumed = engine.bytesWritten;
    return options.onBytes(packed, unpacked);
  };
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const output = engine.read() as Uint8Array | null;
      if (output !== null) {
        if (!count(output.length)) return { state: 'stopped', consumed, message: '' };
        yield output;
      } else if (failure !== undefined || ended) {
        break;
      } else if (writing) {
        await woken;
      } else {
        writing = true;
        // What was left over lies behind the end of the stream; no second block may be taken from there.
        const block = engine.bytesWritten < given ? null : await options.next();
        if (block === null) engine.end();
        else {
          given += block.length;
          engine.write(block, () => {
            writing = false;
            wake();
          });
        }
      }
    }
    count(0);
    if (failure === undefined) return { state: 'complete', consumed, message: '' };
    const state = failure.code === 'Z_BUF_ERROR' ? 'truncated' : 'damaged';
    return { state, consumed, message: failure.message };
  } finally {
    engine.destroy();
  }
}
