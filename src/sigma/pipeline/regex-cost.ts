/**
 * How long a backtracking search may take: the degree of a polynomial over the length of the text. Each repetition that
 * can end in several places multiplies; those that can end in one place only share a single walk. Groups that repeat
 * and can be read in several ways take exponential time, and are refused.
 */

export interface RegexCost {
  /** Names of groups to their numbers. */
  readonly names: ReadonlyMap<string, number>;
  readonly groups: number;
  /** At least 1. */
  readonly degree: number;
}

interface OpenGroup {
  /** Holds a repetition without bound. */
  unbounded: boolean;
  /** Can be read in several ways: alternatives, or repetitions that may be shorter or longer. */
  loose: boolean;
  /** Holds a loose group that repeats. */
  repeats: boolean;
}

/** A loose group may repeat this often. */
const maxLoose = 4;
/** Optional parts, each of which doubles the ways. */
const maxOptional = 20;
/** Counted repetitions beyond this count as unbounded. */
const manyTimes = 50;
const quantifier = /(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?/y;

/** The source must be known to be correct. Throws Error with the reason why the time cannot be bounded. */
export function scanRegex(source: string): RegexCost {
  if (/\(\?[A-Za-z]*x/.test(source)) throw new Error('the flag x is not taken here');
  const names = new Map<string, number>();
  const stack: OpenGroup[] = [newGroup()];
  const top = (): OpenGroup => stack[stack.length - 1] as OpenGroup;
  let groups = 0;
  let ambiguous = 0;
  let determined = 0;
  let optional = 0;
  /** Characters that repeat without bound; null for a group. */
  const repeated: (string | null)[] = [];
  /** Where the last atom begins, and the group that it is, if any. */
  let atom = 0;
  let closed: OpenGroup | null = null;
  for (let i = 0; i < source.length;) {
    quantifier.lastIndex = i;
    const found = i > 0 ? quantifier.exec(source) : null;
    if (found !== null && found[0] !== '{}' && found[0] !== '{,}') {
      const { most, exact } = timesOf(found);
      i += found[0].length;
      if (closed !== null) checkGroup(closed, most, top());
      if (!exact) top().loose = true;
      if (most > manyTimes) {
        top().unbounded = true;
        const character = closed === null ? source.slice(atom, i - found[0].length) : null;
        repeated.push(character);
        if (character !== null && endsOnce(character, source, i)) determined++;
        else ambiguous++;
      } else if (!exact && ++optional > maxOptional)
        throw new Error(`it has more than ${maxOptional} optional parts, so that its time cannot be bounded`);
      continue;
    }
    if (source.startsWith('(?#', i)) {
      i = source.indexOf(')', i) + 1;
      continue;
    }
    closed = null;
    const char = source[i];
    if (char !== ')') atom = i;
    if (char === '\\') i += 2;
    else if (char === '[') i = classEnd(source, i);
    else if (char === '(') {
      const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(source.slice(i, i + 80));
      if (named !== null) names.set(named[1] as string, groups + 1);
      if (named !== null || source[i + 1] !== '?') groups++;
      stack.push(newGroup());
      i += named?.[0].length ?? (/^\(\?[A-Za-z:=!<>-]*/.exec(source.slice(i, i + 80))?.[0].length || 1);
    } else if (char === ')') {
      if (stack.length > 1) {
        closed = stack.pop() as OpenGroup;
        const outer = top();
        outer.unbounded ||= closed.unbounded;
        outer.loose ||= closed.loose;
        outer.repeats ||= closed.repeats;
      }
      i++;
    } else {
      if (char === '|') top().loose = true;
      i++;
    }
  }
  const starts = startsOnce(source, repeated) ? 0 : 1;
  return { names, groups, degree: Math.max(1, starts + ambiguous + (determined > 0 ? 1 : 0)) };
}

function newGroup(): OpenGroup {
  return { unbounded: false, loose: false, repeats: false };
}

function timesOf(found: RegExpExecArray): { most: number; exact: boolean } {
  const [text, least = '', comma = '', most = ''] = found;
  if (text[0] === '?') return { most: 1, exact: false };
  if (text[0] !== '{') return { most: Infinity, exact: false };
  if (comma === '') return { most: Number(least), exact: true };
  return { most: most === '' ? Infinity : Number(most), exact: least === most };
}

function checkGroup(group: OpenGroup, most: number, outer: OpenGroup): void {
  if (most <= 1 || (!group.loose && !group.unbounded)) return;
  if (most > maxLoose || group.unbounded || group.repeats) {
    throw new Error(
      'it repeats a group that repeats itself or has alternatives, so that its time cannot be bounded',
    );
  }
  outer.repeats = true;
}

/** Whether what follows a repeated character shows where the repetition ends: it is no such character itself. */
function endsOnce(atom: string, source: string, from: number): boolean {
  let i = from;
  while (source[i] === ')') i++;
  if (i > from && /[*+?{]/.test(source[i] ?? '')) return false;
  if (i >= source.length) return true;
  const next = /^(?:\\([^\w\s])|([^\\[\](){}*+?.^$|]))(?![*?{])/.exec(source.slice(i, i + 3));
  const literal = next?.[1] ?? next?.[2];
  if (literal === undefined) return false;
  return !canBe(atom, literal);
}

/** Whether a search does not walk over the same text again from every character on. */
function startsOnce(source: string, repeated: readonly (string | null)[]): boolean {
  if (source.includes('|')) return false;
  if (/^(?:\^|\\A)/.test(source)) return true;
  // What begins with a character that no repetition can be does not begin within one.
  const first = /^[\w=:"' /-](?![*?{])/.exec(source)?.[0];
  return first !== undefined && repeated.every((atom) => atom !== null && !canBe(atom, first));
}

function canBe(atom: string, character: string): boolean {
  try {
    return new RegExp(`^(?:${atom})$`, 'is').test(character);
  } catch {
    return true;
  }
}

function classEnd(source: string, from: number): number {
  let i = source[from + 1] === '^' ? from + 2 : from + 1;
  if (source[i] === ']') i++;
  for (; i < source.length && source[i] !== ']'; i++) if (source[i] === '\\') i++;
  return i + 1;
}
