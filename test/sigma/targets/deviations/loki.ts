/** Why our LogQL differs from the reference's. */
import { ANY } from '../../../../src/sigma/ast.ts';
import type { StringPart } from '../../../../src/sigma/ast.ts';
import { regexFor } from '../../../../src/sigma/targets/sql-regex.ts';
import { writeParts } from '../../../../src/sigma/targets/strings.ts';
import {
  goString,
  label,
  labelPattern,
  linePattern,
  quoted,
} from '../../../../src/sigma/targets/loki/text.ts';
import type { Deviation } from '../oracle.ts';
import { asWritten, regexesOf, textsOf, undoAll, valuesOf, withSeveral } from './combine.ts';
import { expansionsOf, literalText } from './expansions.ts';

const single: readonly Deviation[] = [
  {
    id: 'windash-group',
    reason:
      '`and` binds tighter than `or` (grammar of LogQL): the values of one windash stand in a group within `and`',
    undo: (ours, rule) =>
      expansionsOf(rule).reduce((text, values) => {
        const all = values.map((value) => `\\w+=~${literalText(quoted(labelPattern(value, false)))}`);
        return text.replaceAll(new RegExp(`(?<=(?: and |\\| |\\())\\((${all.join(' or ')})\\)`, 'g'), '$1');
      }, ours),
  },
  {
    id: 'regex-anchors',
    reason:
      'Expressions for labels stand for the whole value (Loki: as Prometheus matches labels); Sigma looks for a part',
    undo: (ours, rule) =>
      regexesOf(rule).reduce((text, regex) => {
        const made = regexFor('re2', regex.source, regex.flags);
        if ('lacks' in made) return text;
        return text.replaceAll(quoted(`(?s:.*)(?:${made.text})(?s:.*)`), () => quoted(asWritten(regex)));
      }, ours),
  },
  {
    id: 'lines',
    reason:
      '`*` stands for line ends too: flag s, as `.` does not (Loki: only `.*text.*` is looked for as text)',
    undo: (ours) => ours.replaceAll('(?is)', '(?i)').replaceAll(/(?<=[`"])\(\?s\)/g, ''),
  },
  {
    id: 'literal-wildcards',
    reason: 'An escaped wildcard stands for itself; the reference writes a backslash and any text',
    undo: (ours, rule) => {
      let text = ours;
      for (const parts of textsOf(rule)) {
        const [own, other] = [linePattern(parts), writeParts(parts.filter(inner), wrongText, '.*', '.')];
        if (own === other) continue;
        for (const write of [(body: string) => body, (body: string) => goString(body).slice(1, -1)])
          text = text.replaceAll(write(own), () => write(other));
      }
      return text;
    },
  },
  {
    id: 'missing-labels',
    reason:
      'Numbers and networks do not compare with a missing label, nor do their opposites: not equal asks for it too',
    undo: (ours) =>
      ours.replaceAll(/\((\w+)((?:!=|<=?|>=?)(?:-?[\d.e+]+|ip\("[^"]+"\))) or \1=``\)/g, '$1$2'),
  },
  {
    id: 'any-value',
    reason: '`*` asks for a value; `.*` holds for a missing label too',
    undo: (ours, rule) =>
      valuesOf(rule).reduce((text, { field, value }) => {
        if (field === null || value.kind !== 'string' || !value.parts.every((part) => part === ANY))
          return text;
        const all = new RegExp(`(?<!\\w)${label(field)}(!?)=\`\``, 'g');
        return text.replaceAll(
          all,
          (_, not: string) => `${label(field)}${not === '' ? '!' : '='}~\`(?i).*\``,
        );
      }, ours),
  },
  {
    id: 'control-characters',
    reason: 'Control characters are escapes: a raw literal drops carriage returns, and NUL ends the query',
    undo: (ours) =>
      ours.replaceAll(/\\x\{([\da-f]+)\}/g, (_, code: string) => controlAsThere(Number.parseInt(code, 16))),
  },
  {
    id: 'exact-integers',
    reason: 'Loki compares numbers as doubles: integers above 2^53 are compared as text',
    undo: (ours) => ours.replaceAll(/=`(\d{16,})`/g, (_, digits: string) => `=${Number(digits)}.0`),
  },
  {
    id: 'field-references',
    reason: 'Fields are compared without case, and two missing ones are not equal',
    undo: (ours) =>
      ours.replaceAll(
        /\{\{ if and (\.\w+) \((\w+) \(ToLower \1\) \(ToLower (\.\w+)\)\) \}\}/g,
        '{{ if $2 $1 $3 }}',
      ),
  },
  {
    id: 'reference-lists',
    reason: 'One of several fields is enough; the reference asks for all',
    undo: (ours) => ours.replaceAll(/(?<=match_\d=`true`) or (?=match_\d=`true`)/g, ' and '),
  },
  {
    id: 'references-last',
    reason:
      'A label is made before all comparisons; the reference makes it behind them, with spaces of its own',
    applies: (_, ours, theirs) => {
      const made = /^(.*?\}) \| (\w+) \| label_format match_0=(`[^`]*`) \| (.*)$/s.exec(ours);
      if (made === null) return false;
      const [, selector, parser, template = '', filter = ''] = made;
      const [comparison = ''] = /match_0!?=`true`/.exec(filter) ?? [];
      const rest = filter.replace(`${comparison} and `, '').replace(` and ${comparison}`, '');
      const simple = template.replace(
        /if and (\.\w+) \((\w+) \(ToLower \1\) \(ToLower (\.\w+)\)\)/,
        'if $2 $1 $3',
      );
      return (
        theirs.replaceAll(/match_\d/g, 'match_0') ===
        `${selector}  | ${parser} | ${rest}| label_format match_0=${simple} | ${comparison}`
      );
    },
  },
  {
    id: 'network-labels',
    reason: 'Dots in names become underscores with the parsers of Loki, for networks too',
    undo: (ours, rule) =>
      valuesOf(rule).reduce(
        (text, { field, value }) =>
          field !== null && value.kind === 'cidr'
            ? text
                .replaceAll(`${label(field)}!=ip(`, `${field}!=ip(`)
                .replaceAll(`${label(field)}=ip(`, `${field}=ip(`)
            : text,
        ours,
      ),
  },
  {
    id: 'timeparts',
    reason: 'date gives two digits',
    undo: (ours) => ours.replaceAll(/(?<=date_\d!?=`)0(?=\d`)/g, ''),
  },
  {
    id: 'number-keywords',
    reason: 'Numbers as keywords are alternatives; the reference asks for all, and without quotes',
    undo: (ours) =>
      ours.replaceAll(/\|[~=] `(?:\(\?i\))?(\d+(?:\|\d+)*)`/g, (_, all: string) =>
        all
          .split('|')
          .map((digits) => `|= ${digits}`)
          .join(' '),
      ),
  },
  {
    id: 'missing-groups',
    reason: 'Events without the field of the group, or of the value, belong to no group',
    undo: (ours) => ours.replaceAll(/(?: \| \w+!=``)+(?= \[| \| unwrap)/g, ''),
  },
  {
    id: 'months',
    reason: 'Loki has no months, and its years are shorter: seconds',
    undo: (ours) => ours.replaceAll('[2629746s]', '[1M]').replaceAll('[31556952s]', '[1y]'),
  },
  {
    id: 'several-values',
    reason: 'A list of labels, not the text of one',
    undo: (ours) =>
      ours.replaceAll(
        /without \((\w+(?:, \w+)+)\)/g,
        (_, names: string) => `without (['${names.split(', ').join("', '")}'])`,
      ),
  },
  {
    id: 'fractions',
    reason: 'Thresholds keep their fraction',
    undo: (ours) => ours.replace(/(?<=[<>=] \d+)\.\d+$/, ''),
  },
  {
    id: 'keywords-among-fields',
    reason:
      'Keywords beside fields within `or`, or below another `or`, are counted by a template; the reference asks for both, or loses a part',
    applies: (_, ours, theirs) => {
      const known = ours.replaceAll('\\\\', '\\');
      const [, lines = '', , fields = ''] =
        /^\{.*?\} ?(.*?)( \| (?:json|logfmt) \| (.*))?$/s.exec(theirs) ?? [];
      return (
        ours.includes('keyword_0=`{{ count ') &&
        (lines + fields).split('`').every((text, index) => index % 2 === 0 || known.includes(text))
      );
    },
    verdict: (_, ours, theirs) => theirs === null && ours !== null && ours.includes('keyword_0=`{{ count '),
  },
  {
    id: 'booleans',
    reason: 'Labels are text: true is compared as such; the reference refuses booleans',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ value }) => value.kind === 'bool'),
  },
  {
    id: 'placeholders',
    reason: 'A placeholder without a value is an error; the reference looks for its name',
    verdict: (rule, ours) => ours === null && JSON.stringify(rule.detections).includes('"placeholder"'),
  },
  {
    id: 'keyword-variants',
    reason: 'Several forms of one keyword are alternatives; the reference fails',
    verdict: (rule, ours, theirs) =>
      theirs === null && ours !== null && valuesOf(rule).some(({ field }) => field === null),
  },
  {
    id: 'compared-timeparts',
    reason: 'Comparisons of parts of times are refused; the reference drops the part',
    verdict: (rule, ours) => ours === null && valuesOf(rule).some(({ value }) => value.kind === 'timepart'),
  },
  {
    id: 'look-around',
    reason: 'Regular expressions of Go have no look-around: refused',
    verdict: (rule, ours) =>
      ours === null && regexesOf(rule).some(({ source }) => /\(\?<?[=!]|\\\d/.test(source)),
  },
  {
    id: 'more-correlations',
    reason:
      'Several rules, some of the rules, and boolean conditions can be said with label_replace, or and unless',
    verdict: (_, ours, theirs) => theirs === null && ours !== null && ours.includes('count_over_time('),
  },
];

export const deviations: Deviation[] = withSeveral([
  ...single,
  {
    id: 'one-query',
    reason:
      'Loki takes queries of 131,072 characters (5,120 up to 2.6): one query, not several with a part each, where comparisons get lost',
    applies: (rule, ours, theirs) => {
      const all = comparisons(undoAll(single, ours, rule));
      return (
        ours.length > 4000 &&
        theirs.split('\u0001').length > rule.conditions.length &&
        [...comparisons(theirs)].every((comparison) => all.has(comparison))
      );
    },
  },
]);

/** What a query compares, each once, whatever stands between. */
function comparisons(query: string): Set<string> {
  return new Set(query.match(/[\w.]+(?:[=!]~|!?=)(?:`[^`]*`|ip\("[^"]*"\)|"(?:[^"\\]|\\.)*"|[\d.]+)/g));
}

function inner(part: StringPart, index: number, all: readonly StringPart[]): boolean {
  return (
    part !== ANY ||
    !(all.slice(0, index).every((one) => one === ANY) || all.slice(index).every((one) => one === ANY))
  );
}

function wrongText(text: string): string {
  return linePattern([text]).replaceAll('\\*', '\\\\.*').replaceAll('\\?', '\\\\.');
}

function controlAsThere(code: number): string {
  const char = String.fromCharCode(code);
  return /[\t\n\r\v\f]/.test(char) ? `\\${char}` : char;
}
