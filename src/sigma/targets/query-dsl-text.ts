/**
 * Texts and patterns as queries of terms
 * (https://www.elastic.co/docs/reference/query-languages/query-dsl/term-level-queries,
 * https://docs.opensearch.org/latest/query-dsl/term/index/). `case_insensitive` folds the letters of ASCII only;
 * letters beyond it that have two cases are written as sets of both, in a regular expression.
 */
import { ANY, ONE, type StringPart } from '../ast.ts';
import { luceneRegexOf } from './lucene-regex.ts';
import type { Refuse } from './lucene-regex-tree.ts';
import { maxRegexLength, regexp, type Query } from './query-dsl-regex.ts';
import { hasWildcard, shapeOf, writeParts } from './strings.ts';

const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** A text with wildcards, which stands for the whole value. */
export function textQuery(
  { field, type }: { readonly field: string; readonly type?: string },
  parts: readonly StringPart[],
  cased: boolean,
  refuse: Refuse,
): Query {
  if (!cased && hasOtherCase(parts)) {
    // OpenSearch 2.19 finds nothing where a regular expression on a field of the type wildcard ignores the case.
    if (type === 'wildcard') return regexp(field, foldedRegex(parts, true), false, refuse);
    return regexp(field, foldedRegex(parts), true, refuse);
  }
  const flag = cased ? {} : { case_insensitive: true };
  if (hasWildcard(parts)) {
    if (parts.every((part) => part === ANY)) return { exists: { field } };
    const value = writeParts(parts, (text) => text.replaceAll(/[\\*?]/g, '\\$&'), '*', '?');
    return { wildcard: { [field]: { value, ...flag } } };
  }
  const text = parts.join('');
  // OpenSearch finds no empty text where the case is ignored.
  if (text === '') return { term: { [field]: { value: text } } };
  const [, bare] = cased ? [] : (guid.exec(text) ?? []);
  const term = (value: string): Query => ({ term: { [field]: { value, ...flag } } });
  if (bare === undefined) return term(text);
  // Shippers differ in the braces of a GUID, and huntbook's matcher sees none.
  return { bool: { should: [term(bare), term(`{${bare}}`)], minimum_should_match: 1 } };
}

/**
 * Many texts of one field as few queries, each within the server's bound. Texts of one shape stand together
 * (`.*(a|b).*`): determinising grows with their length then, and not with the number of their combinations.
 */
export function listQueries(
  field: string,
  texts: readonly (readonly StringPart[])[],
  cased: boolean,
  refuse: Refuse,
): Query[] {
  const queries: Query[] = [];
  const open = new Map<string, string[]>();
  const flush = (kind: string): void => {
    const alternatives = open.get(kind) ?? [];
    open.delete(kind);
    if (alternatives.length === 0) return;
    const before = kind === 'contains' || kind === 'endsWith' ? '.*' : '';
    const after = kind === 'contains' || kind === 'startsWith' ? '.*' : '';
    const value = `${before}(${alternatives.join('|')})${after}`;
    queries.push(regexp(field, value, !cased, refuse));
  };
  for (const parts of texts) {
    const shape = shapeOf(parts);
    const text = 'text' in shape && shape.text !== '' ? shape.text : null;
    const written = text === null ? '' : cased ? luceneRegexOf([text]) : foldedRegex([text]);
    if (text === null || written.length > maxRegexLength - 8 || guid.test(text)) {
      queries.push(textQuery({ field }, parts, cased, refuse));
      continue;
    }
    const length = (open.get(shape.kind) ?? []).reduce((sum, one) => sum + one.length + 1, 8);
    if (length + written.length > maxRegexLength) flush(shape.kind);
    const alternatives = open.get(shape.kind);
    if (alternatives === undefined) open.set(shape.kind, [written]);
    else alternatives.push(written);
  }
  for (const kind of open.keys()) flush(kind);
  return queries;
}

/** Lower case to the letters beyond ASCII that fold to it. Made when first asked for. */
let others: Map<string, string[]> | undefined;

function otherCases(): Map<string, string[]> {
  if (others !== undefined) return others;
  others = new Map();
  // No letter with two cases lies above Adlam.
  for (let point = 0x80; point < 0x1ea00; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const char = String.fromCodePoint(point);
    const lower = char.toLowerCase();
    if (lower === char || lower.charCodeAt(0) < 0x80) continue;
    const found = others.get(lower);
    if (found === undefined) others.set(lower, [char]);
    else found.push(char);
  }
  return others;
}

function hasOtherCase(parts: readonly StringPart[]): boolean {
  for (const part of parts) {
    if (typeof part !== 'string' || !/[^\0-\x7f]/.test(part)) continue;
    for (const char of part) if (char > '\x7f' && otherCases().has(char.toLowerCase())) return true;
  }
  return false;
}

/** `ascii`: the letters of ASCII are written in both cases too. */
function foldedRegex(parts: readonly StringPart[], ascii = false): string {
  if (!ascii && !hasOtherCase(parts)) return luceneRegexOf(parts);
  let text = '';
  for (const part of parts) {
    if (part === ANY || part === ONE) text += luceneRegexOf([part]);
    else if (typeof part === 'string') {
      for (const char of part) {
        const lower = char.toLowerCase();
        const upper = char > '\x7f' ? otherCases().get(lower) : undefined;
        if (upper !== undefined) text += `[${lower}${upper.join('')}]`;
        else if (ascii && /[A-Za-z]/.test(char)) text += `[${lower}${char.toUpperCase()}]`;
        else text += luceneRegexOf([char]);
      }
    }
  }
  return text;
}
