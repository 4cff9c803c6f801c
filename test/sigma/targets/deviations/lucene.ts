import { HuntbookError } from '../../../../src/errors.ts';
import { luceneRegex } from '../../../../src/sigma/targets/lucene-regex.ts';
import { slashed } from '../../../../src/sigma/targets/lucene-syntax.ts';
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import type { Deviation } from '../oracle.ts';
import { asWritten, regexesOf, usesWindash, withSeveral } from './combine.ts';

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

/** Also where the query stands in a search request of JSON. */
function inQuery(
  undo: (query: string, rule: SigmaRule) => string,
): (ours: string, rule: SigmaRule) => string {
  return (ours, rule) => {
    if (!ours.startsWith('{"query":')) return undo(ours, rule);
    return JSON.stringify(JSON.parse(ours), (key, value: unknown) =>
      key === 'query' && typeof value === 'string' ? undo(value, rule) : value,
    );
  };
}

export const deviations: Deviation[] = withSeveral([
  {
    id: 'regex',
    reason:
      "Lucene's expressions stand for the whole value and know no anchors, flags, \\d, \\w nor lazy quantifiers",
    undo: inQuery((ours, rule) => {
      let text = ours;
      for (const regex of regexesOf(rule)) {
        const lucene = translated(regex.source, regex.flags);
        if (lucene === null) continue;
        const written = asWritten(regex).replaceAll(/(?<!\\)((?:\\\\)*)\//g, '$1\\/');
        text = text.replaceAll(`:${slashed(lucene)}`, () => `:/${written}/`);
      }
      return text;
    }),
  },
  regexRefused,
  {
    id: 'windash-single',
    reason: 'a value of windash without a dash is one value: it stands in the list with the others, or alone',
    applies: (rule, ours, theirs) => usesWindash(rule) && oneByOne(ours) === oneByOne(theirs),
  },
]);

/** Lists written out: `f:(a OR b)` as `f:a OR f:b`. */
function oneByOne(query: string): string {
  return query.replaceAll(/([^\s(]+):\(((?:\\.|[^()\\])*)\)/gs, (_, field: string, list: string) =>
    list
      .split(' OR ')
      .map((value) => `${field}:${value}`)
      .join(' OR '),
  );
}
