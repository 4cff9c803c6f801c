/**
 * Why our UDM searches differ from the reference's. Ours is read comparison by comparison; each must stand in the
 * reference's text, in the same order, in a form that a listed reason gives it, and what joins them must be the same
 * but beside a `not`.
 */
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import { regexFor } from '../../../../src/sigma/targets/sql-regex.ts';
import { slashed } from '../../../../src/sigma/targets/secops/text.ts';
import type { Deviation } from '../oracle.ts';
import { hasKeywords, regexesOf, valuesOf } from './combine.ts';
import { withoutNumberGroups, withoutWindashGroups } from './secops-groups.ts';
import { udmReasons, withoutUdm } from './secops-udm.ts';

const reasons = {
  anchors:
    'Alternatives keep their anchors and escapes: the reference finds more, and below `not` less (re.regex looks for a part)',
  negation:
    'Below `not` every comparison is turned around, `and` and `or` too; the reference forgets it for all but texts, and does not turn `or`',
  numbers: 'Numbers are compared as numbers; a regular expression fits texts only',
  patterns: 'Wildcards within a value, or a literal one: in slashes or quotes, anchored, and over line ends',
  regex: 'Regular expressions as they are: case counts, backslashes are not doubled, slashes are escaped',
  'windash-group': 'AND binds tighter than OR: the values of one windash stand in a group',
  'case-of-status': 'status is no enumerated field: it is compared without case as all texts',
  'control-characters': 'Control characters are written as escapes of a regular expression',
  'any-value': '`*` asks for a value; `/^/` holds for an empty field too',
  enumerated: 'Values of enumerated fields are in capitals (Google: enums)',
  ...udmReasons,
} as const;
type Reason = keyof typeof reasons;

export const deviations: Deviation[] = [
  ...Object.entries(reasons).map(([id, reason]) => ({
    id,
    reason,
    applies: (rule: SigmaRule, ours: string, theirs: string) =>
      explain(ours, theirs, rule)?.has(id as Reason) ?? false,
  })),
  {
    id: 'keywords',
    reason: 'A UDM search compares fields; the reference writes a text in two pairs of quotes',
    verdict: (rule, ours, theirs) => ours === null && theirs !== null && hasKeywords(rule),
  },
  {
    id: 'booleans',
    reason: 'true and false need no quotes (Google: boolean values); the reference refuses them',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ value }) => value.kind === 'bool'),
  },
  {
    id: 'unknown-fields',
    reason:
      'Fields that the model has not are refused; the reference takes them for another, or for one that is none',
    verdict: (rule, ours, theirs) =>
      ours === null &&
      theirs !== null &&
      /"field":"(?:CurrentDirectory|Hashes|ProcessId)"/.test(JSON.stringify(rule.detections)),
  },
  {
    id: 'more-fields',
    reason: 'network.http, target.url and network.dns hold what web servers, proxies and name servers log',
    verdict: (rule, ours, theirs) =>
      theirs === null &&
      ours !== null &&
      /^(?:dns|proxy|webserver)$/.test(rule.logsource.category ?? '') &&
      /^\(metadata\.event_type = "NETWORK_(?:HTTP|DNS)"\) AND/.test(ours),
  },
  {
    id: 'look-around',
    reason: 'RE2 has no look-around and no back references: refused',
    verdict: (rule, ours) =>
      ours === null && regexesOf(rule).some(({ source }) => /\(\?<?[=!]|\\\d/.test(source)),
  },
];

interface Comparison {
  readonly text: string;
  readonly field: string;
  readonly operator: string;
  readonly value: string;
  readonly nocase: boolean;
  /** What stands between the one before and this one. */
  readonly before: string;
}

const comparison =
  /(?:(NOT )?net\.ip_in_range_cidr\(([^(),]+), ("[^"]*")\))|([\w@.-]+) ([!<>]?=|[<>]) ("(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)*\/|-?[\d.e+]+|true|false)( nocase)?/g;

/** The reasons that explain every difference; null where something is left. */
export function explain(ours: string, theirs: string, rule: SigmaRule): Set<Reason> | null {
  const plain = withoutUdm(ours, theirs, rule);
  const found = new Set<Reason>(plain.found);
  const text = withoutWindashGroups(plain.ours, rule);
  if (text !== plain.ours) found.add('windash-group');
  return (
    matched(text, plain.theirs, rule, found) ?? matched(withoutNumberGroups(text), plain.theirs, rule, found)
  );
}

function matched(
  ours: string,
  theirs: string,
  rule: SigmaRule,
  known: ReadonlySet<Reason>,
): Set<Reason> | null {
  const found = new Set(known);
  const { list, end } = comparisonsOf(ours);
  const regexes = regexTexts(rule);
  let at = 0;
  let negatedBefore = false;
  for (let index = 0; index < list.length;) {
    const here = list[index] as Comparison;
    const negated = isNegated(here);
    const joined = /^[() ]*(?:AND|OR)?[() ]*/.exec(theirs.slice(at))?.[0] ?? '';
    if (joined !== here.before) {
      if (!negated && !negatedBefore) return null;
      found.add('negation');
    }
    at += joined.length;
    const taken = takeRun(list, index, theirs, at, regexes, found);
    if (taken === null) return null;
    index += taken.comparisons;
    at += taken.length;
    negatedBefore = negated;
  }
  const rest = theirs.slice(at);
  if (rest !== end) {
    if (!negatedBefore || !/^\)*$/.test(rest)) return null;
    found.add('negation');
  }
  return found;
}

