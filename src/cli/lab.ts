/** `huntbook lab generate`. */
import { terminalText } from '../escape/index.ts';
import { HuntbookError } from '../errors.ts';
import { writeLab, type LabFormat } from '../lab/index.ts';

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
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const formats: readonly string[] = ['ndjson', 'csv', 'evtx'];

export async function runLabGenerate(options: LabCliOptions): Promise<void> {
  const { output, attacks, formats: wanted, quiet, force, ...rest } = options;
  const unknown = wanted?.find((format) => !formats.includes(format));
  if (unknown !== undefined) {
    throw new HuntbookError('HB_USAGE', `--formats: '${unknown}' is not one of ${formats.join(', ')}`);
  }
  const [scene] = attacks ?? [];
  const result = await writeLab({
    ...rest,
    out: output,
    force: force ?? false,
    ...(wanted && { formats: wanted as LabFormat[] }),
    ...(attacks && {
      attacks: attacks.length === 1 && (scene === 'all' || scene === 'none') ? scene : attacks,
    }),
  });
  if (quiet) return;
  for (const { name, bytes } of result.files) {
    process.stdout.write(`${String(Math.ceil(bytes / 1024)).padStart(10)} KB  ${terminalText(name)}\n`);
  }
  const { scenes } = result.truth;
  process.stderr.write(
    `${result.events.toLocaleString('en')} events with ${scenes.length} attack scenes in ${terminalText(result.folder)}\n`,
  );
}
