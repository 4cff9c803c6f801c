/** `huntbook lab generate`. */
import { terminalText } from '../escape/index.ts';
import { ExitCode, HuntbookError } from '../errors.ts';
import { writeLab, type EvtxLayout, type JsonShape, type LabFormat, type LabResult } from '../lab/index.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { startProgress } from './progress.ts';

export interface LabCliOptions {
  readonly output: string;
  readonly seed?: number;
  readonly hosts?: number;
  readonly users?: number;
  readonly hours?: number;
  readonly events?: number;
  readonly start?: string;
  readonly attacks?: string[];
  readonly formats?: string[];
  readonly shape?: JsonShape;
  readonly evtxLayout?: EvtxLayout;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const formats: readonly string[] = ['ndjson', 'csv', 'evtx'];
/** What the lab writes when no number is given; for the progress bar only. */
const usualEvents = 50_000;

export async function runLabGenerate(options: LabCliOptions): Promise<void> {
  const { output, attacks, formats: wanted, quiet, force, ...rest } = options;
  const unknown = wanted?.find((format) => !formats.includes(format));
  if (unknown !== undefined) {
    throw new HuntbookError('HB_USAGE', `--formats: '${unknown}' is not one of ${formats.join(', ')}`);
  }
  const [scene] = attacks ?? [];
  const progress = startProgress(quiet ?? false);
  const interrupt = watchInterrupt(() => progress.end());
  let result: LabResult;
  try {
    const writing = writeLab({
      ...rest,
      out: output,
      force: force ?? false,
      ...(wanted && { formats: wanted as LabFormat[] }),
      ...(attacks && {
        attacks: attacks.length === 1 && (scene === 'all' || scene === 'none') ? scene : attacks,
      }),
      signal: interrupt.signal,
      onProgress: (events) =>
        progress.update({
          // The bar is of events here: their number is what was asked for.
          bytes: events,
          totalBytes: options.events ?? usualEvents,
          events,
          current: output,
        }),
    });
    result = await Promise.race([writing, interrupt.expired]);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    if (!quiet) process.stderr.write('interrupted; nothing was written\n');
    throw new Interrupted();
  } finally {
    progress.end();
    interrupt.end();
  }
  process.exitCode = ExitCode.ok;
  if (quiet) return;
  for (const { name, bytes } of result.files) {
    process.stdout.write(`${String(Math.ceil(bytes / 1024)).padStart(10)} KB  ${terminalText(name)}\n`);
  }
  const { scenes } = result.truth;
  process.stderr.write(
    `${result.events.toLocaleString('en')} events with ${scenes.length} attack scenes in ${terminalText(result.folder)}\n`,
  );
}
