/**
 * A password, token or key that can not be shown by mistake: as text, as JSON, in an inspection, in a copy and in an
 * error it is `***`. Only `reveal()` gives the value, for the one place that sends it.
 */
import { inspect } from 'node:util';

const shown = '***';

export class Secret {
  // Private to the language, not only to the type: neither inspection nor structuredClone reach it.
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
