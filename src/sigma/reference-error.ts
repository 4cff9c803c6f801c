/** An error about what a document names, at the place where it names it. */
import { HuntbookError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { DocumentHead, RulePosition } from './ast.ts';
import { quote } from './fault.ts';

export interface NamingPlace {
  readonly path: string;
  readonly position: RulePosition;
  /** Where the rules are named, if that is known better. */
  readonly rulesPosition?: RulePosition;
}

export function referenceError(
  { path, position, rulesPosition }: NamingPlace,
  message: string,
  code: ErrorCode = 'HB_RULE_REFERENCE',
  hint?: string,
): HuntbookError {
  const { line, column } = rulesPosition ?? position;
  return new HuntbookError(code, `${path}:${line}:${column}: ${message}`, {
    position: { file: path, line, column },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What a message calls a document. */
export function label({ name, id, title }: Pick<DocumentHead, 'name' | 'id' | 'title'>): string {
  return quote(name ?? id ?? title);
}
