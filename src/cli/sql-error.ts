/** Errors of SQL as a user should see them: the engine's own words over several lines, with its caret in place. */
import { HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';

/** Shows the error and returns the exit status; errors that are not about SQL are thrown again. */
export function saySqlError(error: unknown): number {
  if (!(error instanceof HuntbookError) || !(error.code === 'HB_SQL' || error.code === 'HB_SQL_REFUSED'))
    throw error;
  const [first = '', ...rest] = error.message.split('\n').map(terminalText);
  const lines = [`huntbook: ${first} [${error.code}]`, ...rest.map((line) => `  ${line}`.trimEnd())];
  if (rest.length > 0) lines.push('');
  process.stderr.write(`${lines.join('\n')}\n  ${terminalText(error.hint)}\n`);
  return error.exitCode;
}
