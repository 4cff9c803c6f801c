/** Rules to the searches that answer them on an engine. Each rule is asked for by itself; what fails is one rule's. */
import type { CompiledRule, EventSelector } from '../../detect/index.ts';
import { HuntbookError } from '../../errors.ts';
import {
  builtinPipeline,
  Converter,
  fieldsOf,
  isApproximate,
  PipelineRunner,
  type Pipeline,
  type SigmaRule,
} from '../../sigma/index.ts';
import { canNotHold } from './absent-fields.ts';
import { conditionPipeline, sourcePipelines } from './source-steps.ts';
import type { MissingField, RemoteHuntOptions } from './types.ts';

export interface RuleSearch {
  readonly query: string | Readonly<Record<string, unknown>>;
  readonly language: string;
  readonly index?: string;
  /** It may find more than the rule means: hits are to be looked at again by the matcher. */
  readonly approximate: boolean;
  /** Fields of events that the rule asks for, under the names of the matcher. */
  readonly asked: readonly string[];
}

export interface Translation {
  readonly searches: readonly RuleSearch[];
  /** Why a part of the rule (a variant of its log source) is not asked for. */
  readonly problems: readonly HuntbookError[];
  /** The index lacks fields, so that the rule can not match. */
  readonly neverFires?: string;
}

export type TranslatorOptions = Pick<
  RemoteHuntOptions,
  'engine' | 'fields' | 'pipelines' | 'index' | 'filter' | 'mapping'
> & { readonly rules?: RemoteHuntOptions['rules'] };

