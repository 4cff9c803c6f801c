/**
 * Why our SPL differs from the reference's. A search is read into its terms, so that it can be compared whatever command
 * it stands in and in whatever order its alternatives are; nothing else may differ.
 */
import type { Deviation } from '../oracle.ts';
import { hasKeywords, valuesOf as ruleValues } from './combine.ts';

const reasons = {
  'split-search':
    'A search is taken apart between its conditions; the reference does it within an OR, or begins with an empty search',
  'tstats-flags':
    'tstats knows data model fields only; the reference asks it for fields that are made after it',
  'one-character':
    '`?` is exactly one character: `*` alone finds too much, and below NOT too little; a regular expression decides',
  'literal-asterisk':
    'A literal `*` cannot be escaped in a search (Splunk: search manual, wildcards): a regular expression decides',
  'negated-alternatives': 'NOT binds tighter than OR: the values of one windash stand in a group below NOT',
  'plain-alternatives': 'Values that windash leaves as they are need no OR: IN',
  'double-not': 'Two NOT in a row are not documented: not absent is present',
  'reference-case': 'Fields are compared without case, as all texts of Sigma',
} as const;
/** Time spans as the reference writes them. */
const spans: Readonly<Record<string, string>> = { '604800s': '1w', '2629746s': '1mon', '31556952s': '1y' };
/** Stands for a literal `*` until it is known which text is to be made. */
const asterisk = '\u0002';
type Reason = keyof typeof reasons;

export const deviations: Deviation[] = [
  ...Object.entries(reasons).map(([id, reason]) => ({
    id,
    reason,
    applies: (_: unknown, ours: string, theirs: string) => explain(ours, theirs)?.has(id as Reason) ?? false,
  })),
  {
    id: 'field-references',
    reason: 'Comparisons of two fields work below OR and as parts too; the reference refuses them there',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && ruleValues(rule).some(({ value }) => value.kind === 'fieldref'),
  },
  {
    id: 'missing-references',
    reason:
      'Two fields of which one is missing are not equal; the comparison of SPL is null then, and NOT null too',
    undo: (ours) =>
      ours.replaceAll(
        /isnull\(('[^']+')\) OR isnull\(('[^']+')\) OR NOT lower\(\1\)=lower\(\2\)/g,
        (_, one: string, other: string) => `NOT ${one}=${other}`,
      ),
  },
  {
    id: 'cased',
    reason:
      'Texts with case are compared by a regular expression; the reference refuses them, or forgets the case',
    undo: (ours) => ours.replace(/\n\| regex _raw="\(\?s\)(?:[^"\\]|\\.)*"$/, ''),
    verdict: (rule, ours, theirs) =>
      theirs === null &&
      ours !== null &&
      ruleValues(rule).some(({ value }) => value.kind === 'string' && value.cased),
  },
  {
    id: 'keyword-variants',
    reason: 'Several forms of one keyword are alternatives; the reference fails',
    verdict: (rule, ours, theirs) => theirs === null && ours !== null && hasKeywords(rule),
  },
  {
    id: 'timeparts',
    reason: 'A part of a time is refused; the reference drops it and compares the field itself',
    verdict: (rule, ours) => ours === null && ruleValues(rule).some(({ value }) => value.kind === 'timepart'),
  },
  {
    id: 'escaped-names',
    reason: 'Backslashes and quotes in field names are escaped',
    undo: (ours) =>
      ours.replaceAll(
        /"((?:[^"\\]|\\.)*)"(?==)/g,
        (_, name: string) => `"${name.replaceAll(/\\(.)/g, '$1')}"`,
      ),
  },
  {
    id: 'sliding-windows',
    reason:
      'Enough events within the time span count across the border of two buckets: streamstats time_window',
    undo: (ours) => bucketed(ours),
  },
  {
    id: 'events-once',
    reason: 'An event that several rules find counts once: one search with OR',
    applies: (_, ours, theirs) => bucketed(ours) === asOneSearch(theirs),
  },
  {
    id: 'condition-spaces',
    reason: 'One space between the terms of a condition',
    undo: (ours) => ours.replaceAll(/(?<=event_types="\w+") (?!OR)/g, '   '),
  },
  {
    id: 'more-correlations',
    reason: 'Orders, sums, averages, percentiles and correlations of correlations can be said in SPL',
    verdict: (_, ours, theirs) =>
      theirs === null && ours !== null && ours.includes('| streamstats time_window='),
  },
];

