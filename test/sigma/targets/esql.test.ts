import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Converter } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations } from './deviations/esql.ts';
import { hostileText, readQuoted, ruleOf } from './elastic.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle, readOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');
const asIndexed = { case: 'as_indexed' };
const start = 'from * metadata _id, _index, _version | where ';

describe('esql', () => {
  it('writes the cases as golden/esql.txt has them', () => {
    const { made, stored } = golden('esql');
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['esql__none', 'none'],
    ['esql__ecs_windows', 'ecs_windows'],
  ])(`agrees with %s where case is left to the index, or says why not${note}`, (file, pipelines) => {
    const used = pipelines === 'none' ? [] : [pipelines];
    const oracle = { file, target: 'esql', pipelines: used, options: asIndexed };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.99);
    expect(result.same / result.total).toBeGreaterThan(0.58);
  });

  it.skipIf(missing).each(['none', 'ecs_windows'])(
    `agrees on the micro-cases with %s, or says why not${note}`,
    (pipelines) => {
      const result = compareMicro(shared, `esql|${pipelines}|default`, 'esql', deviations, asIndexed);
      expect(result.different).toEqual([]);
    },
  );

  it.skipIf(missing)(`differs from that by default in nothing but case${note}`, () => {
    const [folded, plain] = [{}, asIndexed].map(
      (options) => new Converter({ target: 'esql', pipelines: [], options }),
    ) as [Converter, Converter];
    for (const { rule_path: path } of readOracle(shared, 'esql__none')) {
      const { rules } = parseRules(readFileSync(join(shared, 'data/sigma', path), 'utf8'), path);
      const [ours, theirs] = [folded, plain].map((converter) =>
        String(converter.convert({ rules, correlations: [] }).conversions[0]?.queries[0]),
      ) as [string, string];
      expect(uncased(ours)).toBe(uncased(theirs));
    }
  });

  it('keeps every name and value within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, value) => {
        const field = `-${name.replaceAll('|', '')}`;
        const query = written('esql', ruleOf(field, value), asIndexed);
        const quoted = `\`${field.replaceAll('`', '``')}\``;
        expect(query.startsWith(`${start}${quoted}==`)).toBe(true);
        const literal = readQuoted(query, start.length + quoted.length + 2, escapes);
        expect(literal).toEqual({ text: value, end: query.length });
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every pattern within its literal, and nothing but its wildcards is one', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('esql', ruleOf('f|contains', value), asIndexed);
        const literal = readQuoted(query, `${start}f like `.length, escapes);
        expect(literal.end).toBe(query.length);
        const inner = literal.text.slice(1, -1);
        expect(inner.replaceAll(/\\[\\*?]/g, '')).not.toMatch(/[\\*?]/);
        expect(inner.replaceAll(/\\([\\*?])/g, '$1')).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Without lowering, with lists written out, in lower case. */
function uncased(query: string): string {
  return query
    .replaceAll(/to_lower\(to_string\((\S+?)\)\)/g, '$1')
    .replaceAll(/to_lower\((`(?:[^`]|``)+`|[\w.]+)\)/g, '$1')
    .replaceAll(/([^\s(]+) in \(((?:"(?:\\.|[^"\\])*"|[^()"])*)\)/gs, (_, field: string, items: string) =>
      [...items.matchAll(/"(?:\\.|[^"\\])*"|[^",\s]+/gs)].map(([item]) => `${field}==${item}`).join(' or '),
    )
    .toLowerCase();
}

function escapes(after: string): { char: string; length: number } | null {
  const char = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }[after[0] ?? ''];
  if (char === undefined) throw new Error(`\\${after[0]} is no escape`);
  return { char, length: 1 };
}
