/** Shows an error as a user should see it: message, hint, no stack; returns the exit status. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { Interrupted } from './exit.ts';

export function fail(error: unknown): number {
  if (error instanceof Interrupted) return ExitCode.interrupted;
  if (error instanceof HuntbookError) {
    process.stderr.write(`huntbook: ${terminalText(error.message)} [${error.code}]\n`);
    if (error.hint) process.stderr.write(`  ${terminalText(error.hint)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = text.split('\n').map(terminalText).join('\n');
  process.stderr.write(`huntbook: an unexpected error, please report it: ${lines}\n`);
  return ExitCode.partial;
}

/** What the option parser says, in the same form. */
export function usageError(text: string): string {
  const [first = '', ...rest] = text.trimEnd().split('\n').map(terminalText);
  const message = first.replace(/^error: /, '');
  return [`huntbook: ${message} [HB_USAGE]`, ...rest.map((line) => `  ${line}`), ''].join('\n');
}
