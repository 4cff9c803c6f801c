/**
 * Why our KQL differs from the reference's. Both texts are read token by token; at each known difference both sides must
 * say the same value, and everything else must be equal.
 */
import type { Deviation } from '../oracle.ts';
import { hasKeywords, regexesOf, valuesOf } from './combine.ts';

const reasons = {
  'column-names':
    "A name with special characters is written ['name']: the reference's 'name' is a text literal, which never is the column",
  'dotted-names': 'A dotted name is a path into a dynamic column; the reference makes it a text literal',
  'null-text': 'isnull is never true for text columns (Microsoft: use isempty)',
  'number-lists': 'Lists of numbers are compared as numbers: quoted ones do not compare with integer columns',
  'ipv6-networks': 'IPv6 networks need ipv6_is_in_range; ipv4_is_in_range gives null for them',
  'null-networks':
    'Below not, a network function that cannot read the address gives null, and not(null) drops the row: coalesce',
  patterns:
    'Wildcards inside a value: one anchored pattern without case; the reference loses order, anchors, `?` and case',
  letters:
    'The text operators ignore the case of ASCII letters only (Microsoft: in~); patterns ignore it for all',
  keywords: 'A text alone is no condition in KQL; keywords are looked for in every column',
  'null-comparisons': 'Below not, a comparison with null would be null and drop the row: coalesce',
  'control-characters': 'A text literal cannot hold a line end or a control character: escapes',
  booleans: '=~ does not compare a text with a boolean',
  'any-value': '`*` asks for a value; startswith "" holds for every row',
} as const;
type Reason = keyof typeof reasons;

export const deviations: Deviation[] = [
  ...Object.entries(reasons).map(([id, reason]) => ({
    id,
    reason,
    applies: (_: unknown, ours: string, theirs: string) => explain(ours, theirs)?.has(id as Reason) ?? false,
  })),
  {
    id: 'field-references',
    reason: 'KQL compares two columns; the reference refuses fieldref',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ value }) => value.kind === 'fieldref'),
  },
  {
    id: 'cased',
    reason: 'KQL has operators with case; the reference refuses cased',
    verdict: (rule, ours, theirs) =>
      theirs === null &&
      ours !== null &&
      valuesOf(rule).some(({ value }) => value.kind === 'string' && value.cased),
  },
  {
    id: 'timeparts',
    reason: 'Parts of times are datetime_part; the reference refuses them, or drops the part',
    undo: (ours) => ours.replaceAll(/datetime_part\("\w+", todatetime\((\w+)\)\)/g, '$1'),
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ value }) => value.kind === 'timepart'),
  },
  {
    id: 'keyword-variants',
    reason: 'Several forms of one keyword are alternatives; the reference fails',
    verdict: (rule, ours, theirs) => theirs === null && ours !== null && hasKeywords(rule),
  },
  {
    id: 'equal-to-all',
    reason: 'has_all looks for terms within a text; equal to all is equal to each',
    undo: (ours) =>
      ours.replaceAll(
        /\b(\w+) =~ ("\w*")((?: and \1 =~ "\w*")+)/g,
        (_, name: string, first: string, rest: string) => {
          const others = rest
            .split(' and ')
            .slice(1)
            .map((text) => text.slice(name.length + 4));
          return `${name} has_all (${[first, ...others].join(', ')})`;
        },
      ),
  },
  {
    id: 'look-around',
    reason: 'Regular expressions of Kusto have no look-around and no back references: refused',
    verdict: (rule, ours) =>
      ours === null && regexesOf(rule).some(({ source }) => /\(\?<?[=!]|\\\d/.test(source)),
  },
];

