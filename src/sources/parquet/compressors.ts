/** The decompressors of Parquet pages, with a bound: a page says itself how large it will be. */
import type { Compressors } from 'hyparquet';

const maxPageBytes = 512 * 1024 * 1024;

export async function boundedCompressors(): Promise<Compressors> {
  const { compressors } = await import('hyparquet-compressors');
  const bounded: Compressors = {};
  for (const [codec, unpack] of Object.entries(compressors as Required<Compressors>)) {
    bounded[codec as keyof Compressors] = (input, outputLength) => {
      if (outputLength > maxPageBytes) throw new Error(`a page of ${outputLength} bytes is over the limit`);
      return unpack(input, outputLength);
    };
  }
  return bounded;
}
