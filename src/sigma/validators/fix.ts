/**
 * Mends the text of a rule file: the smallest change that a finding asks for, and only when what the file means is
 * the same afterwards. Comments and layout stay.
 */
import type { ParseResult } from '../ast.ts';
import { parseRules } from '../parse.ts';
import { checkRules } from './check.ts';
import type { CheckOptions } from './check.ts';
import { meaningOf } from './meaning.ts';
import type { Finding, TextEdit } from './types.ts';

export interface FixResult {
  readonly text: string;
  /** Findings that are mended; those that would have changed the meaning are not among them. */
  readonly fixed: readonly Finding[];
  /** The mended text, parsed as the original was. */
  readonly parsed: ParseResult;
}

/** Mending one thing may show another (a tag in small letters that is listed twice). */
const maxRounds = 4;

/** `text` is without byte order mark. Never throws. */
export function fixText(path: string, text: string, options: CheckOptions = {}): FixResult {
  const fixed: Finding[] = [];
  let current = text;
  let parsed = parse(current, path);
  for (let round = 0; round < maxRounds; round++) {
    const mendable = checkRules([{ path, text: current, parsed }], options).filter(
      ({ fix }) => fix !== undefined,
    );
    if (mendable.length === 0) break;
    const kept = mend(current, path, parsed, mendable);
    if (kept === null) break;
    for (const finding of kept.findings) fixed.push(finding);
    current = kept.text;
    parsed = kept.parsed;
  }
  return { text: current, fixed, parsed };
}

interface Mended {
  readonly text: string;
  readonly parsed: ParseResult;
  readonly findings: readonly Finding[];
}

/** All fixes at once if the meaning stays, otherwise each that keeps it; null when none does. */
function mend(text: string, path: string, parsed: ParseResult, findings: readonly Finding[]): Mended | null {
  const meaning = meaningOf(parsed);
  const attempt = (list: readonly Finding[]): Mended | null => {
    const edits = list.flatMap(({ fix }) => fix ?? []);
    const changed = edits.length === 0 ? text : applyEdits(text, edits);
    if (changed === null || changed === text) return null;
    const result = parse(changed, path);
    return meaningOf(result) === meaning ? { text: changed, parsed: result, findings: list } : null;
  };
  const whole = attempt(findings);
  if (whole !== null) return whole;
  let best = null as Mended | null;
  if (text.length > maxSingleText) return null;
  for (const finding of findings.slice(0, maxSingle))
    best = attempt([...(best?.findings ?? []), finding]) ?? best;
  return best;
}

/** Fixes that are tried one by one, each with a parse of the file. */
const maxSingle = 200;
const maxSingleText = 256 * 1024;

/** Null when two edits touch the same characters. */
function applyEdits(text: string, edits: readonly TextEdit[]): string | null {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let from = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < from) return null;
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

function parse(text: string, path: string): ParseResult {
  return parseRules(text, path, { named: false });
}
