import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutateChunk, recordsOf } from '../../../fuzz/evtx.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE } from '../../../src/sources/evtx/index.ts';
import { sampleChunk } from './build.ts';
import { bytesInput, evtxFiles, evtxFolder, readAll } from './support.ts';

const rounds = process.env['HUNTBOOK_FULL'] === '1' ? 20_000 : 2000;
const files = evtxFiles(evtxFolder);

describe('damaged chunks', () => {
  it('are read without a crash or a hang, and the records beside a damaged one are all there', async () => {
    const chunk = sampleChunk(100, 12, true);
    const { records, end } = recordsOf(chunk.bytes);
    expect(records).toEqual(chunk.records);
    const whole = await readAll(bytesInput(chunk.bytes));
    let slowest = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const { bytes, record, what } = mutateChunk(chunk.bytes, records, end, seed);
      const begin = performance.now();
      const { events, positions } = await readAll(bytesInput(bytes));
      slowest = Math.max(slowest, performance.now() - begin);
      if (record === null) continue;
      // By the number in the record's header, which stays: the one in the event may be what was damaged.
      const byNumber = new Map(positions.map((number, i) => [number, events[i]]));
      whole.events.forEach((event, i) => {
        if (i !== record) expect(byNumber.get(100 + i), `${what}, seed ${seed}`).toEqual(event);
      });
    }
    expect(slowest).toBeLessThan(5000);
  }, 600_000);

  it.skipIf(files.length === 0)(
    'of real logs are read without a crash or a hang',
    async () => {
      const chunks: Uint8Array[] = [];
      for (const file of files) {
        const bytes = readFileSync(file);
        if (bytes.length >= FILE_HEADER_SIZE + CHUNK_SIZE) {
          chunks.push(new Uint8Array(bytes.subarray(FILE_HEADER_SIZE, FILE_HEADER_SIZE + CHUNK_SIZE)));
        }
      }
      let slowest = 0;
      for (let seed = 0; seed < rounds / 4; seed++) {
        const chunk = chunks[seed % chunks.length] as Uint8Array;
        const { records, end } = recordsOf(chunk);
        const begin = performance.now();
        await readAll(bytesInput(mutateChunk(chunk, records, end, seed).bytes));
        slowest = Math.max(slowest, performance.now() - begin);
      }
      expect(slowest).toBeLessThan(5000);
    },
    600_000,
  );
});
