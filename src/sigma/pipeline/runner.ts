/**
 * Runs pipelines over rules and correlations: steps in the order of the pipelines' priority, each pipeline once. What a
 * pipeline made is remembered as its work, so that running it over its own result changes nothing and says so. That
 * memory does not outlive the process; of a rule that was written down and read again, added conditions are recognised
 * and mapped fields are not mapped again, but a prefix would be added twice, which the trace shows.
 */
import { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { compileStep, newTracking, runStep } from './compile.ts';
import { namedFields, placeFields } from './correlation-fields.ts';
import type { Part } from './correlation-fields.ts';
import { compileFinalizer } from './finalize.ts';
import type { Finalizer } from './finalize.ts';
import { StepFault } from './parameters.ts';
import { compileQueryStep } from './postprocess.ts';
import type { QueryStep } from './postprocess.ts';
import type { CompiledStep } from './steps/step.ts';
import type { Pipeline, PipelineOptions, PipelineStep, Prepared, StepTrace } from './types.ts';
import { Work } from './work.ts';
import type { Surroundings } from './work.ts';

interface CompiledPipeline {
  readonly pipeline: Pipeline;
  /** Equal for pipelines that do the same. */
  readonly key: number;
  /** Whether the same pipeline stands before it. */
  readonly repeated: boolean;
  readonly steps: readonly CompiledStep[];
  readonly querySteps: readonly QueryStep[];
  readonly finalizers: readonly Finalizer[];
}

/** What a document came from, and what made it. */
interface Origin {
  readonly source: SigmaRule | SigmaCorrelation;
  readonly pipelines: ReadonlySet<number>;
  readonly state: ReadonlyMap<string, unknown>;
  readonly applied: ReadonlySet<string>;
  /** Of a correlation: what its fields are in each rule. */
  readonly parts: ReadonlyMap<string, readonly Prepared[]> | null;
}

const tracesOfErrors = new WeakMap<Error, readonly StepTrace[]>();
const origins = new WeakMap<SigmaRule | SigmaCorrelation, Origin>();
/** Correlations may name correlations. */
const maxDepth = 20;
const noAliases: ReadonlySet<string> = new Set();

export class PipelineRunner {
  readonly #pipelines: readonly CompiledPipeline[];
  readonly #around: Surroundings;
  readonly #keys: ReadonlySet<number>;
  readonly #trace: boolean;
  /** Of all documents so far, the last one winning. */
  readonly #state = new Map<string, unknown>();

  /** Throws HB_PIPELINE_INVALID for a pipeline that is not meant for the target, or was not checked. */
  constructor(pipelines: readonly Pipeline[], options: PipelineOptions = {}) {
    const tracking = newTracking();
    const sorted = sortPipelines(pipelines);
    const vars = new Map<string, unknown>();
    for (const pipeline of sorted) {
      checkTarget(pipeline, options.target);
      for (const [name, value] of Object.entries(pipeline.vars)) vars.set(name, value);
    }
    for (const [name, value] of Object.entries(options.vars ?? {})) vars.set(name, value);
    this.#around = { vars, external: options.external ?? {}, tracking };
    this.#trace = options.trace === true;
    const keys = sorted.map(pipelineKey);
    this.#keys = new Set(keys);
    this.#pipelines = sorted.map((pipeline, place) => ({
      pipeline,
      key: keys[place] as number,
      repeated: keys.indexOf(keys[place] as number) < place,
      steps: pipeline.transformations.map((step, index) =>
        describeFault(pipeline, 'transformations', index, () => compileStep(step, tracking)),
      ),
      querySteps: pipeline.postprocessing.map((step, index) =>
        describeFault(pipeline, 'postprocessing', index, () => compileQueryStep(step, pipeline.name)),
      ),
      finalizers: pipeline.finalizers.map((step, index) =>
        describeFault(pipeline, 'finalizers', index, () => compileFinalizer(step, pipeline.name)),
      ),
    }));
  }

  /** The rule after the steps; the same object when none changes it. Throws HB_PIPELINE_RULE and others. */
  applyRule(rule: SigmaRule): Prepared<SigmaRule> {
    const work = new Work(rule, this.#around);
    const origin = origins.get(rule);
    const trace = this.#run(work, origin);
    const result = work.rule as SigmaRule;
    if (result !== rule) this.#remember(result, origin?.source ?? rule, work, origin, null);
    return prepared(result, work, trace);
  }

  /**
   * The correlation after the steps. Its fields are named as in the rules it names, by reference: a field that the
   * rules name differently becomes an alias. Throws HB_PIPELINE_RULE where that cannot be said.
   */
  applyCorrelation(
    correlation: SigmaCorrelation,
    partsByReference: ReadonlyMap<string, readonly Prepared[]>,
  ): Prepared<SigmaCorrelation> {
    const origin = origins.get(correlation);
    const again = origin !== undefined && origin.source !== correlation;
    const parts = new Map<string, Part[]>();
    for (const [reference, list] of partsByReference)
      parts.set(
        reference,
        list.flatMap((part) => this.#partsOf(part, again ? [] : namedFields(correlation), 0)),
      );
    const work = new Work(
      correlation,
      this.#around,
      [...parts.values()].flat().map((part) => part.work),
    );
    const trace = this.#run(work, origin);
    let result = work.correlation as SigmaCorrelation;
    if (!again) result = placeFields(result, parts, (message) => work.error('HB_PIPELINE_RULE', message));
    this.#remember(result, origin?.source ?? correlation, work, origin, partsByReference);
    return prepared(result, work, trace);
  }

  /** The query after the postprocessing of all pipelines; `prepared` is what `applyRule` or `applyCorrelation` gave. */
  postprocess(query: string, prepared: Prepared): string {
    if (!this.#pipelines.some(({ querySteps }) => querySteps.length > 0)) return query;
    const { document } = prepared;
    const parts = document.kind === 'rule' ? null : this.#partsOf(prepared, [], 0);
    const work = new Work(document, this.#around, parts?.map((part) => part.work) ?? null);
    for (const [key, value] of Object.entries(prepared.state)) work.state.set(key, value);
    for (const id of prepared.applied) work.applied.add(id);
    let result = query;
    for (const { querySteps } of this.#once()) for (const step of querySteps) result = step(result, work);
    return result;
  }

  /** What the finalizers make of all queries; null when there are none. */
  finalize(queries: readonly unknown[]): unknown {
    const all = this.#once().flatMap(({ finalizers }) => finalizers);
    if (all.length === 0) return null;
    const state = Object.fromEntries(this.#state);
    return all.reduce<unknown>((value, finalizer) => finalizer(value, this.#around, state), queries);
  }

  #once(): CompiledPipeline[] {
    return this.#pipelines.filter(({ repeated }) => !repeated);
  }

  /** The rules behind one that a correlation names, as they were before the pipelines. */
  #partsOf({ document }: Prepared, fields: readonly string[], depth: number): Part[] {
    const origin = origins.get(document);
    const source = origin?.source ?? document;
    if (source.kind === 'rule') {
      const work = new Work(source, this.#around);
      work.probes = new Map(fields.map((field) => [field, [field]] as const));
      return [{ work, aliases: noAliases }];
    }
    if (depth > maxDepth) return [];
    const lists = origin?.parts?.values() ?? [];
    const parts = [...lists].flat().flatMap((part) => this.#partsOf(part, fields, depth + 1));
    // What a correlation gives under the name of an alias has that name for whoever names the correlation.
    const aliases = new Set(Object.keys((document as SigmaCorrelation).aliases));
    return parts.map((part) => ({ work: part.work, aliases: part.aliases.union(aliases) }));
  }

  #run(work: Work, origin: Origin | undefined): StepTrace[] {
    const trace: StepTrace[] = [];
    if (origin !== undefined) {
      for (const [key, value] of origin.state) work.state.set(key, value);
      for (const id of origin.applied) work.applied.add(id);
    }
    const changes = this.#trace ? new Set<string>() : null;
    for (const { pipeline, key, repeated, steps } of this.#pipelines) {
      const again = repeated || origin?.pipelines.has(key) === true;
      for (let index = 0; index < steps.length; index++) {
        const compiled = steps[index] as CompiledStep;
        work.changes = changes;
        if (again) work.note('the pipeline ran before');
        let applied = false;
        try {
          applied = !again && runStep(compiled, work);
        } catch (error) {
          if (changes !== null) {
            const all = [...changes, 'refuses the rule'];
            const last = traceOf(pipeline, index, compiled.step, true, all);
            tracesOfErrors.set(error as Error, [...trace, last]);
          }
          throw error;
        }
        if (changes === null) continue;
        trace.push(traceOf(pipeline, index, compiled.step, applied, [...changes]));
        changes.clear();
      }
    }
    for (const [key, value] of work.state) this.#state.set(key, value);
    return trace;
  }

  #remember(
    result: SigmaRule | SigmaCorrelation,
    source: SigmaRule | SigmaCorrelation,
    work: Work,
    before: Origin | undefined,
    parts: ReadonlyMap<string, readonly Prepared[]> | null,
  ): void {
    origins.set(result, {
      source,
      pipelines: before === undefined ? this.#keys : before.pipelines.union(this.#keys),
      state: work.state,
      applied: work.applied,
      parts: parts ?? before?.parts ?? null,
    });
  }
}

/** What the steps did before one of them threw this error; empty when nobody asked for a trace. */
export function traceBefore(error: unknown): readonly StepTrace[] {
  return tracesOfErrors.get(error as Error) ?? [];
}

/** In order of priority; those of the same priority as given. */
export function sortPipelines(pipelines: readonly Pipeline[]): Pipeline[] {
  return pipelines.toSorted((a, b) => a.priority - b.priority);
}

function traceOf(
  pipeline: Pipeline,
  index: number,
  step: PipelineStep,
  applied: boolean,
  changes: readonly string[],
): StepTrace {
  return { pipeline: pipeline.name, step: index, type: step.type, id: step.id, applied, changes };
}

function prepared<Document extends SigmaRule | SigmaCorrelation>(
  document: Document,
  work: Work,
  trace: readonly StepTrace[],
): Prepared<Document> {
  const state = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of work.state) state[key] = value;
  return { document, state, applied: work.applied, trace };
}

const pipelineKeys = new WeakMap<Pipeline, number>();
const keysByContent = new Map<string, number>();

function pipelineKey(pipeline: Pipeline): number {
  const known = pipelineKeys.get(pipeline);
  if (known !== undefined) return known;
  const content = JSON.stringify(pipeline, (_key, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  );
  const key = keysByContent.get(content) ?? keysByContent.size;
  keysByContent.set(content, key);
  pipelineKeys.set(pipeline, key);
  return key;
}

function checkTarget(pipeline: Pipeline, target: string | undefined): void {
  if (target === undefined || pipeline.allowedTargets.length === 0) return;
  if (pipeline.allowedTargets.some((name) => bareName(name) === bareName(target))) return;
  throw new HuntbookError(
    'HB_PIPELINE_INVALID',
    `pipeline ${pipeline.name} is for ${pipeline.allowedTargets.join(', ')}, not for ${target}`,
    { hint: 'Choose another pipeline or target.' },
  );
}

/** Other tools write `open_search_ppl` where this one has `opensearch_ppl`. */
function bareName(target: string): string {
  return target.replaceAll(/[_-]/g, '').toLowerCase();
}

/** A fault of a pipeline that nobody checked, as an error that names the step. */
export function describeFault<Result>(
  pipeline: Pipeline,
  part: string,
  index: number,
  run: () => Result,
): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    const where = [part, index, ...error.path].join('.');
    throw new HuntbookError('HB_PIPELINE_INVALID', `pipeline ${pipeline.name}: ${where}: ${error.message}`, {
      cause: error,
    });
  }
}