/** The reasons that explain every difference; null where something is left. */
export function explain(ours: string, theirs: string): Set<Reason> | null {
  const found = new Set<Reason>();
  const [a, b] = [tokens(ours), tokens(theirs)];
  let i = 0;
  let j = 0;
  const name = (token: string | undefined): string | null => {
    if (token === undefined) return null;
    const bracket = /^\['(.*)'\]$/s.exec(token) ?? /^'+([^']*)'+$/s.exec(token);
    if (bracket !== null) return (bracket[1] as string).replaceAll('\\\\', '\\');
    return /^[\w.]+$/.test(token) ? token : null;
  };
  const same = (left: string | undefined, right: string | undefined): boolean => {
    if (left === undefined || right === undefined) return false;
    if (left === right) return true;
    if (left.startsWith('"') && right.startsWith('"')) {
      if (read(left) !== read(right)) return false;
      found.add('control-characters');
      return true;
    }
    if (name(left) === null || name(left) !== name(right)) return false;
    found.add(left.startsWith('[') ? 'column-names' : 'dotted-names');
    return true;
  };
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left === '*' && a[i + 2] !== undefined) {
      const pattern = a[i + 1] === 'matches';
      const text = read(a[i + (pattern ? 3 : 2)] as string);
      const value = right?.startsWith('"') === true ? read(right) : right?.replace('_=~', '');
      if (value === undefined || bare(value) !== bare(pattern ? unpattern(text) : text)) return null;
      found.add('keywords');
      i += pattern ? 4 : 3;
      j++;
    } else if (left === 'coalesce' && /^[<>]=?$/.test(a[i + 3] ?? '')) {
      if (!same(a[i + 2], b[j]) || a[i + 3] !== b[j + 1] || a[i + 4] !== b[j + 2]) return null;
      found.add('null-comparisons');
      i += 8;
      j += 3;
    } else if (left === 'coalesce') {
      found.add('null-networks');
      if (a[i + 2] === 'ipv6_is_in_range') found.add('ipv6-networks');
      else if (a[i + 2] !== 'ipv4_is_in_range') return null;
      if (b[j] !== 'ipv4_is_in_range' || !same(a[i + 4], b[j + 2]) || !same(a[i + 6], b[j + 4])) return null;
      i += 11;
      j += 6;
    } else if (left === 'ipv6_is_in_range' && right === 'ipv4_is_in_range') {
      found.add('ipv6-networks');
      i++;
      j++;
    } else if (left === 'isempty' && right === 'isnull') {
      found.add('null-text');
      i++;
      j++;
    } else if (left === 'tostring' && same(a[i + 2], right) && read(a[i + 5] ?? '') === b[j + 2]) {
      found.add('booleans');
      i += 6;
      j += 3;
    } else if (left === 'isnotempty' && b[j + 1] === 'startswith' && same(a[i + 2], right)) {
      found.add('any-value');
      i += 4;
      j += 3;
    } else if (left === 'in' && right === 'in~') {
      found.add('number-lists');
      i++;
      j++;
      for (; a[i] !== ')'; i++, j++) if (a[i] !== b[j] && `"${a[i]}"` !== b[j]) return null;
    } else if (left === 'in~' && right === 'in~') {
      const [mine, theirs] = [listFrom(a, i + 1), listFrom(b, j + 1)];
      const subject = a[i - 1];
      [i, j] = [mine.next, theirs.next];
      while (mine.values.length < theirs.values.length) {
        if (a[i] !== 'or' || a[i + 1] !== subject || a[i + 2] !== 'matches') return null;
        mine.values.push(unpattern(read(a[i + 4] as string)));
        found.add('letters');
        i += 5;
      }
      if (mine.values.sort().join('\n') !== theirs.values.sort().join('\n')) return null;
    } else if (a[i + 1] === 'matches' && a[i + 3]?.startsWith('"(?is)') === true && a[i + 3] !== b[j + 3]) {
      const next = skipPattern(b, j, unpattern(read(a[i + 3] as string)), (token) => same(left, token));
      if (next === null) return null;
      found.add(/[.*]/.test((a[i + 3] as string).replaceAll(/\\\\[^]/g, '')) ? 'patterns' : 'letters');
      i += 4;
      j = next;
    } else if (same(left, right)) {
      i++;
      j++;
    } else return null;
  }
  return found;
}

function listFrom(list: readonly string[], open: number): { values: string[]; next: number } {
  const close = list.indexOf(')', open);
  const values = list.slice(open + 1, close).filter((token) => token !== ',');
  return { values: values.map(read), next: close + 1 };
}

/** Where the reference's form of a pattern ends: one regular expression, or its pieces joined by `and`. */
function skipPattern(
  b: readonly string[],
  from: number,
  text: string,
  isField: (token: string | undefined) => boolean,
): number | null {
  let j = from;
  const grouped = b[j] === '(' && isField(b[j + 1]) && b[j + 1] !== undefined;
  if (grouped) j++;
  const pieces: string[] = [];
  for (;;) {
    if (!isField(b[j])) return null;
    if (b[j + 1] === 'matches') {
      pieces.push(read(b[j + 3] as string).replaceAll('\\', ''));
      j += 4;
    } else if (/^(?:contains|startswith|endswith|=~)$/.test(b[j + 1] ?? '')) {
      pieces.push(read(b[j + 2] as string));
      j += 3;
    } else return null;
    const whole = letters(pieces.join('')) === letters(text);
    if (grouped ? b[j] === ')' : whole) return whole ? j + (grouped ? 1 : 0) : null;
    if (b[j] !== 'and') return null;
    j++;
  }
}

function tokens(text: string): string[] {
  return (
    text
      .replaceAll('\u0001', ' ; ')
      .match(/"(?:[^"\\]|\\[^])*"|\['(?:[^'\\]|\\.)*'\]|''[^']*''|'[^']*'|[()|,]|[^\s()|,"']+/g) ?? []
  );
}

function read(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(/\\(?:u([\da-f]{4})|([^]))/g, (_, code: string | undefined, char: string) =>
      code === undefined
        ? ({ n: '\n', r: '\r', t: '\t' }[char] ?? char)
        : String.fromCharCode(parseInt(code, 16)),
    );
}

/** Our pattern as a value with wildcards. */
function unpattern(text: string): string {
  return text
    .replace(/^\(\?i?s\)\^?/, '')
    .replace(/(?<=^|[^\\])((?:\\\\)*)\$$/, '$1')
    .replaceAll(/\\([^])|\.\*|\./g, (all, char: string | undefined) => char ?? (all === '.' ? '?' : '*'));
}

function bare(text: string): string {
  return text.replaceAll(/^\*+|\*+$/g, '').replaceAll('\\', '');
}

/** What the reference keeps of a value when it takes it apart. */
function letters(text: string): string {
  return text.replaceAll(/[*?.\\]/g, '');
}
