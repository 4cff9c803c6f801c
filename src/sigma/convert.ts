/**
 * Rules and correlations to queries of a target: pipelines, the target's text, its format. Errors are collected for
 * each document; nothing throws for a rule.
 */
import { HuntbookError, asHuntbookError } from '../errors.ts';
import type { ParseResult, SigmaCorrelation, SigmaRule } from './ast.ts';
import { toExpression } from './expression.ts';
import { builtinPipeline } from './pipeline/builtin/index.ts';
import { PipelineRunner, sortPipelines, traceBefore } from './pipeline/runner.ts';
import { resolveReferences } from './references.ts';
import type { ReferencedDocument, ResolvedReferences } from './references.ts';
import type { ExternalSources, Pipeline, Prepared, StepTrace } from './pipeline/types.ts';
import { checkFormat, checkOptions, optionsFor } from './targets/options.ts';
import { findTarget } from './targets/registry.ts';
import type {
  CorrelationContext,
  CorrelationPart,
  FinishedQuery,
  RuleContext,
  Target,
} from './targets/types.ts';

export interface ConvertOptions {
  /** Name of a target, see `targets`. */
  readonly target: string;
  /** Default: the format `default`. */
  readonly format?: string;
  /** Names of built-in pipelines or pipelines; an empty list: none. Missing: those the target suggests for the rule. */
  readonly pipelines?: readonly (string | Pipeline)[];
  /** The target's own options, such as the table of SQL. */
  readonly options?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly external?: ExternalSources;
  /** Record what each pipeline step did. */
  readonly trace?: boolean;
}

export interface Conversion {
  readonly document: SigmaRule | SigmaCorrelation;
  /** One for each condition; text, or plain data where the format is JSON. Empty where `error` is set. */
  readonly queries: readonly unknown[];
  /** Names of the pipelines, in the order they ran. */
  readonly pipelines: readonly string[];
  readonly trace: readonly StepTrace[];
  readonly error?: HuntbookError;
}

export interface ConvertResult {
  readonly conversions: readonly Conversion[];
  /** All queries as one text where the format or a pipeline's finalizer makes one; else null. */
  readonly output: string | null;
}

type Documents = Pick<ParseResult, 'rules' | 'correlations'>;

/**
 * Converts documents, in order: rules, then correlations. Rules that a correlation without `generate` names give no
 * query of their own. Throws HB_TARGET_UNKNOWN, HB_PIPELINE_UNKNOWN and HB_USAGE for options that do not exist.
 */
export function convert(documents: Documents | SigmaRule, options: ConvertOptions): ConvertResult {
  return new Converter(options).convert(
    'rules' in documents ? documents : { rules: [documents], correlations: [] },
  );
}

export class Converter {
  readonly target: Target;
  readonly #options: ConvertOptions;
  readonly #format: string;
  readonly #finished = new WeakMap<Conversion, readonly FinishedQuery[]>();
  readonly #runners = new Map<string, { runner: PipelineRunner; names: string[] }>();

