/**
 * Rules and correlations to queries of a target: pipelines, the target's text, its format. Errors are collected for
 * each document; nothing throws for a rule.
 */
import { HuntbookError, asHuntbookError } from '../errors.ts';
import type { ParseResult, SigmaCorrelation, SigmaRule } from './ast.ts';
import { toExpression } from './expression.ts';
import { builtinPipeline } from './pipeline/builtin/index.ts';
import { PipelineRunner } from './pipeline/runner.ts';
import type { ExternalSources, Pipeline, Prepared, StepTrace } from './pipeline/types.ts';
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
  readonly #targetOptions: Readonly<Record<string, string>>;
  readonly #runners = new Map<string, { runner: PipelineRunner; names: string[] }>();

  constructor(options: ConvertOptions) {
    this.target = findTarget(options.target);
    this.#options = options;
    this.#format = options.format ?? 'default';
    if (!Object.hasOwn(this.target.formats, this.#format)) {
      throw new HuntbookError(
        'HB_USAGE',
        `${this.target.name} has no format ${JSON.stringify(this.#format)}; it has ${Object.keys(this.target.formats).join(', ')}`,
      );
    }
    this.#targetOptions = fillOptions(this.target, options.options ?? {});
    if (options.pipelines !== undefined) this.#runnerFor(options.pipelines);
  }

  convert(documents: Documents): ConvertResult {
    const conversions: Conversion[] = [];
    const finished: FinishedQuery[] = [];
    const named = referenced(documents);
    for (const rule of documents.rules) {
      if (isNamed(rule, named.silent)) continue;
      conversions.push(this.#convertOne(rule, finished, () => this.#ruleQueries(rule)));
    }
    for (const correlation of documents.correlations) {
      if (isNamed(correlation, named.silent)) continue;
      conversions.push(
        this.#convertOne(correlation, finished, () => this.#correlationQueries(correlation, documents)),
      );
    }
    return { conversions, output: this.#finish(finished) };
  }

  #finish(finished: readonly FinishedQuery[]): string | null {
    const { runner } = this.#runnerFor(this.#options.pipelines ?? []);
    const made = runner.finalize(finished.map(({ query }) => query));
    if (made !== null && made !== undefined)
      return typeof made === 'string' ? made : JSON.stringify(made, null, 2);
    return this.target.formats[this.#format]?.finish?.(finished, this.#targetOptions) ?? null;
  }

  #convertOne(
    document: SigmaRule | SigmaCorrelation,
    finished: FinishedQuery[],
    run: () => {
      queries: readonly string[];
      prepared: Prepared;
      contexts: readonly (RuleContext | CorrelationContext)[];
    },
  ): Conversion {
    const names = this.#runnerFor(this.#pipelinesOf(document)).names;
    try {
      const { queries, prepared, contexts } = run();
      const { wrap } = this.target.formats[this.#format] ?? {};
      const { runner } = this.#runnerFor(this.#pipelinesOf(document));
      const made = queries.map((query, index) => {
        finished.push({ query, document: prepared.document, index, state: prepared.state });
        const wrapped = wrap === undefined ? query : wrap(query, contexts[index] as RuleContext);
        if (typeof wrapped !== 'string') return wrapped;
        const done = runner.postprocess(wrapped, prepared);
        const last = finished[finished.length - 1] as FinishedQuery;
        finished[finished.length - 1] = { ...last, query: done };
        return done;
      });
      return { document, queries: made, pipelines: names, trace: prepared.trace };
    } catch (error) {
      return {
        document,
        queries: [],
        pipelines: names,
        trace: [],
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
    prepared.document.conditions.forEach((_, conditionIndex) => {
      const context: RuleContext = {
        rule: prepared.document,
        conditionIndex,
        state: prepared.state,
        options: this.#targetOptions,
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
    documents: Documents,
  ): { queries: string[]; prepared: Prepared<SigmaCorrelation>; contexts: CorrelationContext[] } {
    const made = this.#correlationContext(correlation, documents, []);
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
    documents: Documents,
    above: readonly SigmaCorrelation[],
  ): { context: CorrelationContext; prepared: Prepared<SigmaCorrelation> } {
    if (above.includes(correlation)) {
      throw correlationError(correlation, 'HB_RULE_REFERENCE', 'the correlation leads back to itself');
    }
    const preparedParts = new Map<string, Prepared[]>();
    const parts: CorrelationPart[] = [];
    for (const reference of correlation.rules) {
      const named = [...documents.rules, ...documents.correlations].find(
        ({ id, name }) => id === reference || name === reference,
      );
      if (named === undefined) {
        throw correlationError(
          correlation,
          'HB_RULE_REFERENCE',
          `the rule ${JSON.stringify(reference)} was not found`,
        );
      }
      const label = named.name ?? named.id ?? named.title;
      if (named.kind === 'correlation') {
        const { context, prepared } = this.#correlationContext(named, documents, [...above, correlation]);
        preparedParts.set(reference, [prepared]);
        parts.push({ reference, label, searches: this.#correlate(context), context });
        continue;
      }
      const { queries, searches, prepared, contexts } = this.#ruleQueries(named);
      preparedParts.set(reference, [prepared]);
      parts.push({
        reference,
        label,
        searches: searches.map((search, index) => ({ search, query: queries[index] as string })),
        context: contexts[0] as RuleContext,
      });
    }
    const { runner } = this.#runnerFor(this.#pipelinesOf(correlation));
    const prepared = runner.applyCorrelation(correlation, preparedParts);
    const context: CorrelationContext = {
      correlation: prepared.document,
      parts,
      state: prepared.state,
      options: this.#targetOptions,
      format: this.#format,
    };
    return { context, prepared };
  }

  #pipelinesOf(document: SigmaRule | SigmaCorrelation): readonly (string | Pipeline)[] {
    return (
      this.#options.pipelines ?? (document.kind === 'rule' ? suggestPipelines(this.target, document) : [])
    );
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
      found = { runner, names: whole.map(({ name }) => name) };
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

function fillOptions(target: Target, given: Readonly<Record<string, string>>): Record<string, string> {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(target.options, key));
  if (unknown !== undefined) {
    const known = Object.keys(target.options).join(', ') || 'none';
    throw new HuntbookError(
      'HB_USAGE',
      `${target.name} has no option ${JSON.stringify(unknown)}; it has: ${known}`,
    );
  }
  const filled: Record<string, string> = {};
  for (const [key, option] of Object.entries(target.options)) filled[key] = given[key] ?? option.default;
  return filled;
}

/** Ids and names that correlations without `generate` use as building blocks. */
function referenced(documents: Documents): { silent: Set<string> } {
  const silent = new Set<string>();
  const loud = new Set<string>();
  for (const { rules, generate } of documents.correlations)
    for (const reference of rules) (generate ? loud : silent).add(reference);
  for (const reference of loud) silent.delete(reference);
  return { silent };
}

function isNamed(document: SigmaRule | SigmaCorrelation, names: ReadonlySet<string>): boolean {
  return (
    (document.id !== null && names.has(document.id)) || (document.name !== null && names.has(document.name))
  );
}

function correlationError(
  { path, position }: SigmaCorrelation,
  code: 'HB_TARGET_UNSUPPORTED' | 'HB_RULE_REFERENCE',
  message: string,
): HuntbookError {
  return new HuntbookError(code, `${path}:${position.line}:${position.column}: ${message}`, {
    position: { file: path, ...position },
  });
}
