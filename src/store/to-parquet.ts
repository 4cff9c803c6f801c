/** A table to a Parquet file, by DuckDB: written where DuckDB may write, then moved to its place. */
import { rmSync } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { asHuntbookError } from '../errors.ts';
import { quoteName, quoteText } from './names.ts';

interface Runner {
  run(sql: string): Promise<void>;
  all(sql: string): Promise<Record<string, unknown>[]>;
}

interface Table {
  readonly from: string;
  /** Columns of integers that may need more than 63 bits. */
  readonly wide: readonly string[];
}

/** Throws HB_WRITE. */
export async function copyToParquet(
  runner: Runner,
  { from, wide }: Table,
  made: string,
  file: string,
): Promise<void> {
  try {
    const casts = await narrowed(runner, from, wide);
    const columns = casts.length === 0 ? '*' : `* REPLACE (${casts.join(', ')})`;
    const options = 'FORMAT parquet, COMPRESSION zstd';
    await runner.run(`COPY (SELECT ${columns} FROM ${from}) TO ${quoteText(made)} (${options})`);
    await rename(made, file).catch(() => copyFile(made, file));
  } catch (error) {
    throw asHuntbookError(error, 'HB_WRITE', `${file}: cannot be written`);
  } finally {
    rmSync(made, { force: true });
  }
}

/** Parquet has no integers of 128 bits; DuckDB would write them as floats and round them. */
async function narrowed(runner: Runner, from: string, wide: readonly string[]): Promise<string[]> {
  const casts: string[] = [];
  for (const name of wide) {
    const column = quoteName(name);
    const [range] = await runner.all(
      `SELECT min(${column})::HUGEINT AS low, max(${column})::HUGEINT AS high FROM ${from}`,
    );
    const low = (range?.['low'] ?? 0n) as bigint;
    const high = (range?.['high'] ?? 0n) as bigint;
    const unsigned = low >= 0n && high < 2n ** 64n ? 'UBIGINT' : 'VARCHAR';
    casts.push(`${column}::${low >= -(2n ** 63n) && high < 2n ** 63n ? 'BIGINT' : unsigned} AS ${column}`);
  }
  return casts;
}
