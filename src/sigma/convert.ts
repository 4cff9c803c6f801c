/**
 * Rules and correlations to queries of a target: pipelines, the target's text, its format. Errors are collected for
 * each document; nothing throws for a rule.
 */
import { asHuntbookError } from '../errors.ts';
import type { HuntbookError } from '../errors.ts';
import type { ParseResult, SigmaCorrelation, SigmaRule } from './ast.ts';
import { toExpression } from './expression.ts';
import { traceBefore } from './pipeline/runner.ts';
import type { PipelineRunner } from './pipeline/runner.ts';
import { resolveReferences } from './references.ts';
import type { ReferencedDocument, ResolvedReferences } from './references.ts';
import { PipelineRunners } from './runners.ts';
import type { ReadyPipelines } from './runners.ts';
import type { ExternalSources, Pipeline, Prepared, StepTrace } from './pipeline/types.ts';
import { refuseCorrelation } from './targets/correlation-words.ts';
import { cannotExpress } from './targets/dialect.ts';
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
  readonly #runners: PipelineRunners;

  constructor(options: ConvertOptions) {
    this.target = findTarget(options.target);
    this.#options = options;
    this.#format = options.format ?? 'default';
    checkFormat(this.target, this.#format);
    checkOptions(this.target, options.options ?? {});
    const { vars, external, trace } = options;
    this.#runners = new PipelineRunners(this.target, options.pipelines, {
      ...(vars === undefined ? {} : { vars }),
      ...(external === undefined ? {} : { external }),
      ...(trace === undefined ? {} : { trace }),
    });
  }

  convert(documents: Documents): ConvertResult {
    const conversions: Conversion[] = [];
    const references = resolveReferences(documents);
    for (const rule of documents.rules) {
      if (references.parts.has(rule)) continue;
      const ready = this.#runners.of(rule);
      conversions.push(this.#convertOne(rule, ready, () => this.#ruleQueries(rule, ready.runner)));
    }
    for (const correlation of documents.correlations) {
      if (references.parts.has(correlation)) continue;
      const ready = this.#runners.of(correlation, references);
      conversions.push(
        this.#convertOne(correlation, ready, () => this.#correlationQueries(correlation, references)),
      );
    }
    return { conversions, output: this.finish(conversions) };
  }

  /** The queries of some conversions of this converter as one text, as in `ConvertResult.output`. */
  finish(conversions: readonly Conversion[]): string | null {
    const finished = conversions.flatMap((conversion) => this.#finished.get(conversion) ?? []);
    const made = this.#runners.whole().runner.finalize(finished.map(({ query }) => query));
    if (made !== null && made !== undefined)
      return typeof made === 'string' ? made : JSON.stringify(made, null, 2);
    const options = optionsFor(this.target, this.#options.options ?? {}, {});
    return this.target.formats[this.#format]?.finish?.(finished, options) ?? null;
  }

  #convertOne(
    document: SigmaRule | SigmaCorrelation,
    { runner, names }: ReadyPipelines,
    run: () => {
      queries: readonly string[];
      prepared: Prepared;
      contexts: readonly (RuleContext | CorrelationContext)[];
    },
  ): Conversion {
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

  #ruleQueries(
    rule: SigmaRule,
    runner: PipelineRunner,
  ): {
    queries: string[];
    searches: string[];
    prepared: Prepared<SigmaRule>;
    contexts: RuleContext[];
  } {
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
    if (this.target.correlate === undefined)
      refuseCorrelation(context.correlation, this.target.title, 'correlations');
    return this.target.correlate(context);
  }

  #correlationContext(
    correlation: SigmaCorrelation,
    references: ResolvedReferences,
  ): { context: CorrelationContext; prepared: Prepared<SigmaCorrelation> } {
    const failed = references.failed.get(correlation);
    if (failed !== undefined) throw failed;
    if (correlation.chain && !this.target.supports.correlations.includes('process_chain'))
      throw cannotExpress(
        correlation,
        this.target.title,
        'chains of processes (process_chain)',
        'huntbook hunt finds them, in files and on search engines; the target duckdb writes them as SQL for huntbook sql.',
      );
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
      const { part, prepared } = this.#rulePart(named, reference, label);
      preparedParts.set(reference, [prepared]);
      parts.push(part);
    }
    const excluded = (references.notBetween.get(correlation) ?? []).map((rule, index) => {
      const reference = correlation.chain?.notBetween[index] as string;
      return this.#rulePart(rule, reference, uniqueLabel(rule, labels)).part;
    });
    const { runner } = this.#runners.of(correlation, references);
    const prepared = runner.applyCorrelation(correlation, preparedParts);
    const context: CorrelationContext = {
      correlation: prepared.document,
      parts,
      excluded,
      state: prepared.state,
      options: optionsFor(this.target, this.#options.options ?? {}, prepared.state),
      format: this.#format,
    };
    return { context, prepared };
  }

  #rulePart(
    rule: SigmaRule,
    reference: string,
    label: string,
  ): { part: CorrelationPart; prepared: Prepared<SigmaRule> } {
    const { queries, searches, prepared, contexts } = this.#ruleQueries(rule, this.#runners.of(rule).runner);
    const both = searches.map((search, at) => ({ search, query: queries[at] as string }));
    return { part: { reference, label, searches: both, context: contexts[0] as RuleContext }, prepared };
  }
}

/** The document's name, else its id, else its title; numbered when another has it. */
function uniqueLabel({ name, id, title }: ReferencedDocument, taken: Set<string>): string {
  const wanted = name ?? id ?? title;
  let label = wanted;
  for (let next = 2; taken.has(label); next++) label = `${wanted}_${next}`;
  taken.add(label);
  return label;
}
