/** One line of a terminal, put together of styled pieces, that never gets wider than it may. */
import { fitWidth, terminalText, textWidth } from '../../escape/index.ts';
import type { Paint } from '../paint.ts';

/** What is longer is cut before it is escaped: command lines have up to 32 KB. */
const maxText = 2048;

export class Line {
  readonly #paint: Paint;
  /** Columns that are left. */
  rest: number;
  text = '';

  constructor(width: number, paint: Paint) {
    this.rest = width;
    this.#paint = paint;
  }

  add(text: string, style?: Parameters<Paint>[0], limit = Infinity): this {
    if (text === '' || this.rest === 0) return this;
    const fitted = fitWidth(terminalText(text.slice(0, maxText)), Math.min(this.rest, limit));
    this.rest -= textWidth(fitted);
    this.text += style === undefined ? fitted : this.#paint(style, fitted);
    return this;
  }
}
