/** Errors of a search: HB_SPL with line and column in the text. */
import { HuntbookError } from '../errors.ts';

export function splError(text: string, offset: number, message: string, hint?: string): HuntbookError {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return new HuntbookError('HB_SPL', `${message} (line ${line}, column ${column})`, {
    position: { line, column },
    ...(hint !== undefined && { hint }),
  });
}