function comparisonsOf(query: string): { list: Comparison[]; end: string } {
  const list: Comparison[] = [];
  let at = 0;
  for (const match of query.matchAll(comparison)) {
    const [
      text,
      not,
      network = '',
      address = '',
      field = network,
      operator = not === undefined ? 'in' : 'not in',
      value = address,
      nocase,
    ] = match;
    list.push({
      text,
      field,
      operator,
      value,
      nocase: nocase !== undefined,
      before: query.slice(at, match.index),
    });
    at = match.index + text.length;
  }
  return { list, end: query.slice(at) };
}

/** The comparisons from `index` on as the reference writes them; alternatives of one field may be one there. */
function takeRun(
  list: readonly Comparison[],
  index: number,
  theirs: string,
  at: number,
  regexes: ReadonlyMap<string, string>,
  found: Set<Reason>,
): { comparisons: number; length: number } | null {
  const first = list[index] as Comparison;
  const negated = isNegated(first);
  let end = index + 1;
  while (
    list[end]?.field === first.field &&
    list[end]?.operator === first.operator &&
    (list[end] as Comparison).before === (negated ? ' AND ' : ' OR ')
  )
    end++;
  for (let to = end; to > index + 1; to--) {
    const run = list.slice(index, to);
    const all = run.map(({ value }) => (/^[-\d.]+$/.test(value) ? value : looseAlternatives(value)));
    const text = `${first.field} = /${all.join('|')}/ nocase`;
    if (!theirs.startsWith(text, at)) continue;
    found.add(negated ? 'negation' : 'numbers');
    return { comparisons: run.length, length: text.length };
  }
  for (const [text, why] of formsOf(first, regexes)) {
    if (!theirs.startsWith(text, at) || !/^(?:$|[ )])/.test(theirs.slice(at + text.length))) continue;
    for (const reason of why) found.add(reason);
    return { comparisons: 1, length: text.length };
  }
  return null;
}

/** One comparison in all forms that the reference may give it, longest first, with the reasons. */
function formsOf(one: Comparison, regexes: ReadonlyMap<string, string>): [string, readonly Reason[]][] {
  const { field, operator, value, nocase, text } = one;
  const forms: [string, readonly Reason[]][] = [[text, []]];
  const end = nocase ? ' nocase' : '';
  if (operator === 'not in') forms.push([text.slice('NOT '.length), ['negation']]);
  if (!/^!?=$/.test(operator)) return forms;
  const put = (written: string, suffix: string, ...why: Reason[]): void => {
    forms.push([`${field} ${operator} ${written}${suffix}`, why]);
    if (operator === '!=') forms.push([`${field} = ${written}${suffix}`, [...why, 'negation']]);
  };
  put(value, end);
  if (field === 'network.ip_protocol') put(value.toLowerCase(), '', 'enumerated');
  if (field === 'status') put(value, '', 'case-of-status');
  if (value.startsWith('/')) {
    put(`/${looseAlternatives(value)}/`, end, 'anchors');
    // A single value stays escaped.
    put(
      `/${value
        .slice(1, -1)
        .replace('(?s)', '')
        .replaceAll(/^\^|\$$/g, '')}/`,
      end,
      'anchors',
    );
    put(`/${value.slice(1, -1).replace('(?s)', '')}/`, end, 'patterns');
    put(
      value
        .slice(1, -1)
        .replace('(?s)', '')
        .replaceAll(/^\^|\$$/g, ''),
      end,
      'patterns',
    );
    put(`/${rawControls(value.slice(1, -1))}/`, end, 'control-characters');
    const source = regexes.get(value);
    if (source !== undefined) put(source, ' nocase', 'regex');
  } else if (/^-?\d/.test(value)) put(`/${value}/`, ' nocase', 'numbers');
  else if (value === '""') forms.push([`${field} = /^/ nocase`, ['any-value']]);
  if (value.startsWith('"')) {
    const inner = value.slice(1, -1);
    put(`/${inner}/`, end, 'anchors');
    put(inner.replaceAll(/[*?]/g, '\\$&'), end, 'patterns');
    put(`"${inner.replaceAll(/[*?]/g, '\\$&')}"`, end, 'patterns');
  }
  return forms.sort(([a], [b]) => b.length - a.length);
}

/** Alternatives without anchors; what was a whole value without its escapes but for backslashes and quotes. */
function looseAlternatives(value: string): string {
  if (value.startsWith('"')) return value.slice(1, -1);
  return value
    .slice(1, -1)
    .replace('(?s)', '')
    .split(/(?<=(?:^|[^\\])(?:\\\\)*)\|/)
    .map((text) => {
      const whole = /^\^([^]*)\$$/.exec(text)?.[1];
      if (whole === undefined || /(?:^|[^\\])(?:\\\\)*\./.test(whole))
        return text.replaceAll(/^\^|(?<=(?:^|[^\\])(?:\\\\)*)\$$/g, '');
      return whole.replaceAll(/\\(.)/gs, '$1').replaceAll(/[\\"]/g, '\\$&');
    })
    .join('|');
}

function rawControls(text: string): string {
  return text.replaceAll(/\\x\{([\da-f]+)\}/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function isNegated({ operator }: Comparison): boolean {
  return operator === '!=' || operator === 'not in' || operator === '<=' || operator === '>=';
}

function regexTexts(rule: SigmaRule): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { source, flags } of regexesOf(rule)) {
    const made = regexFor('re2', source, flags.replace('i', ''));
    if ('lacks' in made) continue;
    const theirs = source.replaceAll(/[\\"/]/g, '\\$&');
    texts.set(slashed(made.text), `/${theirs}/`);
  }
  return texts;
}
