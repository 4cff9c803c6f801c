/**
 * CrowdStrike LogScale, the query language of Falcon Next-Gen SIEM too (https://library.humio.com/lql-grammar). `or`
 * binds tighter than `and`; a regular expression is the only comparison without case. What can only stand as a step of
 * its own comes behind the search.
 */
import { ANY } from '../ast.ts';
import type { Expression, StringPart } from '../ast.ts';
import type { Dialect, KeywordWriters, Spot, ValueWriters } from './dialect.ts';
import { comparisonSigns, hasWildcard, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';

const title = 'LogScale';

const plainName = /^[A-Za-z0-9_.@]+$/;
/** Words that the grammar reserves (appendix D), so that a field of that name is quoted. */
const reserved = new Set(['and', 'or', 'not', 'like', 'in', 'case', 'match', 'true', 'false']);

function column(name: string): string {
  return plainName.test(name) && !reserved.has(name.toLowerCase()) ? name : quoted(name);
}

/** Line ends and their like as escapes, in a literal and in a regular expression. */
function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

const control = /[\p{Cc}\u2028\u2029]/gu;

function withoutControls(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029)
      return text.replaceAll(control, visible);
  }
  return text;
}

function quoted(text: string): string {
  return `"${withoutControls(text.replaceAll(/[\\"]/g, '\\$&'))}"`;
}

function regexText(text: string): string {
  return withoutControls(text.replaceAll(/[\\^$.|?*+()[\]{}/]/g, '\\$&'));
}

/** A value as the inner of a regular expression; keywords may stand anywhere, other values are whole. */
function pattern(parts: readonly StringPart[], whole: boolean): string {
  let from = 0;
  let to = parts.length;
  while (parts[from] === ANY) from++;
  while (to > from && parts[to - 1] === ANY) to--;
  const body = writeParts(
    from === 0 && to === parts.length ? parts : parts.slice(from, to),
    regexText,
    '.*',
    '.',
  );
  return `${whole && from === 0 ? '^' : ''}${body}${whole && to === parts.length ? '$' : ''}`;
}

/** `d` lets wildcards go over line ends. An empty expression would be a comment. */
function regex(text: string, flags: string): string {
  return text === '' ? '/^/' : `/${text}/${flags}`;
}

export function textRegex(parts: readonly StringPart[], cased: boolean, whole: boolean): string {
  const text = pattern(parts, whole);
  const inner = parts.some((part, index) => part === ANY && index > 0 && index < parts.length - 1);
  return regex(text, `${inner ? 'd' : ''}${cased ? '' : 'i'}`);
}

/** A regular expression of a rule between slashes. */
export function sourceRegex(source: string, flags: string): string {
  let text = '';
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char === '\\') {
      at++;
      text += at < source.length ? char + (source[at] as string) : '';
    } else text += char === '/' ? '\\/' : char;
  }
  return regex(withoutControls(text), flags.replace('s', 'd'));
}

const values: ValueWriters = {
  string: (field, { parts, cased }) => {
    if (parts.length > 0 && parts.every((part) => part === ANY)) return `${column(field)}=*`;
    const text = parts.length === 0 ? '' : parts[0];
    if (cased && !hasWildcard(parts) && typeof text === 'string' && !text.includes('*'))
      return `${column(field)}=${quoted(text)}`;
    return `${column(field)}=${textRegex(parts, cased, true)}`;
  },
  number: (field, { value }) => `${column(field)}=${value}`,
  bool: (field, { value }) => `${column(field)}=${value}`,
  null: (field) => `${column(field)}!=*`,
  exists: (field, { value }) => `${column(field)}${value ? '=' : '!='}*`,
  compare: (field, { op, value }) => `${column(field)}${comparisonSigns[op]}${value}`,
  regex: (field, { source, flags }) => `${column(field)}=${sourceRegex(source, flags)}`,
  query: (field, { text }) => text.replaceAll('{field}', () => column(field)),
};

const keywords: KeywordWriters = {
  string: ({ parts, cased }) => textRegex(parts, cased, false),
  number: ({ value }) => regex(regexText(String(value)), 'i'),
  bool: ({ value }) => regex(String(value), 'i'),
  regex: ({ source, flags }) => sourceRegex(source, flags),
};

/** The networks that one field is compared with, as alternatives; null: something else. */
function networksOf(expression: Expression): { field: string; networks: string[] } | null {
  if (expression.op === 'not') return null;
  const networks: string[] = [];
  let field: string | null = null;
  for (const item of expression.op === 'match' ? [expression] : expression.items) {
    if (item.op !== 'match' || item.value.kind !== 'cidr' || item.field === null) return null;
    if (field !== null && item.field !== field) return null;
    field = item.field;
    networks.push(item.value.network);
  }
  const alternatives = networks.length === 1 || expression.op === 'or';
  return field === null || !alternatives ? null : { field, networks };
}

/** A function; as a step behind the search where it must hold for every result. */
function networkNode(expression: Expression, spot: Spot): string | null {
  const negated = expression.op === 'not';
  const found = networksOf(negated ? expression.item : expression);
  if (found === null) return null;
  const [only = ''] = found.networks;
  const subnet =
    found.networks.length > 1
      ? `[${found.networks.map(quoted).join(', ')}]`
      : only.includes(':')
        ? quoted(only)
        : only;
  const text = `${negated ? '!' : ''}cidr(${column(found.field)}, subnet=${subnet})`;
  if (!spot.required) return text;
  spot.deferred.push(text);
  return '';
}

const dialect: Dialect = {
  name: 'log_scale',
  title,
  manual: 'https://library.humio.com/data-analysis/syntax.html',
  formats: { default: { description: 'LogScale queries' } },
  supports: {
    keywords: 'yes',
    regex: 'yes',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'no',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'no',
    correlations: [],
    notes: [
      'fieldref: fields are compared with case only',
      'keywords are looked for in all fields',
      'null and exists: an empty field counts as present',
    ],
    ranOn: null,
  },
  suggests: [],
  precedence: ['not', 'or', 'and'],
  grouping: 'needed',
  and: ' ',
  or: ' or ',
  not: (operand) => `not ${operand}`,
  group: (inner) => `(${inner})`,
  values,
  keywords,
  node: networkNode,
  finish: (search, deferred) => search + deferred.map((text) => `| ${String(text)}`).join(''),
};

export const logScale = textTarget(dialect);
