/** The life of one search: it ends by its caller, by its time, by an error or with its last row, once, and tidies up. */
import { HuntbookError } from '../../errors.ts';

export class SearchSpan {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #tidies: (() => Promise<void>)[] = [];
  #ended: Promise<void> | null = null;

  constructor(outer: AbortSignal | undefined, seconds: number | undefined) {
    const stop = (): void => void this.#abort.abort(outer?.reason);
    if (outer?.aborted) stop();
    outer?.addEventListener('abort', stop, { once: true });
    this.onEnd(async () => outer?.removeEventListener('abort', stop));
    if (seconds !== undefined && seconds > 0) {
      const text = `the search took longer than ${seconds} seconds and was cancelled`;
      const late = (): void => this.#abort.abort(new HuntbookError('HB_TIMEOUT', text));
      // setTimeout takes no more than 2^31 - 1 milliseconds, and runs at once for more.
      this.#timer = setTimeout(late, Math.min(seconds * 1000, 2 ** 31 - 1));
    }
    // Also when nobody reads rows at that moment, the server is told.
    this.signal.addEventListener('abort', () => void this.end());
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What is to be done whatever way the search ends; must not fail. */
  onEnd(tidy: () => Promise<void>): void {
    this.#tidies.push(tidy);
  }

  end(): Promise<void> {
    this.#ended ??= this.#tidy();
    return this.#ended;
  }

  async #tidy(): Promise<void> {
    clearTimeout(this.#timer);
    for (const tidy of this.#tidies.toReversed()) await tidy();
    // Whatever still waits for the server stops to.
    this.#abort.abort(new HuntbookError('HB_INTERNAL', 'the search has ended'));
  }
}
