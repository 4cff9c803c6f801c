/**
 * Regular expressions of pipelines, written for Python's `re`, over text of rules that anybody may have written. What
 * could take exponential time is refused when the pipeline is read; the rest is polynomial in the length of the text
 * (see `regex-cost.ts`), and texts are limited accordingly.
 */
import { compileRegex } from '../regex.ts';
import { scanRegex } from './regex-cost.ts';

/** One match: where it is, and its groups from 1 on; null where a group took no part. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (readonly [number, number] | null)[];
}

/** Steps that a search may take, roughly a second or two; texts are limited to what that allows. */
const maxSteps = 250_000_000;
const maxText = 1_000_000;
const maxMatches = 100_000;
const maxResult = 16 * 1024 * 1024;

export class PythonRegex {
  readonly source: string;
  /** Longest text that may be searched. */
  readonly maxLength: number;
  /** Names of groups to their numbers. */
  readonly names: ReadonlyMap<string, number>;
  readonly groupCount: number;
  readonly #global: RegExp;
  readonly #sticky: RegExp;

  /** Throws HuntbookError HB_RULE_REGEX where the syntax is wrong, Error with the reason where time cannot be bounded. */
  constructor(source: string) {
    this.source = source;
    // Wrong syntax is reported as it was written, before anything is put around it.
    const checked = compileRegex(source, '');
    const scanned = scanRegex(source);
    this.names = scanned.names;
    this.groupCount = scanned.groups;
    // The translator keeps groups only for an expression that refers to them; this reference never matters.
    const translated = scanned.groups === 0 ? checked : compileRegex(`(?:${source})(?:(?!)\\1)?`, '');
    this.#global = new RegExp(translated.source, `${translated.flags}dg`);
    this.#sticky = new RegExp(translated.source, `${translated.flags}dy`);
    this.maxLength = Math.min(maxText, Math.floor(maxSteps ** (1 / scanned.degree)));
  }

  /** Whether the text begins with a match. Throws RangeError when it is too long. */
  matchesStart(text: string): boolean {
    this.#check(text);
    this.#sticky.lastIndex = 0;
    return this.#sticky.test(text);
  }

  search(text: string): Match | null {
    this.#check(text);
    this.#global.lastIndex = 0;
    const found = this.#global.exec(text);
    return found === null ? null : this.#toMatch(found);
  }

  /** All matches that do not overlap. Throws RangeError when the text is too long. */
  findAll(text: string): Match[] {
    this.#check(text);
    const matches: Match[] = [];
    for (const found of text.matchAll(this.#global)) {
      matches.push(this.#toMatch(found));
      if (matches.length > maxMatches) throw new RangeError(`more than ${maxMatches} matches`);
    }
    return matches;
  }

  #check(text: string): void {
    if (text.length > this.maxLength)
      throw new RangeError(
        `the text has ${text.length} characters, more than the ${this.maxLength} that the expression may search`,
      );
  }

  #toMatch(found: RegExpExecArray): Match {
    const groups: ([number, number] | null)[] = [];
    for (let i = 1; i <= this.groupCount; i++) groups.push(found.indices?.groups?.[`g${i}`] ?? null);
    return { start: found.index, end: found.index + found[0].length, groups };
  }
}

/** A replacement as `re.sub` takes it: literal text and numbers of groups; 0 is the whole match. */
export type ReplacementPart = string | number;

/** Throws Error with the reason. */
export function parseReplacement(template: string, regex: PythonRegex): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const pattern = /\\(?:g<(\w+)>|([1-9]\d?)|([abfnrtv\\])|(.?))|[^\\]+/gsy;
  for (const found of template.matchAll(pattern)) {
    if (found[1] !== undefined) parts.push(groupNumber(found[1], regex));
    else if (found[2] !== undefined) parts.push(groupNumber(found[2], regex));
    else if (found[3] !== undefined) parts.push(escapes.get(found[3]) ?? '\\');
    else if (found[4] !== undefined) {
      if (/^[A-Za-z]?$/.test(found[4]))
        throw new Error(`the replacement has the escape \\${found[4]}, which means nothing`);
      parts.push(`\\${found[4]}`);
    } else parts.push(found[0]);
  }
  return parts;
}

/** The text with every match replaced. */
export function substitute(
  text: string,
  regex: PythonRegex,
  replacement: readonly ReplacementPart[],
): string {
  let result = '';
  let from = 0;
  for (const match of regex.findAll(text)) {
    result += text.slice(from, match.start);
    for (const part of replacement) {
      if (typeof part === 'string') result += part;
      else {
        const range = part === 0 ? ([match.start, match.end] as const) : match.groups[part - 1];
        if (range != null) result += text.slice(range[0], range[1]);
      }
    }
    if (result.length > maxResult) throw new RangeError('the result is too long');
    from = match.end;
  }
  return result + text.slice(from);
}

const escapes = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function groupNumber(name: string, regex: PythonRegex): number {
  const number = /^\d+$/.test(name) ? Number(name) : regex.names.get(name);
  if (number === undefined || number > regex.groupCount)
    throw new Error(`the replacement names the group ${name}, which the expression does not have`);
  return number;
}
