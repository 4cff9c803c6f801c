/**
 * `replace_string`: an expression over the text of values, in which wildcards show as `*` and `?`. What the expression
 * does not touch, and what groups carry over, keeps its meaning: a wildcard stays one, a literal star stays literal.
 */
import { ANY, ONE } from '../../ast.ts';
import type { StringPart } from '../../ast.ts';
import { joinParts, parseStringValue } from '../../string-value.ts';
import { bounded, compilePattern } from '../conditions.ts';
import { StepFault, flagOf, textOf } from '../parameters.ts';
import { parseReplacement } from '../python-regex.ts';
import type { PythonRegex, ReplacementPart } from '../python-regex.ts';
import { mapValues } from '../values.ts';
import { itemStep } from './items.ts';
import type { MakeStep } from './step.ts';

/**
 * With `skip_special` the expression sees each literal piece of text alone. Wildcards that the replacement writes are
 * wildcards, with `skip_special` only when `interpret_special` says so.
 */
export const replaceString: MakeStep = (context) => {
  const { parameters } = context.step;
  const regex = compilePattern(textOf(parameters, 'regex'), 'regex');
  const pieces = flagOf(parameters, 'skip_special');
  const special = !pieces || flagOf(parameters, 'interpret_special');
  const replacement = readReplacement(textOf(parameters, 'replacement'), regex).map((part) =>
    typeof part === 'string' ? (special ? parseStringValue(part) : [part]) : part,
  );
  return itemStep(context, (item, work) =>
    mapValues(item, (value) => {
      if (value.kind !== 'string') return value;
      const parts = bounded(work, item, () => {
        if (!pieces) return replaceIn(value.parts, regex, replacement);
        const replaced = value.parts.map((part) =>
          typeof part === 'string' ? replaceIn([part], regex, replacement) : [part],
        );
        return replaced.some((list, index) => list[0] !== value.parts[index] || list.length !== 1)
          ? joinParts(replaced.flat())
          : value.parts;
      });
      return parts === value.parts ? value : { ...value, parts };
    }),
  );
};

type Replacement = readonly (readonly StringPart[] | number)[];

function readReplacement(template: string, regex: PythonRegex): ReplacementPart[] {
  try {
    return parseReplacement(template, regex);
  } catch (error) {
    throw new StepFault((error as Error).message, 'replacement');
  }
}

/** The same list when nothing matches. */
function replaceIn(
  parts: readonly StringPart[],
  regex: PythonRegex,
  replacement: Replacement,
): readonly StringPart[] {
  const text = parts.map(shown).join('');
  const matches = regex.findAll(text);
  if (matches.length === 0) return parts;
  const result: StringPart[] = [];
  let from = 0;
  for (const match of matches) {
    result.push(...slice(parts, from, match.start));
    for (const part of replacement) {
      if (typeof part !== 'number') result.push(...part);
      else {
        const range = part === 0 ? ([match.start, match.end] as const) : match.groups[part - 1];
        if (range != null) result.push(...slice(parts, range[0], range[1]));
      }
    }
    from = match.end;
  }
  result.push(...slice(parts, from, text.length));
  return joinParts(result);
}

function shown(part: StringPart): string {
  if (typeof part === 'string') return part;
  return part === ANY ? '*' : part === ONE ? '?' : `%${part.placeholder}%`;
}

/** The pieces behind a range of the shown text; a placeholder that is cut becomes text. */
function slice(parts: readonly StringPart[], start: number, end: number): StringPart[] {
  const result: StringPart[] = [];
  let at = 0;
  for (const part of parts) {
    if (at >= end) break;
    const text = shown(part);
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, text.length)];
    if (from < to)
      result.push(typeof part === 'string' || to - from < text.length ? text.slice(from, to) : part);
    at += text.length;
  }
  return result;
}
