/** The pipelines of each document, ready to run: those that were named, else those that fit the target and the rule. */
import type { SigmaRule } from './ast.ts';
import { builtinPipeline } from './pipeline/builtin/index.ts';
import { PipelineRunner, sortPipelines } from './pipeline/runner.ts';
import type { Pipeline, PipelineOptions } from './pipeline/types.ts';
import type { ReferencedDocument, ResolvedReferences } from './references.ts';
import type { Target } from './targets/types.ts';

export interface ReadyPipelines {
  readonly runner: PipelineRunner;
  /** In the order they run. */
  readonly names: readonly string[];
}

export class PipelineRunners {
  readonly #target: Target | null;
  readonly #options: Omit<PipelineOptions, 'target'>;
  /** For every document; null: each takes what fits. */
  readonly #named: ReadyPipelines | null;
  readonly #suggested = new Map<string, ReadyPipelines>();

  /**
   * `pipelines` undefined: those that the target suggests for each rule; without a target, none. Throws
   * HB_PIPELINE_UNKNOWN.
   */
  constructor(
    target: Target | null,
    pipelines: readonly (string | Pipeline)[] | undefined,
    options: Omit<PipelineOptions, 'target'> = {},
  ) {
    this.#target = target;
    this.#options = options;
    this.#named = pipelines === undefined ? null : this.#make(pipelines);
  }

  /** A correlation takes what fits the first rule below it. */
  of(document: ReferencedDocument, references?: ResolvedReferences): ReadyPipelines {
    if (this.#named !== null) return this.#named;
    let at: ReferencedDocument | undefined = document;
    while (at?.kind === 'correlation') at = references?.documents.get(at)?.[0];
    return this.#suggest(this.#target === null || at === undefined ? [] : suggestPipelines(this.#target, at));
  }

  /** What finishes the whole output: suggested pipelines have no part in it. */
  whole(): ReadyPipelines {
    return this.#named ?? this.#suggest([]);
  }

  #suggest(names: readonly string[]): ReadyPipelines {
    const key = names.join('\n');
    let found = this.#suggested.get(key);
    if (found === undefined) this.#suggested.set(key, (found = this.#make(names)));
    return found;
  }

  #make(pipelines: readonly (string | Pipeline)[]): ReadyPipelines {
    const whole = pipelines.map((one) => (typeof one === 'string' ? builtinPipeline(one) : one));
    const target = this.#target === null ? {} : { target: this.#target.name };
    const runner = new PipelineRunner(whole, { ...this.#options, ...target });
    return { runner, names: sortPipelines(whole).map(({ name }) => name) };
  }
}

/** The pipelines that fit a rule's log source on a target, by the target's own table; may be none. */
export function suggestPipelines(target: Target, rule: Pick<SigmaRule, 'logsource'>): readonly string[] {
  const fits = target.suggests.find(({ when }) =>
    (['category', 'product', 'service'] as const).every(
      (key) => when[key] === undefined || when[key] === rule.logsource[key],
    ),
  );
  return fits?.pipelines ?? [];
}
