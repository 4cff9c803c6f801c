/**
 * Writes a frame in one of the formats of results, to standard output or to a file that appears whole or not at
 * all. What there is to know about the frame goes to standard error; one that is not whole sets the exit status.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import type { Frame } from '../store/index.ts';
import { onExit } from './exit.ts';
import { openOutput, type Output } from './output.ts';

export const frameFormats = ['table', 'json', 'ndjson', 'csv', 'parquet'] as const;
export type FrameFormat = (typeof frameFormats)[number];

export interface FrameOutputOptions {
  /** Default: by the name of `output`, else a table. */
  readonly format?: FrameFormat | undefined;
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  /** CSV without the guard against spreadsheet formulas. */
  readonly csvRaw?: boolean | undefined;
  /** Rows shown in a table. */
  readonly limit?: number | undefined;
  readonly quiet?: boolean | undefined;
  /** Rejects when the user does not wait any longer. */
  readonly expired?: Promise<never> | undefined;
}

export function frameFormatOf(output: string | undefined): FrameFormat {
  const ending = /\.(json|ndjson|jsonl|csv|parquet)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  return ending === 'jsonl' ? 'ndjson' : ((ending as FrameFormat | undefined) ?? 'table');
}

/** Says before the work is done what would fail at its end. Throws HB_USAGE, HB_EXISTS, HB_WRITE. */
export function checkFrameOutput({ format, output, force }: FrameOutputOptions): void {
  const chosen = format ?? frameFormatOf(output);
  const toFile = output !== undefined && output !== '-';
  if (chosen === 'parquet' && !toFile) {
    throw new HuntbookError('HB_USAGE', 'Parquet is written to a file', {
      hint: 'Name it with -o FILE.parquet.',
    });
  }
  const stats = toFile ? statSync(output, { throwIfNoEntry: false }) : undefined;
  if (stats?.isDirectory())
    throw new HuntbookError('HB_WRITE', `${output}: is a folder`, { hint: 'Name a file.' });
  if (stats?.isFile() && !force) throw new HuntbookError('HB_EXISTS', `${output}: exists already`);
}

export async function writeFrame(frame: Frame, options: FrameOutputOptions = {}): Promise<void> {
  checkFrameOutput(options);
  const format = options.format ?? frameFormatOf(options.output);
  const { expired = new Promise<never>(() => {}) } = options;
  if (format === 'parquet') await Promise.race([writeParquet(frame, options), expired]);
  else await writeStream(frame, format, options, expired);
  const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);
  if (!options.quiet) for (const notice of frame.notices) say(`note: ${notice}`);
  if (frame.truncated !== null) {
    say(`not the whole result: ${frame.truncated}`);
    process.exitCode ??= ExitCode.truncated;
  }
}

async function writeStream(
  frame: Frame,
  format: Exclude<FrameFormat, 'parquet'>,
  options: FrameOutputOptions,
  expired: Promise<never>,
): Promise<void> {
  const output = openOutput(options.output, options.force ?? false);
  try {
    await Promise.race([writeAs(frame, format, output, options), output.failed, expired]);
    await output.commit();
  } catch (error) {
    output.discard();
    throw output.reason(error);
  }
}

async function writeAs(
  frame: Frame,
  format: Exclude<FrameFormat, 'parquet'>,
  { stream, file }: Output,
  { csvRaw, limit }: FrameOutputOptions,
): Promise<void> {
  switch (format) {
    case 'json':
      return frame.writeJson(stream);
    case 'ndjson':
      return frame.writeNdjson(stream);
    case 'csv':
      return frame.writeCsv(stream, { safe: !csvRaw });
    default: {
      const { isTTY, columns } = process.stdout;
      const width = file === undefined && isTTY && columns > 0 ? columns : undefined;
      stream.write(
        await frame.toText({
          ...(limit !== undefined && { limit }),
          ...(width !== undefined && { width }),
          remark: false,
        }),
      );
    }
  }
}

async function writeParquet(frame: Frame, { output, force }: FrameOutputOptions): Promise<void> {
  const file = output as string;
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  const remove = (): void => rmSync(temporary, { force: true });
  const keep = onExit(remove);
  try {
    await frame.toParquet(temporary);
    checkFrameOutput({ format: 'parquet', output, force });
    renameSync(temporary, file);
  } catch (error) {
    remove();
    if (error instanceof HuntbookError && error.code !== 'HB_WRITE') throw error;
    throw new HuntbookError('HB_WRITE', `${file}: cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    keep();
  }
}
