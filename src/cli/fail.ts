/** Shows an error as a user should see it: message, hint, no stack; returns the exit status. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';

export function fail(error: unknown): number {
  if (error instanceof HuntbookError) {
    process.stderr.write(`huntbook: ${terminalText(error.message)} [${error.code}]\n`);
    if (error.hint) process.stderr.write(`  ${terminalText(error.hint)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`huntbook: an unexpected error, please report it: ${terminalText(text)}\n`);
  return ExitCode.partial;
}
