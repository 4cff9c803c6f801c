/** Errors over several lines as a user should see them: a query, or a pattern, with the caret below it in its place. */
import { HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';

/** Shows an error of SQL and returns the exit status; errors that are not about SQL are thrown again. */
export function saySqlError(error: unknown): number {
  if (!(error instanceof HuntbookError) || !(error.code === 'HB_SQL' || error.code === 'HB_SQL_REFUSED'))
    throw error;
  return sayInLines(error);
}

/** Shows an error with the lines of its message and returns the exit status. */
export function sayInLines(error: HuntbookError): number {
  const [first = '', ...rest] = error.message.split('\n').map(terminalText);
  const lines = [`huntbook: ${first} [${error.code}]`, ...rest.map((line) => `  ${line}`.trimEnd())];
  if (rest.length > 0) lines.push('');
  process.stderr.write(`${lines.join('\n')}\n  ${terminalText(error.hint)}\n`);
  return error.exitCode;
}
