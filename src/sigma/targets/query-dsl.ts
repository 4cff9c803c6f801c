/**
 * Query DSL of Elasticsearch (7.10 and later) and OpenSearch: a rule as one JSON query
 * (https://www.elastic.co/docs/reference/query-languages/querydsl). Unlike a query string it ignores the case of texts
 * on keyword fields, and no value can be taken for syntax. A field that is missing makes a comparison false, and
 * `not` of it true, as in the matcher.
 */
import { HuntbookError } from '../../errors.ts';
import type { Expression, SigmaValue, StringPart } from '../ast.ts';
import { withoutDoubleNot } from './absence.ts';
import { unsupported } from './dialect.ts';
import { ecsSuggestions } from './lucene.ts';
import type { Refuse } from './lucene-regex-tree.ts';
import { listQueries, type Query } from './query-dsl-text.ts';
import { fieldQuery, holdsTerms, nothing, type FieldUse } from './query-dsl-values.ts';
import { valuesOfOneField } from './text-target.ts';
import type { RuleContext, Target } from './types.ts';

const title = 'Query DSL';
/** Servers count all clauses of a query (1,024 by default): longer lists are written as regular expressions. */
const listLength = 24;
/** Marks parts that hold for more events than the rule; see `isApproximate`. */
const mark = 'huntbook-approximate';

class Refusal extends Error {}

class Writer {
  readonly #context: RuleContext;
  readonly #fields: Readonly<Record<string, FieldUse>>;
  readonly #everything: string;
  readonly #approximate: boolean;

  constructor(context: RuleContext) {
    const { options } = context;
    this.#context = context;
    this.#fields = readFields(options['fields'] ?? '');
    this.#everything = options['everything'] ?? '';
    this.#approximate = options['approximate'] === 'yes';
  }

  /** `negated`: below an odd number of `not`, where an approximation must hold for fewer events, not more. */
  write(expression: Expression, negated: boolean): Query {
    switch (expression.op) {
      case 'not':
        return { bool: { must_not: [this.write(expression.item, !negated)] } };
      case 'and':
        return this.#and(expression.items, negated);
      case 'or':
        return { bool: { should: this.#or(expression.items, negated), minimum_should_match: 1 } };
      default:
        return this.#one(expression.field, expression.value, negated);
    }
  }

  #and(items: readonly Expression[], negated: boolean): Query {
    const filter: Query[] = [];
    const mustNot: Query[] = [];
    for (const item of items) {
      if (item.op === 'not') mustNot.push(this.write(item.item, !negated));
      else filter.push(this.write(item, negated));
    }
    return {
      bool: { ...(filter.length > 0 && { filter }), ...(mustNot.length > 0 && { must_not: mustNot }) },
    };
  }

  #or(items: readonly Expression[], negated: boolean): Query[] {
    const long = items.length > listLength ? (this.#networks(items) ?? this.#list(items)) : null;
    return long ?? items.map((item) => this.write(item, negated));
  }

  /** Many texts of one field, alike in case, as a few queries. */
  #list(items: readonly Expression[]): Query[] | null {
    const same = valuesOfOneField(items);
    if (same === null) return null;
    const use = this.#use(same.field);
    // On fields of the type wildcard regular expressions are no help.
    if (!holdsTerms(use.type) || use.type === 'wildcard' || use.long !== undefined || use.cut === true)
      return null;
    const texts: Record<'cased' | 'folded', (readonly StringPart[])[]> = { cased: [], folded: [] };
    for (const value of same.values) {
      if (value.kind === 'string') texts[value.cased ? 'cased' : 'folded'].push(value.parts);
      else texts.folded.push([String((value as { value: unknown }).value)]);
    }
    return attempt(
      (refuse) => [
        ...listQueries(use.field, texts.folded, false, refuse),
        ...listQueries(use.field, texts.cased, true, refuse),
      ],
      () => null,
    );
  }

