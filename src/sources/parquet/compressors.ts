/**
 * The decompressors of Parquet pages, with a bound: a page says itself how large it will be. Node's own do the
 * two codecs that it has.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors } from 'hyparquet';

const maxPageBytes = 512 * 1024 * 1024;

export async function boundedCompressors(): Promise<Compressors> {
  const { compressors } = await import('hyparquet-compressors');
  const all: Compressors = {
    ...(compressors as Compressors),
    GZIP: (input, outputLength) => gunzipSync(input, { maxOutputLength: Math.max(1, outputLength) }),
    ZSTD: (input, outputLength) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, outputLength) }),
  };
  const bounded: Compressors = {};
  for (const [codec, unpack] of Object.entries(all)) {
    bounded[codec as keyof Compressors] = (input, outputLength) => {
      if (outputLength > maxPageBytes) throw new Error(`a page of ${outputLength} bytes is over the limit`);
      return unpack(input, outputLength);
    };
  }
  return bounded;
}