/** A correlation over buckets instead of windows that slide. */
function bucketed(ours: string): string {
  return ours
    .replace(
      /\| eval value_tuple=.*\n/,
      (line) => `<fields>${[...line.matchAll(/'(\w+)'\)/g)].map((m) => m[1]).join(', ')}`,
    )
    .replace(/<fields>(.*?)\| sort([^]*)value_tuple/, '| sort$2$1')
    .replace(
      /\| sort 0 _time\n\| streamstats time_window=(\w+) (.*? as \w+)(?: by (.*))?/,
      (_, span: string, call: string, by: string | undefined) =>
        `| bin _time span=${spans[span] ?? span}\n| stats ${call} by _time${by === undefined ? '' : ` ${by}`}`,
    )
    .replace(/(?<=^\| search .*") (?=\w+=")/m, '   ');
}

/** The searches that the reference runs side by side, in one. */
function asOneSearch(theirs: string): string {
  return theirs.replace(/^\| multisearch\n((?:\[ search .* \]\n)+)/, (_, lines: string) => {
    const searches = [...lines.matchAll(/^\[ search (.*) \| eval event_type="\w+" \]$/gm)];
    return `${searches.map(([, search]) => `(${search})`).join(' OR ')}\n`;
  });
}

/** The reasons that explain every difference; null where something is left. */
export function explain(ours: string, theirs: string): Set<Reason> | null {
  const found = new Set<Reason>();
  const present = theirs.replaceAll(/NOT NOT (?=[^\s=]+=\*)/g, '');
  if (present !== theirs) found.add('double-not');
  const a = taken(ours);
  const b = taken(present);
  let search = a.search;
  let theirSearch = b.search;
  const commands: string[] = [];
  for (const command of a.commands) {
    const flag = /^\| eval (\w+)=if\(match\('(.*?)', ("\(\?is\).*")\), "true", "false"\)$/s.exec(command);
    const filter = /^\| regex (?:"(.*?)"|([\w.-]+))=("\(\?is\).*")$/s.exec(command);
    const negated = /^\| where isnull\('(.*?)'\) OR NOT match\('.*?', ("\(\?is\).*")\)$/s.exec(command);
    if (flag !== null) {
      const values = valuesOf(flag[3] as string, found);
      const field = flag[2] as string;
      const terms =
        field === '_raw' ? values.map(keyword).join(' OR ') : `${named(field)} IN (${values.join(', ')})`;
      search = search.replace(`${flag[1]}="true"`, () => terms);
    } else if (filter !== null) {
      const values = valuesOf(filter[3] as string, found);
      const field = named(filter[1] ?? (filter[2] as string));
      const to = field === '_raw' ? keyword(values[0] as string) : term(field, values);
      const from = to.replaceAll(asterisk, '*');
      if (!search.includes(from)) return null;
      search = search.replace(from, () => to);
    } else if (negated !== null) {
      // Ours asks for it behind the search only.
      const values = valuesOf(negated[2] as string, found);
      const to =
        negated[1] === '_raw' ? keyword(values[0] as string) : term(named(negated[1] as string), values);
      const written = `NOT ${to.replaceAll(asterisk, '\\*')}`;
      if (!theirSearch.includes(written)) return null;
      theirSearch = theirSearch
        .replace(written, '')
        .replace(/ {2}|^ | $/, (gap) => (gap === '  ' ? ' ' : ''));
    } else {
      const folded = command.replace(/^\| where lower\(('[^']+')\)=lower\(('[^']+')\)$/, '| where $1=$2');
      if (folded !== command) found.add('reference-case');
      commands.push(folded);
    }
  }
  if (commands.sort().join('\n') !== b.commands.sort().join('\n') || a.rest !== b.rest || a.head !== b.head) {
    return null;
  }
  if (b.doubled !== null) {
    if (b.doubled !== b.search) return null;
    found.add('tstats-flags');
  } else if (b.split !== null && a.split !== b.split) found.add('split-search');
  search = search.replaceAll(asterisk, '\\*');
  const [left, right] = [canonical(search), canonical(theirSearch)];
  if (left === right) return found.size === 0 ? found.add('plain-alternatives') : found;
  if (canonical(search.replaceAll(/NOT \(([\w.]+="[^"]*"(?: OR [\w.]+="[^"]*")+)\)/g, 'NOT $1')) !== right)
    return null;
  return found.add('negated-alternatives');
}

