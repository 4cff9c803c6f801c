/** What was wrong with the input, on standard error, a line each. */
import { terminalText } from '../escape/index.ts';
import type { SummaryIssue } from '../hunt/index.ts';

const maxLines = 20;

/** Returns whether a part of the input could not be read, which makes the exit status that of a partial result. */
export function sayIssues(issues: readonly SummaryIssue[], quiet: boolean): boolean {
  if (!quiet) {
    for (const { source, code, message, count } of issues.slice(0, maxLines)) {
      const place = source === '' ? '' : `${source}: `;
      const times = count > 1 ? ` (${count.toLocaleString('en')} times)` : '';
      process.stderr.write(`${terminalText(`${place}${message}${times} [${code}]`)}\n`);
    }
    if (issues.length > maxLines)
      process.stderr.write(`… ${(issues.length - maxLines).toLocaleString('en')} more problems\n`);
  }
  // As for hunt: files without events, and those of another kind that a folder holds, are no failure.
  return issues.some(
    ({ code, source }) => code !== 'HB_EMPTY' && (code !== 'HB_UNKNOWN_KIND' || source !== ''),
  );
}
