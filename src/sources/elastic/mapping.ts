/**
 * What an index can answer: for each field of a rule the field to ask, with its type and second forms, or the reason
 * why there is none. Made from `_field_caps`, and one count of the values that `ignore_above` left out.
 */
import { foldFieldName } from '../../events/index.ts';
import { isSecondForm, type FieldCap, type FieldCaps } from './columns.ts';
import type { ElasticEngine } from './engine.ts';
import { isObject } from './faults.ts';
import { pathOf } from './columns.ts';
import { everythingField, longObject } from './template.ts';

/** How a field stands in the index; the option `fields` of the target query_dsl takes these by name. */
export interface FieldForm {
  readonly field: string;
  readonly type: string;
  readonly ip?: string;
  readonly number?: string;
  readonly long?: string;
  /** Some documents have a value that is not indexed for its length. */
  readonly cut?: true;
}

export interface FieldGap {
  readonly field: string;
  readonly reason: string;
  /** The index has no such field at all. */
  readonly absent: boolean;
}

export interface Resolved {
  /** As the option `fields` takes it. */
  readonly fields: string;
  /** The field that holds all values, where there is one. */
  readonly everything?: string;
  readonly missing: readonly FieldGap[];
}

const analysed = new Set(['text', 'match_only_text', 'search_as_you_type', 'annotated_text']);
const terms = new Set(['keyword', 'wildcard', 'constant_keyword']);

/** The form that answers for a field of a rule, or why none does. */
export function formOf(name: string, caps: FieldCaps): FieldForm | FieldGap {
  const gap = (reason: string, absent = false): FieldGap => ({ field: name, reason, absent });
  const cap = caps.get(name);
  const long = `${longObject}.${name}`;
  const more = caps.has(long) ? { long } : {};
  if (cap === undefined) return gap('the index has no such field', true);
  const type = typeOf(cap);
  if (type === null) return gap(`it is ${cap.types.join(' and ')} in different indexes`);
  if (analysed.has(type)) {
    const second = [...caps].find(
      ([other, found]) =>
        isSecondForm(other, caps) && other.startsWith(`${name}.`) && terms.has(typeOf(found) ?? ''),
    );
    if (second === undefined)
      return gap(`it is ${type}, split into words, without a form of the type keyword`);
    return { field: second[0], type: typeOf(second[1]) as string };
  }
  if (!cap.searchable) return gap('it is stored but not indexed');
  const ip = `${name}.ip`;
  const number = `${name}.number`;
  return {
    field: name,
    type,
    ...(caps.get(ip)?.types[0] === 'ip' && { ip }),
    ...(caps.has(number) && { number }),
    ...more,
  };
}

/** A rule says `ThreatName` for the field that Windows writes as `Threat Name`; an index keeps what was written. */
function nameIn(caps: FieldCaps, name: string): string {
  if (caps.has(name)) return name;
  const key = foldFieldName(name);
  return [...caps.keys()].find((other) => foldFieldName(other) === key) ?? name;
}

function typeOf({ types }: FieldCap): string | null {
  const [first] = types;
  if (types.length === 1) return first ?? null;
  return types.every((type) => terms.has(type)) ? 'wildcard' : null;
}

/** Looks fields up; asks the server once for each index pattern, and once for each field. */
export class FieldResolver {
  readonly #engine: ElasticEngine;
  readonly #caps = new Map<string, Promise<FieldCaps>>();
  readonly #cut = new Map<string, Promise<boolean>>();

  constructor(engine: ElasticEngine) {
    this.#engine = engine;
  }

  /** `fields` are those of a rule after its pipelines; `index` is a pattern, by default that of the settings. */
  async resolve(index: string | undefined, fields: readonly string[]): Promise<Resolved> {
    const pattern = index ?? this.#engine.settings.index ?? '*';
    const caps = await once(this.#caps, pattern, () => this.#engine.fieldCaps(pattern));
    const forms = Object.create(null) as Record<string, FieldForm>;
    const missing: FieldGap[] = [];
    const everything = caps.has(everythingField) ? everythingField : undefined;
    const asked = new Set(everything === undefined ? fields : [...fields, everything]);
    for (const name of asked) {
      const form = formOf(nameIn(caps, name), caps);
      if ('reason' in form) missing.push({ ...form, field: name });
      else forms[name] = (await this.#isCut(pattern, form)) ? { ...form, cut: true } : form;
    }
    return { fields: JSON.stringify(forms), ...(everything !== undefined && { everything }), missing };
  }

  /** What is too long stands in another field where huntbook loaded the index. */
  #isCut(pattern: string, { field, type, long }: FieldForm): Promise<boolean> {
    if (type !== 'keyword' || long !== undefined || field === everythingField) return Promise.resolve(false);
    const key = `${pattern}\n${field}`;
    return once(this.#cut, key, () => this.#askCut(pattern, field));
  }

  async #askCut(pattern: string, field: string): Promise<boolean> {
    const body = { query: { term: { _ignored: { value: field } } }, size: 0, terminate_after: 1 };
    const answer = await this.#engine.wire.call('POST', `/${pathOf(pattern)}/_search`, { body });
    const hits = isObject(answer) && isObject(answer['hits']) ? answer['hits'] : {};
    const total = isObject(hits['total']) ? hits['total']['value'] : hits['total'];
    return typeof total === 'number' && total > 0;
  }
}

/** The answer to a question is kept, its failure is not. */
function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = ask().catch((error: unknown) => {
    known.delete(key);
    throw error;
  });
  known.set(key, asked);
  return asked;
}
