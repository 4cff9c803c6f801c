/**
 * Parquet, by way of hyparquet, loaded when the first Parquet file is met. Row groups are read in pieces of
 * bounded size, whatever the writer made of them. A null means that the event lacks the field.
 */
import type { AsyncBuffer, FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { HuntbookError } from '../../errors.ts';
import { canonicalise, ObjectBatch, type EventBatch } from '../../events/index.ts';
import { openRandom, type RandomFile } from '../archive/random-file.ts';
import type { ByteInput, ReadOptions } from '../types.ts';
import { faultOf } from './check.ts';
import { boundedCompressors } from './compressors.ts';
import { lakeRows, presentColumns } from './lake-rows.ts';
import { parquetParsers, plainRow } from './values.ts';

export { lakeKey, type LakeForm } from './lake-rows.ts';

const batchRows = 1000;
/** Unpacked bytes of one piece, by what the file says of itself. */
const pieceBytes = 64 * 1024 * 1024;
/** Row groups that may be damaged before the file is given up. */
const maxFailures = 20;
const maxFooter = 64 * 1024 * 1024;

export async function* readParquet(input: ByteInput, options: ReadOptions): AsyncGenerator<EventBatch> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const compressors = await boundedCompressors();
  const file = await openRandom(input, options.limits.maxArchiveBytes);
  try {
    const buffer = bufferOf(file);
    const metadata = await readFooter(input.name, file, () =>
      // Geographic columns are of no use here, and looking for them does not end on some damaged schemas.
      parquetMetadataAsync(buffer, { geoparquet: false }),
    );
    const schema = readSchema(input.name, () => parquetSchema(metadata));
    const ofLake = lakeRows(metadata, columnsOf(schema));
    const read = (group: RowGroup, rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> => {
      // By itself, so that a damaged group cannot get in the way of another.
      const alone = { ...metadata, row_groups: [group], num_rows: group.num_rows };
      return parquetReadObjects({
        file: buffer,
        metadata: alone,
        compressors,
        parsers: parquetParsers,
        rowStart,
        rowEnd,
        useOffsetIndex: true,
        ...(ofLake && { columns: presentColumns(group) }),
      });
    };
    let batch = new ObjectBatch(input.name, options.fields);
    let failures = 0;
    let firstRow = 1;
    for (const group of metadata.row_groups) {
      try {
        const fault = faultOf(group, schema, file.size);
        if (fault !== null) throw new Error(fault);
        const rows = Number(group.num_rows);
        const step = pieceRows(rows, Number(group.total_byte_size));
        for (let start = 0; start < rows; start += step) {
          const piece = await read(group, start, Math.min(start + step, rows));
          for (let row = 0; row < piece.length; row++) {
            const number = firstRow + start + row;
            const plain = plainRow(piece[row] as object);
            const { event, position } = ofLake?.(plain, input.name, number) ?? {
              event: canonicalise(plain, input.name),
              position: number,
            };
            if (event.source !== batch.batch.source) {
              // A lake's file has events of many.
              if (batch.batch.length > 0) yield batch.batch;
              batch = new ObjectBatch(event.source, options.fields);
            }
            batch.add(event, position);
            if (batch.batch.length < batchRows) continue;
            yield batch.batch;
            batch.clear();
          }
        }
        firstRow += rows;
      } catch (error) {
        // Row counts are only claims: the rest of a group that breaks once is not tried piece by piece.
        const message = `row group at row ${firstRow} left out from its damage on: ${messageOf(error)}`;
        options.onIssue({ code: 'HB_DAMAGED', source: input.name, message });
        if (++failures === maxFailures) break;
      }
      options.onProgress?.(Math.min(file.size, endOf(group)));
    }
    if (batch.batch.length > 0) yield batch.batch;
  } finally {
    file.close();
  }
}

function bufferOf(file: RandomFile): AsyncBuffer {
  return {
    byteLength: file.size,
    // Never throws: what lies outside the file is missing, and the decoder says so in its own place.
    slice(start, end = file.size) {
      if (!(start >= 0 && start < file.size && end > start)) return new ArrayBuffer(0);
      const bytes = file.read(start, end - start);
      return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    },
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

function readSchema(name: string, parse: () => SchemaTree): SchemaTree {
  try {
    return parse();
  } catch (error) {
    throw new HuntbookError('HB_DAMAGED', `${name}: the schema cannot be read: ${messageOf(error)}`);
  }
}

function columnsOf(schema: SchemaTree): string[] {
  return schema.children.map(({ element }) => element.name);
}

function pieceRows(rows: number, bytes: number): number {
  const share = bytes > 0 ? Math.ceil((rows * pieceBytes) / bytes) : rows;
  return Math.max(batchRows, Math.min(share, 128 * 1024));
}

function endOf(group: RowGroup): number {
  let end = 0;
  for (const { meta_data: meta } of group.columns) {
    if (meta) end = Math.max(end, Number(meta.data_page_offset + meta.total_compressed_size));
  }
  return end;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
