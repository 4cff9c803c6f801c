import { esqlString } from '../../../../src/sigma/targets/esql-text.ts';
import { esqlCorrelations } from './esql-correlations.ts';
import type { Deviation } from '../oracle.ts';
import {
  casedWritten,
  fieldrefWritten,
  timepartLost,
  timepartWritten,
  asWritten,
  hasKeywords,
  regexesOf,
  textsOf,
  usesWindash,
  withoutCoalesce,
  withSeveral,
} from './combine.ts';
import { regexRefused, translated } from './lucene.ts';

/** With the option `case=as_indexed`; what the default changes is tested for itself. */
export const deviations: Deviation[] = withSeveral([
  {
    id: 'keywords',
    reason: 'QSTR searches all fields; the reference refuses keywords',
    verdict: (rule, ours, theirs) => ours !== null && theirs === null && hasKeywords(rule),
  },
  regexRefused,
  casedWritten,
  fieldrefWritten,
  timepartWritten,
  timepartLost,
  {
    id: 'field-names',
    reason: 'backticks are doubled in names; a name that begins with a digit stands in backticks',
    undo: (ours) => ours.replaceAll('``', '`').replaceAll(/`((?:\w+\.)*\d\w*)`/g, '$1'),
  },
  {
    id: 'group-missing',
    reason: 'events without a field to group by are no group',
    undo: (ours) => ours.replace(/\n\| where \S+ is not null(?=\n)/, ''),
  },
  {
    id: 'fieldref-mapped',
    reason: 'both fields are mapped by a pipeline',
    undo: (ours) =>
      ours
        .replaceAll(/winlog\.event_data\.(\w+)==winlog\.event_data\.(\w+)/g, '$1==$2')
        .replaceAll(/(?<![\w.])([\w.]+)==winlog\.event_data\.(\w+)/g, '$1==$2'),
  },
  ...esqlCorrelations,
  {
    id: 'not-windash',
    reason: 'the alternatives of windash stand in a group below not, else only the first is negated',
    undo: (ours, rule) => {
      if (!usesWindash(rule)) return ours;
      const choice = String.raw`(\S+) like "(?:\\.|[^"\\])*"(?: or \2 like "(?:\\.|[^"\\])*")+`;
      return ours.replaceAll(
        new RegExp(String.raw`not coalesce\((${choice}), false\)`, 'gs'),
        (whole, list: string) =>
          list.includes('\u2015') && list.split('" or ').length === 5 ? `not ${list}` : whole,
      );
    },
  },
  {
    id: 'not-missing',
    reason: 'a comparison with a missing field is null, and so is its negation: such events would be lost',
    undo: (ours) => withoutCoalesce(ours, 'not'),
  },
  {
    id: 'like-escapes',
    reason: 'the backslash escapes in LIKE too, so that it stands doubled there and again in the literal',
    undo: (ours) =>
      ours.replaceAll(/ like "(?:\\.|[^"\\])*"/gs, (text) =>
        text.replaceAll(/\\\\(\\\\|[*?])/g, (_, escaped: string) =>
          escaped === '\\\\' ? escaped : `\\${escaped}`,
        ),
      ),
  },
  {
    id: 'string-escapes',
    reason: 'an asterisk in a literal is not escaped: `\\*` is an error there',
    undo: (ours, rule) => {
      let text = ours;
      for (const parts of textsOf(rule)) {
        for (const part of parts) {
          if (typeof part !== 'string' || !/[*?]/.test(part)) continue;
          const literal = esqlString(part);
          text = text.replaceAll(literal, () => literal.replaceAll(/[*?]/g, '\\$&'));
        }
      }
      return text;
    },
  },
  {
    id: 'regex',
    reason:
      "Lucene's expressions stand for the whole value and know no anchors, flags, \\d, \\w nor lazy quantifiers",
    undo: (ours, rule) => {
      let text = ours;
      for (const regex of regexesOf(rule)) {
        const lucene = translated(regex.source, regex.flags);
        if (lucene === null) continue;
        text = text.replaceAll(
          ` rlike ${esqlString(lucene)}`,
          () => ` rlike ${esqlString(asWritten(regex))}`,
        );
      }
      return text;
    },
  },
  {
    id: 'control-characters',
    reason: 'tabs and line ends have escapes of their own',
    undo: (ours) =>
      ours.replaceAll(
        /((?<!\\)(?:\\\\)*)\\([tn])/g,
        (_, before: string, char: string) => before + (char === 't' ? '\t' : '\n'),
      ),
  },
]);
