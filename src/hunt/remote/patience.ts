/**
 * Which errors of one search end the whole hunt: what is wrong with the source and not with a rule, since thousands of
 * rules would meet it alike. A lost connection is tried once more before, as servers close connections that were idle.
 */
import { HuntbookError, type ErrorCode } from '../../errors.ts';

const fatal: readonly ErrorCode[] = [
  'HB_CONNECT',
  'HB_TLS',
  'HB_AUTH',
  'HB_FORBIDDEN',
  'HB_SECRET',
  'HB_MISSING_DEP',
  'HB_USAGE',
];
/** So many in a row without an answer between them: the server is not going to have room, or does not answer any more. */
const most: Partial<Record<ErrorCode, number>> = { HB_BUSY: 5, HB_TIMEOUT: 20 };

export class Patience {
  readonly #inRow = new Map<ErrorCode, number>();
  #answered = false;
  #ended: HuntbookError | null = null;

  /** Some search had an answer: what was found is worth to be told, whatever comes. */
  get answered(): boolean {
    return this.#answered;
  }

  /** What `endOn` threw. */
  get ended(): HuntbookError | null {
    return this.#ended;
  }

  success(): void {
    this.#answered = true;
    this.#inRow.clear();
  }

  /** Throws what all other rules would meet too. */
  endOn(error: unknown): void {
    if (!(error instanceof HuntbookError)) throw error;
    if (fatal.includes(error.code)) this.#end(error);
    const bound = most[error.code];
    if (bound === undefined) return;
    const count = (this.#inRow.get(error.code) ?? 0) + 1;
    this.#inRow.set(error.code, count);
    if (count >= bound) this.#end(error);
  }

  #end(error: HuntbookError): never {
    this.#ended ??= error;
    throw error;
  }
}

/** The connection is gone, perhaps only this one. */
export function mayTryAgain(error: unknown): boolean {
  return error instanceof HuntbookError && (error.code === 'HB_CONNECT' || error.code === 'HB_CUT');
}
