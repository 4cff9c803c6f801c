/**
 * How the parser says that something in a document is wrong: the code, the words and the place as a path of keys.
 * A fault becomes a HuntbookError with line and column only when it leaves the document (see `locate.ts`),
 * so that well-formed rules pay nothing for positions.
 */
import type { ErrorCode } from '../errors.ts';

/** A place in a document: a key or an index, and the place that holds it. Null is the document itself. */
export interface Place {
  readonly parent: Place | null;
  readonly key: string | number;
}

export class RuleFault extends Error {
  readonly code: ErrorCode;
  readonly place: Place | null;
  /** Characters into the scalar at `place`, for conditions and regular expressions. */
  readonly offset: number | undefined;
  /** The key is at fault, not its value. */
  readonly atKey: boolean;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    place: Place | null,
    options: { offset?: number | undefined; atKey?: boolean; hint?: string | undefined } = {},
  ) {
    super(message);
    this.name = 'RuleFault';
    this.code = code;
    this.place = place;
    this.offset = options.offset;
    this.atKey = options.atKey ?? false;
    this.hint = options.hint;
  }
}

export function at(parent: Place | null, key: string | number): Place {
  return { parent, key };
}

export function placePath(place: Place | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (let step = place; step !== null; step = step.parent) path.push(step.key);
  return path.reverse();
}

/** A short, single-line form of text from a rule for use in a message. */
export function quote(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(cut);
}
