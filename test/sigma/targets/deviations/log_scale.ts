/** Why our LogScale queries differ from the reference's. */
import type { StringPart } from '../../../../src/sigma/ast.ts';
import { sourceRegex, textRegex } from '../../../../src/sigma/targets/log-scale.ts';
import { shapeOf, writeParts } from '../../../../src/sigma/targets/strings.ts';
import type { Deviation } from '../oracle.ts';
import { regexesOf, valuesOf, withSeveral } from './combine.ts';
import { expansionsOf, literalText } from './expansions.ts';

export const deviations: Deviation[] = withSeveral([
  {
    id: 'initiated',
    reason:
      'Who began a connection says which event it is, where the rule asks for it; the reference asks before all else, and forgets `false`',
    undo: (ours) => {
      const event = 'event_simpleName=/^NetworkConnectIP4$/i';
      const rest = ours.startsWith(`${event} `) ? ours : ours.replace(` ${event}`, '');
      return rest === ours ? ours : `${event} ${rest}`;
    },
  },
  {
    id: 'shares',
    reason: 'Paths of the kernel to shares begin with \\Device\\Mup; every path begins with a backslash',
    undo: (ours) => ours.replaceAll('^\\\\Device\\\\Mup\\\\', '^\\\\'),
  },
  {
    id: 'slash-names',
    reason: 'A base file name holds no slash',
    undo: (ours, rule) =>
      rule.logsource.product === 'windows'
        ? ours
        : ours.replaceAll(/(?<=ParentBaseFileName=\/)\^(?=(?:[^\\/]|\\[^/])*\$\/i)/g, '\\/'),
  },
  {
    id: 'keywords',
    reason:
      'A keyword is searched for as it is; the reference asks for quotes around it and leaves signs unescaped',
    undo: (ours, rule) => {
      const theirs = new Map<string, string>();
      for (const { field, value } of valuesOf(rule)) {
        if (field !== null || value.kind !== 'string') continue;
        const inner = writeParts(value.parts, keywordText, '.*', '.');
        theirs.set(textRegex(value.parts, value.cased, false), `/"${inner}"/i`);
      }
      return replaceLiterals(ours, theirs);
    },
  },
  {
    id: 'regex-slashes',
    reason: 'A slash ends the expression unless it is escaped; a quote needs no escape',
    undo: (ours, rule) =>
      replaceLiterals(
        ours,
        new Map(
          regexesOf(rule).map(({ source, flags }) => [
            sourceRegex(source, flags),
            `/${source.replaceAll('"', '\\"')}/${flags.replace('s', 'd')}`,
          ]),
        ),
      ),
  },
  {
    id: 'lines',
    reason: '`*` stands for line ends, too: the flag is `d` (LogScale: regular expression flags)',
    undo: (ours) => literals(ours, (body, flags) => `/${body}/${flags.replace('d', '')}`),
  },
  {
    id: 'dotall',
    reason: 'The flag for line ends is `d`; there is no `s`',
    undo: (ours, rule) =>
      regexesOf(rule).some(({ flags }) => flags.includes('s'))
        ? literals(ours, (body, flags) => `/${body}/${[...flags.replace('d', 's')].sort().join('')}`)
        : ours,
  },
  {
    id: 'any-value',
    reason: '`//` begins a comment; `=*` asks for a value',
    undo: (ours) => ours.replaceAll(/(?<![!])=\*(?=[ )|]|$)/g, '=//i'),
  },
  {
    id: 'control-characters',
    reason: 'Control characters and line ends within a literal are escapes',
    undo: (ours) =>
      literals(ours, (body, flags) => `/${body.replaceAll(/\\(\\|t|n|r|x[\da-f]{2})/g, raw)}/${flags}`),
  },
  {
    id: 'cased',
    reason: 'With case and wildcards: the reference looks for quotes, or takes `.*` as text',
    undo: (ours, rule) => {
      const theirs = new Map<string, string>();
      for (const { field, value } of valuesOf(rule))
        if (field !== null && value.kind === 'string' && value.cased)
          theirs.set(textRegex(value.parts, true, true), casedText(value.parts));
      return replaceLiterals(ours, theirs);
    },
  },
  {
    id: 'escaped-names',
    reason: 'Backslashes and quotes in field names are escaped',
    undo: (ours) =>
      ours.replaceAll(
        /"((?:[^"\\]|\\.)*)"(?=!?=)/g,
        (_, name: string) => `"${name.replaceAll(/\\(.)/g, '$1')}"`,
      ),
  },
  {
    id: 'quoted-networks',
    reason:
      'IPv6 networks stand in quotes, as in all examples of LogScale: a colon may be part of an operator',
    undo: (ours) => ours.replaceAll(/subnet="([\da-f:/]+)"/g, 'subnet=$1'),
  },
  {
    id: 'network-lists',
    reason:
      'cidr() takes a list of networks, and can be negated and combined; the reference refuses alternatives',
    verdict: (_, ours, theirs) => theirs === null && ours !== null && /cidr\(.*subnet=\[/.test(ours),
  },
  {
    id: 'negated-alternatives',
    reason: '`not` binds tighter than `or`: the values of one windash stand in a group below it',
    undo: (ours, rule) =>
      expansionsOf(rule).reduce((text, values) => {
        const all = values.map((value) => `(?:\\S+|"[^"]*")=${literalText(textRegex(value, false, true))}`);
        return text.replaceAll(new RegExp(`not \\((${all.join(' or ')})\\)`, 'g'), 'not $1');
      }, ours),
  },
  {
    id: 'base64offset-bytes',
    reason: 'base64offset cuts bytes, not characters',
    applies: (rule, ours, theirs) => {
      const blank = (query: string): string =>
        literals(query, (body, flags) => (/^[\w+\\/=]+$/.test(body) ? `//${flags}` : `/${body}/${flags}`));
      return JSON.stringify(rule.detections).includes('base64offset') && blank(ours) === blank(theirs);
    },
  },
  {
    id: 'exists',
    reason: '`=*` and `!=*` ask whether a field exists; the reference refuses exists',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ value }) => value.kind === 'exists'),
  },
  {
    id: 'hashes',
    reason: 'Hashes are in fields of their own (MD5HashData and its like); the events have no field Hashes',
    applies: (_, ours, theirs) => {
      const own = /(?:MD5|SHA1|SHA256)HashData=\/\^([\da-f]+)\/i(?: or )?/gi;
      const other = /Hashes=\/\w+=([\da-f]+)\/i(?: or )?/gi;
      const known = new Set([...theirs.matchAll(other)].map(([, value = '']) => value));
      const blank = (text: string, hash: RegExp): string =>
        text.replaceAll(hash, '').replaceAll(/ or (?= |\)|$)/g, '');
      return (
        known.size > 0 &&
        [...ours.matchAll(own)].every(([, value = '']) => known.has(value)) &&
        blank(ours, own) === blank(theirs, other)
      );
    },
    verdict: (rule, ours, theirs) =>
      ours === null && theirs !== null && valuesOf(rule).some(({ field }) => field === 'Hashes'),
  },
  {
    id: 'missing-fields',
    reason: 'Fields that the events have not are refused on every system; the reference lets some pass',
    verdict: (rule, ours, theirs) =>
      ours === null &&
      theirs !== null &&
      valuesOf(rule).some(({ field }) => field === 'ParentCommandLine' || field === 'SignatureStatus'),
  },
  {
    id: 'keyword-variants',
    reason: 'Several forms of one keyword are alternatives; the reference fails',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ field }) => field === null),
  },
  {
    id: 'timeparts',
    reason: 'A part of a time is refused; the reference drops it and compares the field itself',
    verdict: (rule, ours) => ours === null && valuesOf(rule).some(({ value }) => value.kind === 'timepart'),
  },
]);

