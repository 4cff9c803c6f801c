/**
 * Text to a stream in pieces of about 64 KB, with back-pressure. A stream that fails makes the next `write` or
 * `end` throw HB_WRITE with the stream's own error as cause (so that a closed pipe can be told apart).
 */
import type { Writable } from 'node:stream';
import { asHuntbookError } from '../errors.ts';

const pieceLength = 64 * 1024;
/** Milliseconds after which text goes out even in a small piece: findings of a live stream are wanted at once. */
const idle = 200;

export class TextOut {
  readonly #stream: Writable;
  readonly #onError: (error: Error) => void;
  #text = '';
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.#onError = (error) => (this.#failure ??= error);
    stream.on('error', this.#onError);
  }

  write(text: string): void | Promise<void> {
    this.#text += text;
    if (this.#text.length >= pieceLength) return this.#flush();
    this.#timer ??= setTimeout(() => this.#flushIdle(), idle);
  }

  /** Hands over what is left and resolves once the stream has taken it. The stream stays open. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#text;
    this.#text = '';
    try {
      this.#check();
      // An empty write still calls back after everything before it.
      await new Promise<void>((resolve, reject) => {
        this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', 'cannot write the findings');
    } finally {
      this.#stream.off('error', this.#onError);
    }
  }

  /** A stream that failed says so at the next write. */
  #flushIdle(): void {
    this.#timer = undefined;
    if (this.#text === '' || this.#failure || this.#stream.destroyed || this.#stream.writableNeedDrain)
      return;
    const text = this.#text;
    this.#text = '';
    this.#stream.write(text);
  }

  #flush(): void | Promise<void> {
    this.#check();
    const text = this.#text;
    this.#text = '';
    if (!this.#stream.write(text)) return this.#drained();
  }

  #check(): void {
    const error = this.#failure ?? (this.#stream.destroyed ? new Error('the stream is closed') : undefined);
    if (error) throw asHuntbookError(error, 'HB_WRITE', 'cannot write the findings');
  }

  #drained(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => {
        stream.off('drain', done);
        stream.off('close', onClose);
        stream.off('error', done);
        if (error) reject(asHuntbookError(error, 'HB_WRITE', 'cannot write the findings'));
        else resolve();
      };
      const onClose = (): void => done(this.#failure ?? new Error('the stream is closed'));
      stream.on('drain', done);
      stream.on('close', onClose);
      stream.on('error', done);
    });
  }
}
