/**
 * Conditions of `search` as SQL. A condition is true or not; a missing field makes it not true, and `NOT` of that true
 * (Search Manual, "Difference between != and NOT"). Of several values any one is enough.
 */
import type { Comparison, Pattern, SearchExpression } from '../ast.ts';
import { parseCidr } from '../run/cidr.ts';
import type { Field, Relation } from './relation.ts';
import { asText } from './relation.ts';
import { anyItem, call, ITEM, literal, numberLiteral, toNumber } from './sql-text.ts';
import { termTest } from './terms.ts';

export interface SearchContext {
  readonly relation: Relation;
  time(value: string, at: number): number;
  subsearch(expression: Extract<SearchExpression, { kind: 'subsearch' }>): string;
}

export function searchTest(expression: SearchExpression, context: SearchContext): string {
  switch (expression.kind) {
    case 'all':
      return 'TRUE';
    case 'and':
    case 'or': {
      const tests = expression.items.map((item) => searchTest(item, context));
      return `(${tests.join(expression.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `(${searchTest(expression.item, context)}) IS NOT TRUE`;
    case 'term': {
      const { parts, directive } = expression.pattern;
      if (directive === undefined && parts.length === 2 && parts[0] === '' && parts[1] === '') return 'TRUE';
      const raw = context.relation.use('_raw');
      return raw === undefined ? 'FALSE' : termTest(asText(raw), expression.pattern);
    }
    case 'compare': {
      const field = context.relation.use(expression.field);
      return field === undefined ? 'FALSE' : fieldTest(field, expression.op, expression.pattern);
    }
    case 'in': {
      const field = context.relation.use(expression.field);
      return field === undefined ? 'FALSE' : inTest(field, expression.patterns);
    }
    case 'time': {
      const time = context.relation.use('_time');
      if (time === undefined) return 'TRUE';
      const bound = numberLiteral(context.time(expression.value, expression.at));
      return `${time.sql} ${expression.edge === 'earliest' ? '>=' : '<'} ${bound}`;
    }
    case 'subsearch':
      return context.subsearch(expression);
  }
}

function fieldTest(field: Field, op: Comparison, pattern: Pattern): string {
  if (field.type === 'number') return numberTest(field.sql, op, pattern);
  return field.type === 'list'
    ? anyItem(field.sql, valueTest(ITEM, op, pattern))
    : valueTest(field.sql, op, pattern);
}

/** Plain texts that are no numbers go into one IN, which is a look-up in a hash table. */
function inTest(field: Field, patterns: readonly Pattern[]): string {
  const item = field.type === 'list' ? ITEM : asText(field);
  const plain: string[] = [];
  const tests: string[] = [];
  for (const pattern of patterns) {
    const { parts, directive } = pattern;
    const only = parts[0] as string;
    if (parts.length === 1 && directive === undefined && !isNumber(only) && parseCidr(only) === null)
      plain.push(only);
    else
      tests.push(
        field.type === 'number' ? numberTest(field.sql, '=', pattern) : valueTest(item, '=', pattern),
      );
  }
  if (plain.length > 0)
    tests.push(`lower(${item}) IN (${plain.map((text) => `lower(${literal(text)})`).join(', ')})`);
  const test = `(${tests.join(' OR ')})`;
  return field.type === 'list' ? anyItem(field.sql, test) : test;
}

function isNumber(text: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text);
}

function numberTest(number: string, op: Comparison, pattern: Pattern): string {
  const only = pattern.parts[0] as string;
  if (pattern.parts.length === 1 && isNumber(only)) return `${number} ${op} ${numberLiteral(Number(only))}`;
  return valueTest(asText({ sql: number, type: 'number' }), op, pattern);
}

export function valueTest(value: string, op: Comparison, pattern: Pattern): string {
  if (op === '=') return equals(value, pattern);
  if (op === '!=') return `${value} IS NOT NULL AND (${equals(value, pattern)}) IS NOT TRUE`;
  const text = pattern.parts.join('*');
  const lexical = `lower(${value}) ${op} lower(${literal(text)})`;
  if (!isNumber(text)) return lexical;
  const number = toNumber(value);
  return `CASE WHEN ${number} IS NOT NULL THEN ${number} ${op} ${numberLiteral(Number(text))} ELSE ${lexical} END`;
}

function equals(value: string, { parts, directive }: Pattern): string {
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const isFolded = directive !== 'case' && /[\p{L}\p{M}]/u.test(parts.join(''));
  const subject = isFolded ? `lower(${value})` : value;
  const constant = (text: string): string => (isFolded ? `lower(${literal(text)})` : literal(text));
  if (parts.length === 1) return exact(value, subject, constant(first), first, directive !== 'case');
  if (parts.length === 2) {
    if (first === '' && last === '') return `${value} IS NOT NULL`;
    if (first === '') return `suffix(${subject}, ${constant(last)})`;
    if (last === '') return `prefix(${subject}, ${constant(first)})`;
  }
  if (parts.length === 3 && first === '' && last === '')
    return `contains(${subject}, ${constant(parts[1] as string)})`;
  const like = parts.map((part) => part.replaceAll(/[!%_]/g, '!$&')).join('%');
  return `${subject} LIKE ${constant(like)} ESCAPE '!'`;
}

function exact(value: string, subject: string, constant: string, text: string, loose: boolean): string {
  const same = `${subject} = ${constant}`;
  if (!loose) return same;
  // Beyond 15 digits two numbers of 64 bits may be one double.
  if (isNumber(text) && text.length <= 15) {
    const digits = Number.isInteger(Number(text)) ? String(Math.abs(Number(text))) : '.';
    return `(${same} OR (contains(${value}, ${literal(digits)}) AND length(${value}) <= 20 AND ${toNumber(value)} = ${numberLiteral(Number(text))}))`;
  }
  if (parseCidr(text) === null) return same;
  return `(${same} OR ${call('cidr', value, literal(text))} = '1')`;
}

/** Whether a search says its own time range. */
export function namesTime(expression: SearchExpression): boolean {
  switch (expression.kind) {
    case 'time':
      return true;
    case 'and':
    case 'or':
      return expression.items.some(namesTime);
    case 'not':
      return namesTime(expression.item);
    default:
      return false;
  }
}