  /** Many networks of one address as one query: each for itself counts as several clauses. */
  #networks(items: readonly Expression[]): Query[] | null {
    const networks: string[] = [];
    const fields = new Set<string | null>();
    for (const item of items) {
      if (item.op !== 'match' || item.value.kind !== 'cidr') return null;
      fields.add(item.field);
      networks.push(item.value.network);
    }
    const [field] = fields;
    if (fields.size !== 1 || typeof field !== 'string') return null;
    const use = this.#use(field);
    const at = use.ip ?? (use.type === 'ip' ? use.field : null);
    return at === null ? null : [{ terms: { [at]: networks } }];
  }

  #use(field: string): FieldUse {
    return Object.hasOwn(this.#fields, field) ? (this.#fields[field] as FieldUse) : { field };
  }

  #one(field: string | null, value: SigmaValue, negated: boolean): Query {
    return attempt(
      (refuse) => {
        if (field === null) return this.#keyword(value, refuse);
        return this.#cut(this.#use(field), value, negated, refuse);
      },
      (reason) => {
        if (!this.#approximate) throw unsupported(this.#context, title, reason);
        if (negated) return { bool: { must: [nothing], _name: mark } };
        const more = field === null ? { match_all: {} } : { exists: { field: this.#use(field).field } };
        return { bool: { filter: [more], _name: mark } };
      },
    );
  }

  /** Documents whose value the index left out may hold for the rule, or not. */
  #cut(use: FieldUse, value: SigmaValue, negated: boolean, refuse: Refuse): Query {
    if (use.cut !== true) return fieldQuery(use, value, refuse);
    const left: Query = { term: { _ignored: { value: use.field } } };
    const { kind } = value;
    if (kind === 'null' || (kind === 'exists' && !value.value))
      return { bool: { must_not: [{ exists: { field: use.field } }, left] } };
    const query = fieldQuery(use, value, refuse);
    if (kind === 'exists') return { bool: { should: [query, left], minimum_should_match: 1 } };
    if (!this.#approximate) return query;
    if (negated) return { bool: { filter: [query], _name: mark } };
    return { bool: { should: [query, left], minimum_should_match: 1, _name: mark } };
  }

  /** A keyword stands anywhere in any value. */
  #keyword(value: SigmaValue, refuse: Refuse): Query {
    if (this.#everything === '') {
      return refuse('keywords (values without a field) without the option everything=FIELD');
    }
    const anywhere: SigmaValue =
      value.kind === 'string'
        ? { ...value, parts: [0, ...value.parts, 0] }
        : value.kind === 'number' || value.kind === 'bool'
          ? { kind: 'string', parts: [0, String(value.value), 0], cased: false }
          : value;
    return fieldQuery(this.#use(this.#everything), anywhere, refuse);
  }
}

/** `make`, or what `otherwise` makes of the reason why it was refused. */
function attempt<Made>(make: (refuse: Refuse) => Made, otherwise: (reason: string) => Made): Made {
  try {
    return make((reason) => {
      throw new Refusal(reason);
    });
  } catch (error) {
    if (error instanceof Refusal) return otherwise(error.message);
    throw error;
  }
}

function readFields(text: string): Record<string, FieldUse> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, FieldUse>;
  } catch {
    throw new HuntbookError('HB_USAGE', `the option fields of query_dsl is no JSON: ${text.slice(0, 80)}`);
  }
}

/** Whether a query made with `approximate=yes` may find more than the rule means: its hits are to be looked at again. */
export function isApproximate(query: unknown): boolean {
  if (Array.isArray(query)) return query.some(isApproximate);
  if (typeof query !== 'object' || query === null) return false;
  return Object.entries(query).some(
    ([key, value]) => (key === '_name' && value === mark) || isApproximate(value),
  );
}

export const queryDsl: Target = {
  name: 'query_dsl',
  title: 'Query DSL (Elasticsearch, OpenSearch)',
  manual: 'https://www.elastic.co/docs/reference/query-languages/querydsl',
  formats: {
    default: { description: 'the query of each rule', wrap: (query) => JSON.parse(query) as unknown },
    search: {
      description: 'the body of a search request',
      wrap: (query) => ({ query: JSON.parse(query) as unknown, track_total_hits: true }),
    },
  },
  options: {
    fields: {
      description:
        'how fields stand in the index, as JSON: {"Image": {"field": "Image.keyword", "type": "keyword"}}',
      default: '',
    },
    everything: { description: 'a keyword field that holds all values, for keywords of rules', default: '' },
    approximate: {
      description: 'yes: what cannot be said is written as more events, and marked with _name',
      default: 'no',
    },
  },
  supports: {
    keywords: 'part',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'no',
    exists: 'yes',
    compare: 'part',
    timeparts: 'no',
    correlations: [],
    notes: [
      'fields are taken for keyword fields, networks for fields of the type ip, comparisons for numbers; fields=JSON says otherwise',
      'keywords: with everything=FIELD, as the index template of huntbook has it',
      'regex: written for Lucene, which has no look-around, back references nor word boundaries within; 1,000 characters',
      'case: ignored for all letters but the Kelvin and Angstrom signs, the dotted capital I and the final sigma',
    ],
    ranOn: 'OpenSearch 2.19',
  },
  suggests: ecsSuggestions,
  search: (expression, context) =>
    JSON.stringify(new Writer(context).write(withoutDoubleNot(expression), false)),
  query: (search) => search,
};
