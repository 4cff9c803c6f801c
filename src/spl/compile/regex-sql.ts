/** Regular expressions in SQL: by RE2 where it can, else by `hb_spl`. */
import type { HuntbookError } from '../../errors.ts';
import { translateRegex } from './regex.ts';
import type { Regex } from './regex.ts';
import { call, literal } from './sql-text.ts';

interface Place {
  fail(message: string, at: number): HuntbookError;
}

export function readRegex(pattern: string, place: Place, at: number): Regex {
  const regex = translateRegex(pattern);
  if (typeof regex === 'string')
    throw place.fail(`the regular expression ${JSON.stringify(pattern)}: ${regex}`, at);
  return regex;
}

export function regexMatch(value: string, pattern: string, place: Place, at: number): string {
  const regex = readRegex(pattern, place, at);
  if (regex.engine === 're2') return `regexp_matches(${value}, ${literal(regex.source)})`;
  return `${call('match', value, literal(`${regex.flags}/${regex.source}`))} = '1'`;
}

export function regexReplace(
  value: string,
  pattern: string,
  replacement: string,
  place: Place,
  at: number,
): string {
  const regex = readRegex(pattern, place, at);
  const written = readReplacement(replacement, regex, place, at);
  if (regex.engine === 're2')
    return `regexp_replace(${value}, ${literal(regex.source)}, ${literal(written)}, 'g')`;
  return call('replace', value, literal(`${written.length}:${written}${regex.flags}/${regex.source}`));
}

/** `\\1` is a group, which must be there; any other backslash is itself, and is written twice for both engines. */
export function readReplacement(text: string, { groups }: Regex, place: Place, at: number): string {
  return text.replaceAll(/\\(\\|\d)?/g, (all, next: string | undefined) => {
    if (next === undefined || next === '\\') return '\\\\';
    if (Number(next) > groups.length) throw place.fail(`there is no group ${next} to put in`, at);
    return all;
  });
}

/** The values of one group: the first, or a list of `max` (0 is all). NULL where nothing was found. */
export function regexExtract(value: string, regex: Regex, group: number, max: number): string {
  if (regex.engine === 're2') {
    const source = literal(regex.source);
    if (max === 1) return `NULLIF(regexp_extract(${value}, ${source}, ${group}), '')`;
    const all = `regexp_extract_all(${value}, ${source}, ${group})`;
    const some = max === 0 ? all : `(${all})[1:${max}]`;
    return `CASE WHEN len(${some}) > 0 THEN ${some} END`;
  }
  const json = call('extract', value, literal(`${regex.flags}/${regex.source}`));
  if (max === 1) return `NULLIF(json_extract_string(${json}, '$[0][${group - 1}]'), '')`;
  const all = `json_extract_string(${json}, '$[*][${group - 1}]')`;
  return max === 0 ? all : `(${all})[1:${max}]`;
}
