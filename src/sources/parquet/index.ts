/**
 * Parquet, by way of hyparquet, loaded when the first Parquet file is met. Row groups are read in pieces of
 * bounded size, whatever the writer made of them. A null means that the event lacks the field.
 */
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { HuntbookError } from '../../errors.ts';
import { canonicalise, ObjectBatch, type EventBatch } from '../../events/index.ts';
import { openRandom, type RandomFile } from '../archive/random-file.ts';
import type { ByteInput, ReadOptions } from '../types.ts';
import { boundedCompressors } from './compressors.ts';
import { parquetParsers, plainRow } from './values.ts';

const batchRows = 1000;
/** Unpacked bytes of one piece, by what the file says of itself. */
const pieceBytes = 64 * 1024 * 1024;
const maxFooter = 64 * 1024 * 1024;

export async function* readParquet(input: ByteInput, options: ReadOptions): AsyncGenerator<EventBatch> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const compressors = await boundedCompressors();
  const file = await openRandom(input, options.limits.maxArchiveBytes);
  try {
    const buffer = bufferOf(file);
    const metadata = await readFooter(input.name, file, () => parquetMetadataAsync(buffer));
    const batch = new ObjectBatch(input.name, options.fields);
    let pending = 0;
    let groupStart = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      const groupEnd = groupStart + rows;
      const step = pieceRows(rows, Number(group.total_byte_size));
      for (let rowStart = groupStart; rowStart < groupEnd; rowStart += step) {
        const rowEnd = Math.min(rowStart + step, groupEnd);
        let read: Record<string, unknown>[];
        try {
          const range = { rowStart, rowEnd, useOffsetIndex: true };
          read = await parquetReadObjects({
            file: buffer,
            metadata,
            compressors,
            parsers: parquetParsers,
            ...range,
          });
        } catch (error) {
          const message = `rows ${rowStart + 1} to ${rowEnd} cannot be read: ${messageOf(error)}`;
          options.onIssue({ code: 'HB_DAMAGED', source: input.name, message });
          continue;
        }
        for (let row = 0; row < read.length; row++) {
          batch.add(canonicalise(plainRow(read[row] as object), input.name), rowStart + row + 1);
          if (++pending < batchRows) continue;
          yield batch.batch;
          batch.clear();
          pending = 0;
        }
      }
      groupStart = groupEnd;
      options.onProgress?.(Math.min(file.size, endOf(group)));
    }
    if (pending > 0) yield batch.batch;
  } finally {
    file.close();
  }
}

function bufferOf(file: RandomFile): AsyncBuffer {
  return {
    byteLength: file.size,
    slice: (start, end) => file.read(start, (end ?? file.size) - start).buffer,
  };
}

/** The footer stands at the end; a file that was cut off has none and cannot be read at all. */
async function readFooter(
  name: string,
  file: RandomFile,
  parse: () => Promise<FileMetaData>,
): Promise<FileMetaData> {
  const tail = file.read(file.size - 8, 8);
  if (file.size < 12 || Buffer.from(tail).toString('latin1', 4) !== 'PAR1') {
    throw new HuntbookError(
      'HB_TRUNCATED',
      `${name}: Parquet file without its footer, which holds the directory`,
    );
  }
  if (new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) > Math.min(maxFooter, file.size - 12)) {
    throw new HuntbookError('HB_DAMAGED', `${name}: the footer of the Parquet file has an impossible length`);
  }
  try {
    return await parse();
  } catch (error) {
    throw new HuntbookError('HB_DAMAGED', `${name}: the footer cannot be read: ${messageOf(error)}`);
  }
}

function pieceRows(rows: number, bytes: number): number {
  const share = bytes > 0 ? Math.ceil((rows * pieceBytes) / bytes) : rows;
  return Math.max(batchRows, Math.min(share, 128 * 1024));
}

function endOf(group: FileMetaData['row_groups'][number]): number {
  let end = 0;
  for (const { meta_data: meta } of group.columns) {
    if (meta) end = Math.max(end, Number(meta.data_page_offset + meta.total_compressed_size));
  }
  return end;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
