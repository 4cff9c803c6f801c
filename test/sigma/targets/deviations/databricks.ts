import type { Deviation } from '../oracle.ts';
import { undoCalls } from './undo-call.ts';

const withoutCoalesce = (ours: string): string =>
  undoCalls(ours, 'NOT coalesce(', ', false)', (operand) => `NOT ${operand}`, true);

/** Keywords with wildcards: what begins and ends anywhere is written with `.*` there. */
const anchored = (text: string): string =>
  text.replaceAll(/\braw rlike '\(\?isu\)\^((?:[^'\\]|\\.)*)\$'/g, (_, pattern: string) => {
    const inner = pattern.replace(/^(?:\.\*)+/, '').replace(/(?<!\\)(?:\.\*)+$/, '');
    return `raw rlike '(?isu)^${inner}$'`;
  });

export const deviations: Deviation[] = [
  {
    id: 'not-of-null',
    reason: 'without coalesce, NOT of a field that is missing is null, and the event is lost',
    undo: withoutCoalesce,
  },
  {
    id: 'exact-integers',
    reason: 'integers beyond 2^53 stay exact; the reference prints a rounded float',
    undo: (ours) => ours.replaceAll(/ = (\d{16,})\b/g, (_, digits: string) => ` = ${Number(digits)}.0`),
  },
  {
    id: 'quoted-names',
    reason: 'a backtick within a name is doubled',
    undo: (ours) => ours.replaceAll('``', '`'),
  },
  {
    id: 'references-without-case',
    reason: 'fields are compared without case, as values are',
    undo: (ours) => withoutCoalesce(ours).replaceAll(/lower\(([\w.`-]+)\) = lower\(([\w.`-]+)\)/g, '$1 = $2'),
  },
  {
    id: 'time-parts',
    reason: 'the reference drops the part of the time and compares the time itself',
    applies: (rule, ours, theirs) =>
      /\w+\(try_to_timestamp\(/.test(ours) &&
      ours.replaceAll(/\w+\(try_to_timestamp\((\w+)\)\)/g, '$1') === theirs &&
      JSON.stringify(rule.detections).includes('"timepart"'),
  },
  {
    id: 'keywords-anywhere',
    reason: 'a keyword is found anywhere in the event, also one with wildcards',
    applies: (_, ours, theirs) =>
      /\braw rlike/.test(ours) && anchored(withoutCoalesce(ours)) === anchored(theirs),
  },
  {
    id: 'more-kinds',
    reason: 'cased text, references with contains, and parts of times can be said',
    verdict: (rule, ours, theirs) =>
      ours !== null &&
      theirs === null &&
      /"cased":true|"kind":"timepart"|"startsWith":true|"endsWith":true/.test(
        JSON.stringify(rule.detections),
      ),
  },
  {
    id: 'nul',
    reason: 'NUL is written as an escape',
    undo: (ours) => ours.replaceAll('\\0', '\0'),
  },
  {
    id: 'keywords-with-case',
    reason: 'a cased keyword is compared with case',
    undo: (ours, rule) =>
      JSON.stringify(rule.detections).includes('"cased":true')
        ? ours.replaceAll(/contains\(raw, ('[^']*')\)/g, 'contains(lower(raw), lower($1))')
        : ours,
  },
  {
    id: 'keywords-of-modifiers',
    reason: 'the reference fails for keywords of which a modifier makes several',
    verdict: (rule, ours, theirs) =>
      ours !== null && theirs === null && /"(?:windash|base64offset)"/.test(JSON.stringify(rule.detections)),
  },
];