export class Translator {
  readonly #options: TranslatorOptions;
  readonly #splunk: boolean;
  readonly #pipelines = new Map<string, readonly (string | Pipeline)[]>();
  readonly #converters = new Map<string, Converter>();
  /** How fields stand in an index, as far as rules asked: rules with the same answers share a converter. */
  readonly #forms = new Map<string, Record<string, unknown>>();
  readonly #runners = new Map<readonly (string | Pipeline)[], PipelineRunner>();

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#splunk = options.engine.kind === 'splunk';
  }

  /** Throws HuntbookError when no search can be made of the rule. */
  async translate(rule: SigmaRule, compiled: CompiledRule): Promise<Translation> {
    return this.translateFor(rule, this.#options.rules?.routes[compiled.route] ?? [{}]);
  }

  /** The same where the events that the rule is about are told by selectors. Pipelines of one's own know themselves. */
  async translateFor(rule: SigmaRule, selected: readonly EventSelector[]): Promise<Translation> {
    const { pipelines, index } = this.#options;
    const selectors = pipelines === undefined ? selected : [{}];
    const where = typeof index === 'function' ? index(rule) : index;
    const searches: RuleSearch[] = [];
    const problems: HuntbookError[] = [];
    const absent: string[] = [];
    for (const selector of selectors) {
      try {
        const made = await this.#variant(rule, selector, where);
        if (typeof made === 'string') absent.push(made);
        else searches.push(...made);
      } catch (error) {
        if (!(error instanceof HuntbookError)) throw error;
        problems.push(error);
      }
    }
    const [problem] = problems;
    if (searches.length === 0 && problem !== undefined) throw problem;
    return {
      searches: this.#splunk ? distinct(searches) : united(searches),
      problems,
      ...(searches.length === 0 && absent[0] !== undefined && { neverFires: absent[0] }),
    };
  }

  /** The searches for one selector; a text says why it can never find anything. */
  async #variant(
    rule: SigmaRule,
    selector: EventSelector,
    index: string | undefined,
  ): Promise<RuleSearch[] | string> {
    const key = JSON.stringify(selector);
    const pipelines = this.#pipelinesOf(selector, key, index);
    const resolved = this.#splunk ? null : await this.#resolve(rule, pipelines, index);
    if (resolved !== null && 'absent' in resolved) return resolved.absent;
    const options: Record<string, string> = { ...resolved?.options };
    const converterKey = `${key}\n${index ?? ''}`;
    const known = this.#learn(converterKey, options['fields']);
    let converter = this.#converters.get(converterKey);
    if (converter === undefined || known.grown) {
      if (known.fields !== undefined) options['fields'] = known.fields;
      converter = new Converter({ target: this.#splunk ? 'splunk' : 'query_dsl', pipelines, options });
      this.#converters.set(converterKey, converter);
    }
    const [conversion] = converter.convert({ rules: [rule], correlations: [] }).conversions;
    if (conversion?.error !== undefined) throw conversion.error;
    const asked = [...fieldsOf(rule), ...Object.values(selector.fields ?? {}).flat()];
    return (conversion?.queries ?? []).map((query) => ({
      query: query as RuleSearch['query'],
      language: this.#splunk ? 'spl' : 'dsl',
      ...(index !== undefined && !this.#splunk && { index }),
      approximate: !this.#splunk && isApproximate(query),
      asked,
    }));
  }

  /** `grown`: a converter made before does not know all that these fields need. */
  #learn(key: string, fields: string | undefined): { grown: boolean; fields?: string } {
    if (fields === undefined || fields === '') return { grown: false };
    let known = this.#forms.get(key);
    if (known === undefined) this.#forms.set(key, (known = Object.create(null) as Record<string, unknown>));
    let grown = false;
    for (const [name, form] of Object.entries(JSON.parse(fields) as Record<string, unknown>)) {
      if (name in known) continue;
      known[name] = form;
      grown = true;
    }
    return { grown, ...(grown && { fields: JSON.stringify(known) }) };
  }

  #pipelinesOf(
    selector: EventSelector,
    key: string,
    index: string | undefined,
  ): readonly (string | Pipeline)[] {
    const whole = `${key}\n${index ?? ''}`;
    let made = this.#pipelines.get(whole);
    if (made === undefined) {
      const { fields, pipelines, filter } = this.#options;
      const hosts = filter?.hosts ?? [];
      const own =
        pipelines === undefined
          ? sourcePipelines(selector, fields, hosts)
          : [...pipelines, ...(hosts.length > 0 ? sourcePipelines({}, 'sigma', hosts) : [])];
      made = [...own, ...(this.#splunk && index !== undefined ? [conditionPipeline('index', [index])] : [])];
      this.#pipelines.set(whole, made);
    }
    return made;
  }

  async #resolve(
    rule: SigmaRule,
    pipelines: readonly (string | Pipeline)[],
    index: string | undefined,
  ): Promise<{ absent: string } | { options: Record<string, string> }> {
    const { mapping } = this.#options;
    if (mapping === undefined) return { options: { approximate: 'yes' } };
    let runner = this.#runners.get(pipelines);
    if (runner === undefined) {
      runner = new PipelineRunner(pipelines.map(pipelineOf), { target: 'query_dsl' });
      this.#runners.set(pipelines, runner);
    }
    const ready = runner.applyRule(rule).document;
    const found = await mapping.resolve(index, fieldsOf(ready));
    const gone = found.missing.filter(({ absent }) => absent).map(({ field }) => field);
    if (gone.length > 0 && canNotHold(ready, new Set(gone)))
      return { absent: `no event has ${gone.join(', ')}` };
    const wrong = found.missing.find(({ absent }) => !absent);
    if (wrong !== undefined) throw mappingError(rule, wrong);
    const { fields, everything } = found;
    return { options: { approximate: 'yes', fields, ...(everything !== undefined && { everything }) } };
  }
}

function pipelineOf(pipeline: string | Pipeline): Pipeline {
  return typeof pipeline === 'string' ? builtinPipeline(pipeline) : pipeline;
}

function mappingError(rule: SigmaRule, { field, reason }: MissingField): HuntbookError {
  return new HuntbookError('HB_MAPPING', `${rule.path}: the field ${field}: ${reason}`);
}

function distinct(searches: readonly RuleSearch[]): RuleSearch[] {
  const seen = new Set<unknown>();
  return searches.filter(({ query }) => !seen.has(query) && seen.add(query));
}

/** Several queries of one index are asked as one, so that an event comes once. */
function united(searches: readonly RuleSearch[]): RuleSearch[] {
  const [first] = searches;
  if (first === undefined || searches.length === 1) return [...searches];
  return [
    {
      ...first,
      query: { bool: { should: searches.map(({ query }) => query), minimum_should_match: 1 } },
      approximate: searches.some(({ approximate }) => approximate),
      asked: searches.flatMap(({ asked }) => asked),
    },
  ];
}