/** Changes every regular expression of a query, and nothing else. */
function literals(query: string, change: (body: string, flags: string) => string): string {
  return query.replaceAll(
    /"(?:[^"\\]|\\.)*"|\/((?:[^\\/]|\\.)*)\/([a-z]*)/gs,
    (all, body: string | undefined, flags: string) => (body === undefined ? all : change(body, flags)),
  );
}

/** Replaces regular expressions where they stand as a whole. */
function replaceLiterals(query: string, theirs: ReadonlyMap<string, string>): string {
  return literals(query, (body, flags) => theirs.get(`/${body}/${flags}`) ?? `/${body}/${flags}`);
}

function keywordText(text: string): string {
  return text.replaceAll(/[\\".*?]/g, '\\$&');
}

function casedText(parts: readonly StringPart[]): string {
  const { kind, ...shape } = shapeOf(parts);
  const text = 'text' in shape ? shape.text : '';
  if (kind === 'contains' && !text.includes('*')) return `/"${text}"/`;
  if (kind === 'startsWith') return `/^"${text}"/`;
  if (kind === 'endsWith') return `/"${text}"$/`;
  return `"${writeParts(parts, (part) => part.replaceAll(/[\\".*?]/g, '\\$&'), '.*', '.')}"`;
}

function raw(_: string, code: string): string {
  if (code.startsWith('x')) return String.fromCharCode(parseInt(code.slice(1), 16));
  return { t: '\t', n: '\n', r: '\r' }[code] ?? `\\${code}`;
}
