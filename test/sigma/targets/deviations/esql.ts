import { esqlString } from '../../../../src/sigma/targets/esql-text.ts';
import type { Deviation } from '../oracle.ts';
import {
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
]);
