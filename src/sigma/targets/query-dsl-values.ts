/** One comparison of a rule as a query, by the type that the field has in the index. */
import { HuntbookError } from '../../errors.ts';
import type { SigmaValue } from '../ast.ts';
import { parseAddress } from '../network.ts';
import type { Refuse } from './lucene-regex-tree.ts';
import { regexQuery, type Query } from './query-dsl-regex.ts';
import { textQuery } from './query-dsl-text.ts';
import { networkTexts } from './sql-network.ts';

/** How a field of rules stands in an index. */
export interface FieldUse {
  /** Its name there. */
  readonly field: string;
  /** The type of its mapping (`keyword`, `ip`, `long` …); missing: taken for keyword. */
  readonly type?: string;
  /** A second field with the same values as addresses, or as numbers. */
  readonly ip?: string;
  readonly number?: string;
  /** A field of the type wildcard with the values that the first one leaves out for their length. */
  readonly long?: string;
  /** Some documents hold a value that is not indexed for its length (`ignore_above`): they are looked at again. */
  readonly cut?: true;
  /** Regular expressions may stand for more values than they mean. */
  readonly loose?: true;
}

export const nothing: Query = { match_none: {} };
const terms = new Set(['keyword', 'wildcard', 'constant_keyword', 'flat_object', 'flattened']);
const numbers = new Set(
  'long integer short byte double float half_float scaled_float unsigned_long'.split(' '),
);
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Whether texts are compared whole and as they are. */
export function holdsTerms(type: string | undefined): boolean {
  return type === undefined || terms.has(type);
}

export function isNumeric(type: string | undefined): boolean {
  return type !== undefined && numbers.has(type);
}

/** A query that holds for exactly the values that the matcher takes; what cannot be said is refused. */
export function fieldQuery(use: FieldUse, value: SigmaValue, refuse: Refuse): Query {
  const { long, ...short } = use;
  if (long === undefined || value.kind === 'cidr' || value.kind === 'compare')
    return oneForm(short, value, refuse);
  if (value.kind === 'null' || (value.kind === 'exists' && !value.value))
    return { bool: { must_not: [{ exists: { field: short.field } }, { exists: { field: long } }] } };
  const second: FieldUse = { field: long, type: 'wildcard', ...(use.loose && { loose: use.loose }) };
  const should = [oneForm(short, value, refuse), oneForm(second, value, refuse)];
  return { bool: { should, minimum_should_match: 1 } };
}

/**
 * About how many clauses a server counts for a value of the field for long ones. OpenSearch takes a pattern on a field
 * of the type wildcard apart into pieces of three characters, each in both cases.
 */
export function longClauses(value: SigmaValue): number {
  if (value.kind === 'string')
    return value.parts.reduce<number>(
      (sum, part) => sum + (typeof part === 'string' ? part.length : 1) * (value.cased ? 1 : 8),
      0,
    );
  return value.kind === 'regex' ? value.source.length * 8 : 8;
}

function oneForm(use: FieldUse, value: SigmaValue, refuse: Refuse): Query {
  const { field, type } = use;
  switch (value.kind) {
    case 'exists':
      return value.value ? { exists: { field } } : absent(field);
    case 'null':
      return absent(field);
    case 'string':
      if (holdsTerms(type)) return textQuery(use, value.parts, value.cased, refuse);
      return typed(use, value.parts, refuse);
    case 'number':
    case 'bool':
      if (holdsTerms(type)) return textQuery(use, [String(value.value)], false, refuse);
      return typed(use, [String(value.value)], refuse);
    case 'regex':
      if (!holdsTerms(type)) refuse(`a regular expression on a field of the type ${type}`);
      return regexQuery(field, value.source, value.flags, use.loose === true, refuse);
    case 'cidr':
      return cidr(use, value.network, refuse);
    case 'compare': {
      const at = use.number ?? (type === undefined || numbers.has(type) ? field : null);
      if (at === null) return refuse(`a comparison of numbers on a field of the type ${type}`);
      return { range: { [at]: { [value.op]: value.value } } };
    }
    case 'fieldref':
      return refuse('references to other fields (fieldref)');
    case 'timepart':
      return refuse('parts of times (hour, day and the like)');
    case 'query':
      return refuse('query expressions of a pipeline');
  }
}

function absent(field: string): Query {
  return { bool: { must_not: [{ exists: { field } }] } };
}

/** A whole text on a field that holds no texts. */
function typed({ field, type }: FieldUse, parts: readonly unknown[], refuse: Refuse): Query {
  if (parts.length > 0 && parts.every((part) => part === 0)) return { exists: { field } };
  if (parts.some((part) => typeof part !== 'string'))
    return refuse(`a wildcard on a field of the type ${type}`);
  const text = parts.join('');
  if (isNumeric(type)) {
    return decimal.test(text) ? { term: { [field]: { value: exactNumber(text) } } } : nothing;
  }
  switch (type) {
    case 'ip':
      return parseAddress(text) === null ? nothing : { term: { [field]: { value: text } } };
    case 'boolean': {
      const folded = text.toLowerCase();
      return folded === 'true' || folded === 'false' ? { term: { [field]: { value: folded } } } : nothing;
    }
    default:
      return refuse(`a comparison with a field of the type ${type}`);
  }
}

/** As text where JavaScript would round. */
function exactNumber(text: string): number | string {
  return Number.isSafeInteger(Number(text)) || text.includes('.') ? Number(text) : text;
}

function cidr({ field, type, ip }: FieldUse, network: string, refuse: Refuse): Query {
  const at = ip ?? (type === undefined || type === 'ip' ? field : null);
  if (at !== null) return { term: { [at]: { value: network } } };
  if (!holdsTerms(type)) return refuse(`networks (cidr) on a field of the type ${type}`);
  const texts = networkTexts(network);
  if (texts === null) return refuse(`the network ${network} on a field of the type ${type}`);
  const should = texts.map(({ text, whole }): Query => {
    // Beginnings are written for LIKE.
    if (whole) return { term: { [field]: { value: text, case_insensitive: true } } };
    const value = text.replaceAll('%', '*').replaceAll('_', '?');
    return { wildcard: { [field]: { value, case_insensitive: true } } };
  });
  return { bool: { should, minimum_should_match: 1 } };
}

/** The option `fields` of the target. */
export function readFields(text: string): Record<string, FieldUse> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, FieldUse>;
  } catch {
    throw new HuntbookError('HB_USAGE', `the option fields of query_dsl is no JSON: ${text.slice(0, 80)}`);
  }
}
