/** `huntbook import`. */
import { ExitCode } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { importEvents, type ImportResult } from '../hunt/index.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { startProgress } from './progress.ts';

export interface ImportCliOptions {
  readonly to: string;
  readonly quiet?: boolean;
}

/** Names that are listed of each sort. */
const shown = 10;

export async function runImport(paths: string[], options: ImportCliOptions): Promise<void> {
  const progress = startProgress(options.quiet ?? false);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const interrupt = watchInterrupt(() => {
    progress.end();
    say('stopping; press Ctrl-C again to end at once');
  });
  try {
    const running = importEvents(paths, {
      to: options.to,
      signal: interrupt.signal,
      onProgress: (report) => progress.update(report),
    });
    const result = await Promise.race([running, interrupt.expired]);
    progress.end();
    report(result, options, say);
    if (result.truncated) throw new Interrupted();
    if (result.issues.some(({ code }) => code !== 'HB_EMPTY' && code !== 'HB_UNKNOWN_KIND'))
      process.exitCode = ExitCode.partial;
  } finally {
    progress.end();
    interrupt.end();
  }
}

function report(result: ImportResult, { to, quiet }: ImportCliOptions, say: (text: string) => void): void {
  process.stdout.write(
    `${count(result.events, 'event')} of ${count(result.files, 'file')} imported into ${terminalText(to)}\n`,
  );
  if (result.known.length > 0)
    process.stdout.write(`${count(result.known.length, 'file')} had been imported before\n`);
  if (result.truncated) say('interrupted; files that were not finished are not in the lake');
  if (!quiet) {
    for (const { name, as } of result.known.slice(0, shown)) {
      say(`  ${terminalText(name)}: its content is there${name === as ? '' : ` as ${terminalText(as)}`}`);
    }
    if (result.known.length > shown) say(`  … ${result.known.length - shown} more`);
  }
  for (const { source, code, message, count: times } of result.issues.slice(0, shown)) {
    const where = source === '' ? '' : `${terminalText(source)}: `;
    say(`${where}${terminalText(message)}${times > 1 ? ` (${times} times)` : ''} [${code}]`);
  }
  if (result.issues.length > shown) say(`… ${result.issues.length - shown} more problems of the input`);
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