interface Taken {
  /** Of tstats, up to `where`. */
  readonly head: string;
  readonly search: string;
  /** The first search where a second one follows, else null. */
  readonly split: string | null;
  /** tstats with all of the second search in it. */
  readonly doubled: string | null;
  readonly commands: string[];
  /** Of tstats: `by` and what follows the search. */
  readonly rest: string;
}

function taken(text: string): Taken {
  const model = /^(\| tstats .*? where )(.*?)( by (?:[\w.]+ )+)(.*?)(\| `drop_dm.*)$/s.exec(text);
  let first = text;
  let commands: string[] = [];
  if (model !== null) {
    first = model[2] as string;
    commands = (model[4] as string)
      .split(/ (?=\| (?:rex|eval|regex|search|where) )/)
      .map((command) => command.trim())
      .filter((command) => command !== '');
  } else {
    [first = '', ...commands] = text.split(/\n(?=\| (?:rex|eval|regex|search|where) )/);
  }
  const second = commands.findIndex((command) => command.startsWith('| search '));
  const [later] = second === -1 ? [undefined] : commands.splice(second, 1);
  const behind = later?.slice('| search '.length);
  const start = first === '*' && (behind !== undefined || commands.length > 0) ? '' : first;
  const doubled =
    model !== null && behind !== undefined && behind.startsWith(first) && first !== '*' ? behind : null;
  return {
    head: model?.[1] ?? '',
    search: doubled !== null ? first : [start, behind ?? ''].filter((part) => part !== '').join(' '),
    split: behind === undefined ? null : first,
    doubled,
    commands,
    rest: model === null ? '' : `${model[3]}${model[5]}`,
  };
}

function term(field: string, values: readonly string[]): string {
  return values.length === 1 ? `${field}=${values[0]}` : `${field} IN (${values.join(', ')})`;
}

/** Keywords need no `*` around them. */
function keyword(value: string): string {
  return value.replaceAll(/^"\*|\*"$/g, '"');
}

function named(field: string): string {
  return /^[\w.]+$/.test(field) ? field : `"${field}"`;
}

/** The values of a pattern as the reference prints them. */
function valuesOf(literal: string, found: Set<Reason>): string[] {
  const source = literal
    .slice(1, -1)
    .replaceAll(/\\([\\"])/g, '$1')
    .replace('(?is)', '');
  return (source.match(/(?:\\[^]|[^\\|])+/g) ?? []).map((alternative) => {
    const begins = alternative.startsWith('^');
    const ends = alternative.endsWith('\\z');
    const inner = alternative.slice(begins ? 1 : 0, ends ? -2 : undefined);
    const text = inner.replaceAll(/\\([^])|\.\*|\./g, (all, char: string | undefined) => {
      if (char === '*') found.add('literal-asterisk');
      else if (all === '.') found.add('one-character');
      if (char === undefined) return '*';
      return char === '*' ? asterisk : char === '\\' ? '\\\\' : char;
    });
    return `"${begins ? '' : '*'}${text.replaceAll('"', '\\"')}${ends ? '' : '*'}"`;
  });
}

/** A search with its alternatives in order. */
function canonical(search: string): string {
  const tokens = search.match(/(?:"(?:[^"\\]|\\[^])*"|[^\s()",])+|[(),]/g) ?? [];
  let at = 0;
  const factor = (): string => {
    const token = tokens[at++] ?? '';
    if (token === 'NOT') return `NOT ${factor()}`;
    if (token === '(') {
      const inner = conjunction();
      at++;
      return inner.includes(' ') ? `(${inner})` : inner;
    }
    if (tokens[at] !== 'IN') return token;
    at += 2;
    const values: string[] = [];
    for (; at < tokens.length && tokens[at] !== ')'; at++)
      if (tokens[at] !== ',') values.push(`${token}=${tokens[at]}`);
    at++;
    return values.length === 1 ? (values[0] as string) : values.join(' OR ');
  };
  const alternatives = (): string => {
    const parts = factor().split(' OR ');
    while (tokens[at] === 'OR') {
      at++;
      const next = factor();
      parts.push(...(next.startsWith('(') || next.startsWith('NOT') ? [next] : next.split(' OR ')));
    }
    return parts.length === 1 ? (parts[0] as string) : [...new Set(parts)].sort().join(' OR ');
  };
  const conjunction = (): string => {
    const parts: string[] = [];
    while (at < tokens.length && tokens[at] !== ')') parts.push(alternatives());
    return parts.join(' ');
  };
  return conjunction();
}
