/** Parquet files to frames, by DuckDB in its sandbox: only the file named can be read. */
import { statSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { Engine } from './engine.ts';
import type { Relation } from './relation.ts';

export async function readParquet(file: string): Promise<Relation> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new HuntbookError('HB_NOT_FOUND', `${file}: no such file`);
  const engine = await Engine.open();
  try {
    engine.allowFile(file);
    await engine.seal();
    const made = await engine.keep('FROM read_parquet($file)', { values: { file } });
    const { columns, wide } = made;
    return {
      columns,
      wide,
      rows: () => made.rows(),
      count: () => made.count(),
      table: () => made.table(),
      part: (part) => made.part?.(part) ?? null,
      // Nobody else has the database.
      close: () => engine.close(),
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}
