import { HuntbookError } from '../../../../src/errors.ts';
import { luceneRegex } from '../../../../src/sigma/targets/lucene-regex.ts';
import { luceneField, slashed } from '../../../../src/sigma/targets/lucene-syntax.ts';
import type { Deviation } from '../oracle.ts';
import {
  asWritten,
  casedWritten,
  fieldsOf,
  hasKeywords,
  regexesOf,
  timepartLost,
  usesWindash,
  valuesOf,
  withSeveral,
  written,
} from './combine.ts';

/** As Lucene's, or null where it is refused. */
export function translated(source: string, flags: string): string | null {
  try {
    return luceneRegex(source, flags, (reason) => {
      throw new HuntbookError('HB_TARGET_UNSUPPORTED', reason);
    });
  } catch {
    return null;
  }
}

export const regexRefused: Deviation = {
  id: 'regex-refused',
  reason:
    'looking ahead, back references, word boundaries: Lucene reads them as other characters or not at all',
  verdict: (rule, ours, theirs) =>
    ours === null &&
    theirs !== null &&
    regexesOf(rule).some(({ source, flags }) => translated(source, flags) === null),
};

const single: Deviation[] = [
  {
    id: 'regex',
    reason:
      "Lucene's expressions stand for the whole value and know no anchors, flags, \\d, \\w nor lazy quantifiers",
    undo: (ours, rule) => {
      let text = ours;
      for (const regex of regexesOf(rule)) {
        const lucene = translated(regex.source, regex.flags);
        if (lucene === null) continue;
        const written = asWritten(regex).replaceAll(/(?<!\\)((?:\\\\)*)\//g, '$1\\/');
        text = text.replaceAll(`:${slashed(lucene)}`, () => `:/${written}/`);
      }
      return text;
    },
  },
  regexRefused,
  casedWritten,
  timepartLost,
  written('keyword-expansion', 'keywords of windash and base64offset are one for each variant', hasKeywords),
  {
    id: 'control-characters',
    reason: 'a tab or line end ends a word unless it is escaped',
    undo: (ours) => ours.replaceAll(/\\([\t\n\r])/g, '$1'),
  },
  {
    id: 'negative-numbers',
    reason: 'a minus sign at the beginning excludes unless it is escaped',
    undo: (ours, rule) =>
      valuesOf(rule).some(({ value }) => value.kind === 'number')
        ? ours.replaceAll(/([:( ])\\-(?=\d)/g, '$1-')
        : ours,
  },
  {
    id: 'field-names',
    reason: 'signs with a meaning are escaped in names, too',
    undo: (ours, rule) =>
      fieldsOf(rule).reduce(
        (text, name) => text.replaceAll(luceneField(name), () => name.replaceAll(/[ *]/g, '\\$&')),
        ours,
      ),
  },
  {
    id: 'keyword-empty',
    reason: 'the empty keyword is in every event',
    undo: (ours) => ours.replaceAll('**', '*""*'),
  },
  {
    id: 'double-not',
    reason: 'two nots in a row are an error; not absent is present',
    applies: (_, ours, theirs) =>
      ours === theirs.replaceAll(/\(NOT NOT (_exists_:\S+?)\)/g, '$1').replaceAll('NOT NOT ', ''),
  },
  {
    id: 'windash-single',
    reason: 'a value of windash without a dash is one value: it stands in the list with the others, or alone',
    applies: (rule, ours, theirs) => usesWindash(rule) && oneByOne(ours) === oneByOne(theirs),
  },
  {
    id: 'base64offset-bytes',
    reason: 'base64offset cuts bytes, not characters',
    applies: (rule, ours, theirs) => {
      const blank = (text: string): string => text.replaceAll(/[A-Za-z0-9+/\\=]{3,}/g, '');
      return JSON.stringify(rule.detections).includes('base64offset') && blank(ours) === blank(theirs);
    },
  },
];

/** Also where the query stands in a search request of JSON. */
export const deviations: Deviation[] = withSeveral(
  single.map((deviation): Deviation => {
    const { undo, applies } = deviation;
    return {
      ...deviation,
      ...(undo && { undo: (ours, rule) => inSearch(ours, (query) => undo(query, rule)) }),
      ...(applies && {
        applies: (rule, ours, theirs) =>
          inSearch(ours, () => '') === inSearch(theirs, () => '') &&
          applies(rule, queryOf(ours), queryOf(theirs)),
      }),
    };
  }),
);

function inSearch(text: string, change: (query: string) => string): string {
  if (!text.startsWith('{"query":')) return change(text);
  return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    key === 'query' && typeof value === 'string' ? change(value) : value,
  );
}

function queryOf(text: string): string {
  let found = '';
  inSearch(text, (query) => (found = query));
  return found;
}

/** Lists written out: `f:(a OR b)` as `f:a OR f:b`. */
function oneByOne(query: string): string {
  return query.replaceAll(/([^\s(]+):\(((?:\\.|[^()\\])*)\)/gs, (_, field: string, list: string) =>
    list
      .split(' OR ')
      .map((value) => `${field}:${value}`)
      .join(' OR '),
  );
}
