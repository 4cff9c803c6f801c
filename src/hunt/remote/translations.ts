/** The rules of a set as searches: each with its document, tried once more where the index could not be asked. */
import type { CompiledRule } from '../../detect/index.ts';
import { HuntbookError } from '../../errors.ts';
import type { SigmaRule } from '../../sigma/index.ts';
import { mayTryAgain } from './patience.ts';
import { Translator, type Translation } from './translate.ts';
import type { RemoteHuntOptions } from './types.ts';

export class Translations {
  readonly #options: RemoteHuntOptions;
  readonly #documents: ReadonlyMap<string, SigmaRule>;
  readonly #translator: Translator;

  constructor(options: RemoteHuntOptions) {
    this.#options = options;
    this.#documents = new Map(options.documents.map((rule) => [keyOf(rule, rule.position.line), rule]));
    this.#translator = new Translator(options);
  }

  /** Throws HuntbookError where no search can be made of the rule. */
  async of(rule: number): Promise<Translation> {
    const compiled = this.#options.rules.rules[rule] as CompiledRule;
    const { info } = compiled;
    const document = this.#documents.get(keyOf(info, info.line));
    if (document === undefined)
      throw new HuntbookError('HB_INTERNAL', `${info.path}: the rule has no document`);
    try {
      return await this.#translator.translate(document, compiled);
    } catch (error) {
      if (this.#options.signal?.aborted || !mayTryAgain(error)) throw error;
      return this.#translator.translate(document, compiled);
    }
  }
}

/** Rules that were made of one document (`near`) differ by their titles. */
function keyOf({ path, title }: { readonly path: string; readonly title: string }, line: number): string {
  return `${path}\n${line}\n${title}`;
}
