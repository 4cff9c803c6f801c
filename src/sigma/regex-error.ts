/** The error of a regular expression: what it is, and where in its source. */
import { HuntbookError } from '../errors.ts';

export function regexError(source: string, reason: string, offset: number): HuntbookError {
  const shown = source.length > 80 ? `${source.slice(0, 77)}...` : source;
  return new HuntbookError('HB_RULE_REGEX', `regular expression ${JSON.stringify(shown)}: ${reason}`, {
    position: { offset },
  });
}