  constructor(options: ConvertOptions) {
    this.target = findTarget(options.target);
    this.#options = options;
    this.#format = options.format ?? 'default';
    checkFormat(this.target, this.#format);
    checkOptions(this.target, options.options ?? {});
    if (options.pipelines !== undefined) this.#runnerFor(options.pipelines);
  }

  convert(documents: Documents): ConvertResult {
    const conversions: Conversion[] = [];
    const references = resolveReferences(documents);
    for (const rule of documents.rules) {
      if (references.parts.has(rule)) continue;
      conversions.push(this.#convertOne(rule, this.#pipelinesOf(rule), () => this.#ruleQueries(rule)));
    }
    for (const correlation of documents.correlations) {
      if (references.parts.has(correlation)) continue;
      const pipelines = this.#pipelinesOf(correlation, references);
      conversions.push(
        this.#convertOne(correlation, pipelines, () => this.#correlationQueries(correlation, references)),
      );
    }
    return { conversions, output: this.finish(conversions) };
  }

  /** The queries of some conversions of this converter as one text, as in `ConvertResult.output`. */
  finish(conversions: readonly Conversion[]): string | null {
    const finished = conversions.flatMap((conversion) => this.#finished.get(conversion) ?? []);
    const { runner } = this.#runnerFor(this.#options.pipelines ?? []);
    const made = runner.finalize(finished.map(({ query }) => query));
    if (made !== null && made !== undefined)
      return typeof made === 'string' ? made : JSON.stringify(made, null, 2);
    const options = optionsFor(this.target, this.#options.options ?? {}, {});
    return this.target.formats[this.#format]?.finish?.(finished, options) ?? null;
  }

  #convertOne(
    document: SigmaRule | SigmaCorrelation,
    pipelines: readonly (string | Pipeline)[],
    run: () => {
      queries: readonly string[];
      prepared: Prepared;
      contexts: readonly (RuleContext | CorrelationContext)[];
    },
  ): Conversion {
    const { runner, names } = this.#runnerFor(pipelines);
    try {
      const { queries, prepared, contexts } = run();
      const { wrap } = this.target.formats[this.#format] ?? {};
      const finished: FinishedQuery[] = [];
      const made = queries.map((query, index) => {
        const context = contexts[index] as RuleContext | CorrelationContext;
        const wrapped = wrap === undefined ? query : wrap(query, context);
        const done = typeof wrapped === 'string' ? runner.postprocess(wrapped, prepared) : wrapped;
        finished.push({
          query: typeof done === 'string' ? done : query,
          document: prepared.document,
          index,
          state: prepared.state,
          options: context.options,
        });
        return done;
      });
      const conversion = { document, queries: made, pipelines: names, trace: prepared.trace };
      this.#finished.set(conversion, finished);
      return conversion;
    } catch (error) {
      return {
        document,
        queries: [],
        pipelines: names,
        trace: traceBefore(error),
        error: asHuntbookError(error, 'HB_INTERNAL', document.path),
      };
    }
  }

  #ruleQueries(rule: SigmaRule): {
    queries: string[];
    searches: string[];
    prepared: Prepared<SigmaRule>;
    contexts: RuleContext[];
  } {
    const { runner } = this.#runnerFor(this.#pipelinesOf(rule));
    const prepared = runner.applyRule(rule);
    const queries: string[] = [];
    const searches: string[] = [];
    const contexts: RuleContext[] = [];
    const options = optionsFor(this.target, this.#options.options ?? {}, prepared.state);
    prepared.document.conditions.forEach((_, conditionIndex) => {
      const context: RuleContext = {
        rule: prepared.document,
        conditionIndex,
        state: prepared.state,
        options,
        format: this.#format,
      };
      const expression = toExpression(prepared.document, conditionIndex, { expansions: true });
      const search = this.target.search(expression, context);
      contexts.push(context);
      searches.push(search);
      queries.push(this.target.query(search, context));
    });
    return { queries, searches, prepared, contexts };
  }

  #correlationQueries(
    correlation: SigmaCorrelation,
    references: ResolvedReferences,
  ): { queries: string[]; prepared: Prepared<SigmaCorrelation>; contexts: CorrelationContext[] } {
    const made = this.#correlationContext(correlation, references);
    const queries = this.#correlate(made.context).map(({ query }) => query);
    return { queries, prepared: made.prepared, contexts: queries.map(() => made.context) };
  }

  #correlate(context: CorrelationContext): readonly { search: string; query: string }[] {
    if (this.target.correlate === undefined) {
      throw correlationError(
        context.correlation,
        'HB_TARGET_UNSUPPORTED',
        `${this.target.title} cannot express correlations`,
      );
    }
    return this.target.correlate(context);
  }

  #correlationContext(
    correlation: SigmaCorrelation,
    references: ResolvedReferences,
  ): { context: CorrelationContext; prepared: Prepared<SigmaCorrelation> } {
    const failed = references.failed.get(correlation);
    if (failed !== undefined) throw failed;
    const preparedParts = new Map<string, Prepared[]>();
    const parts: CorrelationPart[] = [];
    const labels = new Set<string>();
    for (const [index, named] of (references.documents.get(correlation) ?? []).entries()) {
      const reference = correlation.rules[index] as string;
      const label = uniqueLabel(named, labels);
      if (named.kind === 'correlation') {
        const { context, prepared } = this.#correlationContext(named, references);
        preparedParts.set(reference, [prepared]);
        parts.push({ reference, label, searches: this.#correlate(context), context });
        continue;
      }
      const { queries, searches, prepared, contexts } = this.#ruleQueries(named);
      preparedParts.set(reference, [prepared]);
      parts.push({
        reference,
        label,
        searches: searches.map((search, at) => ({ search, query: queries[at] as string })),
        context: contexts[0] as RuleContext,
      });
    }
    const { runner } = this.#runnerFor(this.#pipelinesOf(correlation, references));
    const prepared = runner.applyCorrelation(correlation, preparedParts);
    const context: CorrelationContext = {
      correlation: prepared.document,
      parts,
      state: prepared.state,
      options: optionsFor(this.target, this.#options.options ?? {}, prepared.state),
      format: this.#format,
    };
    return { context, prepared };
  }

  /** A correlation takes what fits the first rule below it. */
  #pipelinesOf(
    document: ReferencedDocument,
    references?: ResolvedReferences,
  ): readonly (string | Pipeline)[] {
    if (this.#options.pipelines !== undefined) return this.#options.pipelines;
    let at: ReferencedDocument | undefined = document;
    while (at?.kind === 'correlation') at = references?.documents.get(at)?.[0];
    return at === undefined ? [] : suggestPipelines(this.target, at);
  }

  #runnerFor(pipelines: readonly (string | Pipeline)[]): { runner: PipelineRunner; names: string[] } {
    const key = pipelines
      .map((pipeline) => (typeof pipeline === 'string' ? pipeline : pipeline.name))
      .join('\n');
    let found = this.#runners.get(key);
    if (found === undefined) {
      const whole = pipelines.map((pipeline) =>
        typeof pipeline === 'string' ? builtinPipeline(pipeline) : pipeline,
      );
      const { vars, external, trace } = this.#options;
      const runner = new PipelineRunner(whole, {
        target: this.target.name,
        ...(vars === undefined ? {} : { vars }),
        ...(external === undefined ? {} : { external }),
        ...(trace === undefined ? {} : { trace }),
      });
      found = { runner, names: sortPipelines(whole).map(({ name }) => name) };
      this.#runners.set(key, found);
    }
    return found;
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

/** The document's name, else its id, else its title; numbered when another has it. */
function uniqueLabel({ name, id, title }: ReferencedDocument, taken: Set<string>): string {
  const wanted = name ?? id ?? title;
  let label = wanted;
  for (let next = 2; taken.has(label); next++) label = `${wanted}_${next}`;
  taken.add(label);
  return label;
}

function correlationError(
  { path, position }: SigmaCorrelation,
  code: 'HB_TARGET_UNSUPPORTED',
  message: string,
): HuntbookError {
  return new HuntbookError(code, `${path}:${position.line}:${position.column}: ${message}`, {
    position: { file: path, ...position },
  });
}
