import { pplString } from '../../../../src/sigma/targets/opensearch-ppl-text.ts';
import { pplCorrelations } from './opensearch_ppl-correlations.ts';
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import { writeParts } from '../../../../src/sigma/targets/strings.ts';
import type { Deviation } from '../oracle.ts';
import {
  asWritten,
  fieldsOf,
  timepartLost,
  timepartWritten,
  written,
  hasKeywords,
  regexesOf,
  textsOf,
  undoAll,
  usesWindash,
  withSeveral,
  withoutCoalesce,
} from './combine.ts';

const literal = String.raw`"(?:\\.|[^"\\])*"`;
const like = new RegExp(String.raw`LIKE\((\x60[^\x60]+\x60|[^\s,]+), (${literal})(, true)?\)`, 'gs');

const single: Deviation[] = [
  timepartWritten,
  timepartLost,
  written('keyword-expansion', 'keywords of windash and base64offset are one for each variant', hasKeywords),
  ...pplCorrelations,
  {
    id: 'backtick',
    reason: 'a backtick in a name has no escape: refused',
    verdict: (rule, ours, theirs) =>
      ours === null && theirs !== null && fieldsOf(rule).some((name) => name.includes('`')),
  },
  {
    id: 'cased-patterns',
    reason: '= takes wildcards for themselves',
    undo: (ours) =>
      ours.replaceAll(like, (whole, field: string, text: string, cased?: string) =>
        cased !== undefined && !/^"%[^%_]*%?"$|^"[^%_]*%"$/.test(text) ? `${field}=${text}` : whole,
      ),
  },
  {
    id: 'bool',
    reason: 'PPL knows true and false',
    verdict: (rule, ours, theirs) =>
      ours !== null && theirs === null && JSON.stringify(rule.detections).includes('"kind":"bool"'),
  },
  {
    id: 'fieldref-parts',
    reason: 'begins with, ends with and contains another field: by locate and right',
    verdict: (rule, ours, theirs) =>
      ours !== null && theirs === null && JSON.stringify(rule.detections).includes('"kind":"fieldref"'),
  },
  {
    id: 'not-windash',
    reason: 'the alternatives of windash stand in a group below not, else only the first is negated',
    undo: (ours, rule) => {
      if (!usesWindash(rule)) return ours;
      const one = String.raw`LIKE\((\S+), ${literal}\)`;
      const choice = String.raw`${one}(?: OR LIKE\(\2, ${literal}\)){4}`;
      return ours.replaceAll(
        new RegExp(String.raw`NOT coalesce\((${choice}), false\)`, 'gs'),
        (whole, list: string) => (list.includes('\u2015') ? `NOT ${list}` : whole),
      );
    },
  },
  {
    id: 'not-missing',
    reason: 'a comparison with a missing field is null, and so is its negation: such events would be lost',
    undo: (ours) => withoutCoalesce(ours, 'NOT'),
  },
  {
    id: 'cidr-field',
    reason: 'a name with a dot stands in backticks everywhere',
    undo: (ours) => ours.replaceAll(/cidrmatch\(`([\w.]+)`/g, 'cidrmatch($1'),
  },
  {
    id: 'fieldref-mapped',
    reason: 'both fields are mapped by a pipeline',
    undo: (ours) =>
      ours.replaceAll(/lower\((\S+?)\)=lower\(`winlog\.event_data\.(\w+)`\)/g, 'lower($1)=lower($2)'),
  },
  {
    id: 'fieldref-case',
    reason: 'two fields are compared without case, too',
    undo: (ours) => ours.replaceAll(/lower\((\S+?)\)=lower\((\S+?)\)/g, '$1=$2'),
  },
  {
    id: 'regex',
    reason: 'match searches analysed words and reads no expressions; regexp_match does',
    undo: (ours, rule) => {
      let text = ours;
      for (const regex of regexesOf(rule)) {
        const written = asWritten(regex).replaceAll("'", "''");
        text = text.replaceAll(
          new RegExp(String.raw`regexp_match\(([^\s,]+), ${literal}\)`, 'gs'),
          (whole, field: string) =>
            whole.includes(pplString(asWritten(regex))) ? `match(${field}, '${written}')` : whole,
        );
      }
      return text;
    },
  },
  {
    id: 'case',
    reason: '= takes account of case, LIKE does not; Sigma does not',
    undo: (ours) =>
      ours.replaceAll(like, (whole, field: string, text: string, cased?: string) =>
        cased === undefined && !/(?<!\\)[%_]/.test(text.replaceAll('\\\\', '')) ? `${field}=${text}` : whole,
      ),
  },
  {
    id: 'backslashes',
    reason: 'the reference loses every backslash of a value, and escapes % and _ where they mean nothing',
    undo: (ours, rule) => {
      const known = writtenTexts(rule);
      return ours.replaceAll(new RegExp(literal, 'gs'), (text, at: number) => {
        const kept = text.replaceAll(/\\\\/g, '');
        const before = ours.slice(Math.max(0, at - 200), at);
        const isPattern = /LIKE\((?:`[^`]+`|[^\s,]+), $/.test(before);
        // Nothing but what the rule says loses its backslashes.
        if (kept !== text && !known.has(shape(text)) && !known.has(read(text))) return text;
        return isPattern ? kept : kept.replaceAll(/(?<!\\)[%_]/g, '\\$&');
      });
    },
  },
];

export const deviations: Deviation[] = [
  ...withSeveral(single, spelled),
  {
    id: 'keywords',
    reason: 'text alone is no condition; query_string searches all fields',
    applies: (rule, ours, theirs) =>
      hasKeywords(rule) &&
      ours.includes('query_string(') &&
      ungrouped(undoAll(single, keywordsAlone(ours), rule)).replaceAll('\u0002', '%') === ungrouped(theirs),
  },
  {
    id: 'quotes',
    reason:
      'the reference puts the marks of a text that holds quotes in wrong places, and those of texts after it',
    applies: (rule, ours, theirs) =>
      textsOf(rule).some((parts) => parts.some((part) => typeof part === 'string' && part.includes('"'))) &&
      unmarked(undoAll(single, ours, rule)) === unmarked(theirs),
  },
];

/** The texts of a rule, with signs of their own for wildcards. */
function writtenTexts(rule: SigmaRule): Set<string> {
  return new Set(textsOf(rule).map((parts) => writeParts(parts, (text) => text, '\u0001', '\u0003')));
}

/** A literal that is a pattern, in the same way. */
function shape(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\\\\\\\|\\(["%_])|[%_]/g, (found, escaped?: string) =>
      found === '%' ? '\u0001' : found === '_' ? '\u0003' : (escaped ?? '\\'),
    );
}

function unmarked(query: string): string {
  return spelled(query).replaceAll(/["%\\]/g, '');
}

/** Lists written out. */
function spelled(query: string): string {
  return query
    .replaceAll(
      new RegExp(String.raw`([^\s(]+) in \(((?:${literal}|[^()"])*)\)`, 'gs'),
      (_, field: string, items: string) =>
        [...items.matchAll(new RegExp(String.raw`${literal}|[^",\s]+`, 'gs'))]
          .map(([item]) => `${field}=${item}`)
          .join(' OR '),
    )
    .replaceAll(/\((\S+="(?:\\.|[^"\\])*")\)/gs, '$1');
}

/** Keywords as the reference has them: text alone. */
function keywordsAlone(query: string): string {
  return query.replaceAll(
    new RegExp(String.raw`query_string\(\['\*'\], (${literal})\)`, 'gs'),
    (_, text: string) =>
      read(text).replaceAll(/\*((?:\\.|[^\\\s()])*)\*/gs, (_term, inner: string) =>
        pplString(
          inner.replaceAll(/\\(.)|\*/gs, (found, escaped?: string) =>
            found === '*' ? '\u0002' : (escaped ?? ''),
          ),
        ),
      ),
  );
}

function read(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}

function ungrouped(query: string): string {
  return spelled(query).replaceAll(new RegExp(String.raw`(${literal})|[()]`, 'gs'), '$1');
}
