/**
 * Query DSL of Elasticsearch (7.10 and later) and OpenSearch: a rule as one JSON query
 * (https://www.elastic.co/docs/reference/query-languages/querydsl). Unlike a query string it ignores the case of texts
 * on keyword fields, and no value can be taken for syntax. A field that is missing makes a comparison false, and
 * `not` of it true, as in the matcher.
 */
import type { Expression, SigmaValue, StringPart } from '../ast.ts';
import { withoutDoubleNot } from './absence.ts';
import { unsupported } from './dialect.ts';
import { ecsSuggestions } from './lucene.ts';
import type { Refuse } from './lucene-regex-tree.ts';
import { anyOf, attempt, fewer, ignored, mark, orPerhaps } from './query-dsl-approximate.ts';
import { isCostly, type Query } from './query-dsl-regex.ts';
import { listQueries } from './query-dsl-text.ts';
import { fieldQuery, holdsTerms, longClauses, readFields, type FieldUse } from './query-dsl-values.ts';
import { valuesOfOneField } from './text-target.ts';
import type { RuleContext, Target } from './types.ts';

export { isApproximate } from './query-dsl-approximate.ts';

const title = 'Query DSL';
/** Servers count all clauses of a query (1,024 by default): longer lists are written as regular expressions. */
const listLength = 24;
/** Of clauses for long values; a hunt may ask for three variants of a rule at once. */
const longBudget = 300;
class Writer {
  readonly #context: RuleContext;
  readonly #fields: Readonly<Record<string, FieldUse>>;
  readonly #everything: string;
  readonly #approximate: boolean;

  readonly #anyLong: boolean;
  /** What a server counts for long values, about. */
  longClauses = 0;

  /** `anyLong`: every event with a long value is found, as the server would refuse to look for so many. */
  constructor(context: RuleContext, anyLong: boolean) {
    const { options } = context;
    this.#anyLong = anyLong;
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
        return anyOf(this.#or(expression.items, negated));
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
    const networks = this.#networks(items, negated);
    const long = networks ?? (items.length > listLength ? this.#list(items, negated) : null);
    return long ?? items.map((item) => this.write(item, negated));
  }

  /** Many texts of one field, alike in case, as a few queries; values that are too long have their own. */
  #list(items: readonly Expression[], negated: boolean): Query[] | null {
    const same = valuesOfOneField(items);
    if (same === null) return null;
    const use = this.#use(same.field);
    // On fields of the type wildcard regular expressions are no help.
    if (!holdsTerms(use.type) || use.type === 'wildcard') return null;
    const texts: Record<'cased' | 'folded', (readonly StringPart[])[]> = { cased: [], folded: [] };
    for (const value of same.values) {
      if (value.kind === 'string') texts[value.cased ? 'cased' : 'folded'].push(value.parts);
      else texts.folded.push([String((value as { value: unknown }).value)]);
    }
    const queries = attempt(
      (refuse) => [
        ...listQueries(use.field, texts.folded, false, refuse),
        ...listQueries(use.field, texts.cased, true, refuse),
      ],
      () => null,
    );
    if (queries === null) return null;
    const { long } = use;
    if (this.#anyLong && long !== undefined)
      return [orPerhaps(anyOf(queries), { exists: { field: long } }, negated)];
    if (use.cut === true && this.#approximate)
      return [orPerhaps(anyOf(queries), ignored(use.field), negated)];
    if (long === undefined) return queries;
    const ofLong: FieldUse = { field: long, type: 'wildcard' };
    return attempt(
      (refuse) => [
        ...queries,
        ...same.values.map((value) => {
          this.longClauses += longClauses(value);
          return fieldQuery(ofLong, value, refuse);
        }),
      ],
      () => null,
    );
  }

  /** Many networks of one address as one query: each for itself counts as several clauses. */
  #networks(items: readonly Expression[], negated: boolean): Query[] | null {
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
    if (at !== null) return items.length > listLength ? [{ terms: { [at]: networks } }] : null;
    // As texts, a network may take hundreds of clauses.
    return this.#approximate && items.length > 3 && holdsTerms(use.type)
      ? [this.#perhaps(field, negated)]
      : null;
  }

  #use(field: string): FieldUse {
    return Object.hasOwn(this.#fields, field) ? (this.#fields[field] as FieldUse) : { field };
  }

  #one(field: string | null, value: SigmaValue, negated: boolean): Query {
    return attempt(
      (refuse) => {
        if (field === null) return this.#keyword(value, refuse);
        const use = this.#use(field);
        const mayLoosen = this.#approximate && value.kind === 'regex' && holdsTerms(use.type);
        const costly = mayLoosen && isCostly(value.source, value.flags, refuse);
        if (!costly) return this.#cut(use, value, negated, refuse);
        if (negated) return fewer;
        return {
          bool: { filter: [this.#cut({ ...use, loose: true }, value, negated, refuse)], _name: mark },
        };
      },
      (reason) => {
        if (!this.#approximate) throw unsupported(this.#context, title, reason);
        return this.#perhaps(field, negated);
      },
    );
  }

  /** Documents whose value the index left out may hold for the rule, or not. */
  #cut(use: FieldUse, value: SigmaValue, negated: boolean, refuse: Refuse): Query {
    if (use.cut !== true) return this.#long(use, value, negated, refuse);
    const left = ignored(use.field);
    const { kind } = value;
    if (kind === 'null' || (kind === 'exists' && !value.value))
      return { bool: { must_not: [{ exists: { field: use.field } }, left] } };
    const query = fieldQuery(use, value, refuse);
    if (kind === 'exists') return anyOf([query, left]);
    return this.#approximate ? orPerhaps(query, left, negated) : query;
  }

  #long(use: FieldUse, value: SigmaValue, negated: boolean, refuse: Refuse): Query {
    const { long, ...short } = use;
    if (long === undefined || !/^(?:string|number|bool|regex)$/.test(value.kind))
      return fieldQuery(use, value, refuse);
    this.longClauses += longClauses(value);
    if (!this.#anyLong) return fieldQuery(use, value, refuse);
    return orPerhaps(fieldQuery(short, value, refuse), { exists: { field: long } }, negated);
  }

  #perhaps(field: string | null, negated: boolean): Query {
    if (negated) return fewer;
    const { field: own, long } = field === null ? { field, long: undefined } : this.#use(field);
    const here = own === null ? { match_all: {} } : { exists: { field: own } };
    const more = long === undefined ? here : anyOf([here, { exists: { field: long } }]);
    return { bool: { filter: [more], _name: mark } };
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
  search(expression, context) {
    const whole = withoutDoubleNot(expression);
    const exact = new Writer(context, false);
    const query = exact.write(whole, false);
    const isLarge = context.options['approximate'] === 'yes' && exact.longClauses > longBudget;
    return JSON.stringify(isLarge ? new Writer(context, true).write(whole, false) : query);
  },
  query: (search) => search,
};
