import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations } from './deviations/eql.ts';
import { hostileText, readQuoted, ruleOf } from './elastic.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('eql', () => {
  it('writes the cases as golden/eql.txt has them', () => {
    const { made, stored } = golden('eql');
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['eql__none', 'none'],
    ['eql__ecs_windows', 'ecs_windows'],
  ])(`agrees with %s, or says why not${note}`, (file, pipelines) => {
    const used = pipelines === 'none' ? [] : [pipelines];
    const result = compareOracle(shared, { file, target: 'eql', pipelines: used }, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.99);
    expect(result.same / result.total).toBeGreaterThan(0.77);
  });

  it.skipIf(missing).each(['none', 'ecs_windows'])(
    `agrees on the micro-cases with %s, or says why not${note}`,
    (pipelines) => {
      expect(compareMicro(shared, `eql|${pipelines}|default`, 'eql', deviations).different).toEqual([]);
    },
  );

  it('keeps every name and value within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, value) => {
        const field = `-${name.replaceAll('|', '')}`;
        const query = written('eql', ruleOf(field, value));
        const head = readName(query, 'any where '.length);
        expect(head.text).toBe(field);
        const operator = /^(?::| in~ \(|==)/.exec(query.slice(head.end))?.[0] ?? '';
        const literal = readQuoted(query, head.end + operator.length, escapes);
        expect(literal.text).toBe(value);
        expect(query.slice(literal.end)).toBe(operator === ' in~ (' ? ')' : '');
        // Only there is a wildcard no wildcard.
        if (/[*?]/.test(value)) expect(operator).toBe(' in~ (');
      }),
      { numRuns: 1000 },
    );
  });
});

function escapes(after: string): { char: string; length: number } | null {
  const code = /^u\{([0-9a-f]{2,8})\}/.exec(after);
  if (code !== null)
    return { char: String.fromCodePoint(parseInt(code[1] as string, 16)), length: code[0].length };
  const char = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }[after[0] ?? ''];
  if (char === undefined) throw new Error(`\\${after[0]} is no escape`);
  return { char, length: 1 };
}

function readName(query: string, from: number): { text: string; end: number } {
  if (query[from] !== '`') throw new Error('no backtick');
  let text = '';
  let at = from + 1;
  for (; query[at] !== '`' || query[at + 1] === '`'; at++) {
    if (query[at] === '`') at++;
    text += query[at];
  }
  return { text, end: at + 1 };
}
