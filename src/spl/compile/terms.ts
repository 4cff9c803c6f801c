/**
 * Words and phrases of a search, looked for in `_raw`: without case, bounded by breakers (segmenters.conf, major and
 * minor breakers: https://docs.splunk.com/Documentation/Splunk/latest/Admin/Segmentersconf). A wildcard stands for any
 * characters of one segment. `TERM(x)` is bounded by major breakers, `CASE(x)` compares with case.
 */
import type { Pattern } from '../ast.ts';
import { literal } from './sql-text.ts';

const major = String.raw`\s\[\]<>(){}|!;,'"*&?+`;
const minor = String.raw`/:=@.\-$#%\\_`;

export function termTest(raw: string, { parts, directive }: Pattern): string {
  const breakers = directive === 'term' ? major : major + minor;
  const cased = directive === 'case';
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), '');
  const holds = cased
    ? `contains(${raw}, ${literal(longest)})`
    : `contains(lower(${raw}), lower(${literal(longest)}))`;
  // A breaker at the edge of the text bounds it by itself.
  const startsFree = first === '' || isBreaker(first[0] as string, breakers);
  const endsFree = last === '' || isBreaker(last.at(-1) as string, breakers);
  if (parts.filter((part) => part !== '').length <= 1 && startsFree && endsFree) return holds;
  const start = startsFree ? '' : `(?:\\A|[${breakers}])`;
  const end = endsFree ? '' : `(?:[${breakers}]|\\z)`;
  const body = parts.map(escapeRegex).join(`[^${major}]*`);
  return `(${holds} AND regexp_matches(${raw}, ${literal(`${cased ? '' : '(?i)'}${start}${body}${end}`)}))`;
}

function isBreaker(character: string, breakers: string): boolean {
  return new RegExp(`[${breakers}]`).test(character);
}

export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
