import { eqlString } from '../../../../src/sigma/targets/eql.ts';
import { luceneRegexOf } from '../../../../src/sigma/targets/lucene-regex.ts';
import { hasWildcard, writeParts } from '../../../../src/sigma/targets/strings.ts';
import { eqlCorrelations } from './eql-correlations.ts';
import type { Deviation } from '../oracle.ts';
import {
  existsWritten,
  timepartLost,
  asWritten,
  hasKeywords,
  regexesOf,
  textsOf,
  withSeveral,
} from './combine.ts';
import { regexRefused, translated } from './lucene.ts';

/** Changes what stands outside of string literals. */
function outside(query: string, change: (text: string) => string): string {
  return query.replaceAll(/("(?:\\.|[^"\\])*")|[^"]+/gs, (text, literal?: string) => literal ?? change(text));
}

export const deviations: Deviation[] = withSeveral(
  [
    existsWritten,
    timepartLost,
    ...eqlCorrelations,
    {
      id: 'control-characters',
      reason: 'tabs, line ends and the like have escapes of their own',
      undo: (ours) =>
        ours
          .replaceAll(
            /((?<!\\)(?:\\\\)*)\\([tn])/g,
            (_, before: string, char: string) => `${before}\\${char === 't' ? '\t' : '\n'}`,
          )
          .replaceAll('\\u{0000}', '\0'),
    },
    {
      id: 'cased-patterns',
      reason: '== takes wildcards for themselves; like and regex do not',
      undo: (ours, rule) =>
        textsOf(rule).reduce((text, parts) => {
          const escaped = writeParts(
            parts,
            (part) => eqlString(part).slice(1, -1).replaceAll(/[*?]/g, '\\$&'),
            '*',
            '?',
          );
          return text
            .replaceAll(` regex ${eqlString(luceneRegexOf(parts))}`, () => ` == "${escaped}"`)
            .replaceAll(` like "${escaped}"`, () => ` == "${escaped}"`);
        }, ours),
    },
    {
      id: 'keywords',
      reason: 'EQL cannot search all fields; a string for a condition is an error',
      verdict: (rule, ours, theirs) => ours === null && theirs !== null && hasKeywords(rule),
    },
    regexRefused,
    {
      id: 'numbers',
      reason: '`:` and `like~` take text only; the server refuses numbers and points to ==',
      undo: (ours) =>
        outside(ours, (text) =>
          text.replaceAll(
            /(\S+) == (-?\d[\d.]*|true|false)/g,
            (_, field: string, value: string) =>
              `${field}:${value.length > 15 ? `${BigInt(Number(value))}.0` : value}`,
          ),
        ),
    },
    {
      id: 'field-names',
      reason:
        'names with other signs than letters, digits and dots stand in backticks: a minus sign subtracts',
      undo: (ours) =>
        outside(ours, (text) =>
          text.replaceAll(/`((?:[^`]|``)+)`/g, (whole, name: string) =>
            /^\d|\s/.test(name) ? whole : name.replaceAll('``', '`'),
          ),
        ),
    },
    {
      id: 'regex',
      reason:
        "Lucene's expressions stand for the whole value, know no anchors nor flags; case counts unless (?i) is there",
      undo: (ours, rule) => {
        let text = ours;
        for (const regex of regexesOf(rule)) {
          const lucene = translated(regex.source, regex.flags.replace('i', ''));
          if (lucene === null) continue;
          const written = asWritten(regex)
            .replaceAll('\\', '\\\\')
            .replaceAll(/(?<!\\)((?:\\\\\\\\)*)\//g, '$1\\/');
          const operator = regex.flags.includes('i') ? 'regex~' : 'regex';
          text = text.replaceAll(`${operator} ${eqlString(lucene)}`, () => `regex~ "${written}"`);
        }
        return text;
      },
    },
    {
      id: 'literal-wildcards',
      reason:
        '`:` and `like~` know no escape: a literal asterisk is compared by in~, a pattern with one by regex~',
      undo: (ours, rule) => {
        let text = ours;
        for (const parts of textsOf(rule)) {
          const escaped = writeParts(
            parts,
            (part) => eqlString(part).slice(1, -1).replaceAll(/[*?]/g, '\\$&'),
            '*',
            '?',
          );
          text = text.replaceAll(` regex~ ${eqlString(luceneRegexOf(parts))}`, () => `:"${escaped}"`);
          if (!hasWildcard(parts))
            text = text.replaceAll(` in~ (${eqlString(parts.join(''))})`, () => `:"${escaped}"`);
        }
        return text;
      },
    },
  ],
  oneByOne,
);

/** Lists written out: `f like~ ("a", 2)` as `f:"a" or f:2`; addresses as other text. */
function oneByOne(query: string): string {
  const list = /([^\s(]+) like~ \(((?:"(?:\\.|[^"\\])*"|[^()"])*)\)/gs;
  return query
    .replaceAll(list, (_, field: string, items: string) =>
      [...items.matchAll(/"(?:\\.|[^"\\])*"|[^",\s]+/gs)].map(([item]) => `${field}:${item}`).join(' or '),
    )
    .replaceAll('=="', ':"')
    .replaceAll(/\s+/g, ' ');
}
