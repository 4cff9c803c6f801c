/** Laws of the language, for any text and any condition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HuntbookError } from '../../src/errors.ts';
import { commandNames, compileSpl, parseSpl, printSpl } from '../../src/spl/index.ts';
import { fixtures } from './fixtures.ts';
import { found, openEvents } from './support.ts';

const runs = process.env['HUNTBOOK_FULL'] === '1' ? 20 : 1;
const columns = ['_row', 'SystemTime', 'A', 'B', 'C'].map((name) => ({ name }));

function quote(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}

/** A tree without its places. */
function bare(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

const words = [
  ...commandNames,
  ...'| [ ] ( ) " \' = != < , * \\ ` ``` . - + AND OR NOT IN by as count dc( A B "x" \'A\' eval( if( 1 span=1h'.split(
    ' ',
  ),
];
const word = fc.constantFrom(...words);

describe('reading', () => {
  test('throws nothing but HB_SPL, and so does compiling what was read', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 25 }).map((words) => words.join(' ')),
      fc.array(word, { maxLength: 25 }).map((words) => words.join('')),
    );
    let read = 0;
    fc.assert(
      fc.property(text, (given) => {
        try {
          compileSpl(parseSpl(given), given, { table: 't', columns });
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(HuntbookError);
          expect((error as HuntbookError).code).toBe('HB_SPL');
          expect((error as HuntbookError).message).toMatch(/\(line \d+, column \d+\)$/);
        }
      }),
      { numRuns: 3000 * runs },
    );
    expect(read).toBeGreaterThan(0);
  });

  test('what is printed is read as the same', () => {
    const texts = [
      ...fixtures.flatMap(({ finds }) => finds.map(([text]) => text)),
      '* | stats count dc(A) as "x y" perc95(B) sum(eval(A+1)) by C, "D E" | sort 0 -num(count) +str(C) | head 3',
      '* | eval a=if(A>1 AND NOT B="x", "y\\"\\\\", -A.\'b c\'), b=now() | fields - a* | table b | rename b AS "c d"',
      '| multisearch [search A=1] [search B=2 | rex field=A "(?<x>\\\\d)"] | join type=left max=0 A [search C=1]',
      '* | bin _time span=5m as t | top limit=3 A by B | streamstats time_window=1h count by A | dedup 2 A sortby -B',
      '* [search A=1 | fields A] earliest=-1d@d | append [search B=*] | makemv delim="," A | mvexpand A | fillnull B',
      '| makeresults count=3 | eval x=1 | nomv x | reverse | tail 1',
    ];
    for (const text of texts) {
      const tree = parseSpl(text);
      expect(bare(parseSpl(printSpl(tree)))).toEqual(bare(tree));
    }
  });

  test('errors name the command or function and its place', () => {
    expect(() => parseSpl('A=1\n| frobnicate x')).toThrow(
      'the command frobnicate is not known (line 2, column 3)',
    );
    const call = 'A=1 | eval x=frob(A)';
    expect(() => compileSpl(parseSpl(call), call, { table: 't', columns })).toThrow(
      'the function frob is not known (line 1, column 14)',
    );
    for (const text of ['A=1 | delete', 'A=1 | outputlookup x', '| script x', 'A=1 | map search="x"', '`m`'])
      expect(() => parseSpl(text)).toThrow(/not known/);
  });

  test('depth and length are bounded', () => {
    for (const text of [
      `${'('.repeat(100_000)}a`,
      'NOT '.repeat(50_000),
      `* | where ${'('.repeat(50_000)}1`,
      `* | where ${'-'.repeat(50_000)}1`,
      `* | eval x=${'1+'.repeat(50_000)}1`,
      '[search '.repeat(1000),
      `*${'| head 1'.repeat(10_000)}`,
      'a '.repeat(150_000),
    ])
      expect(() => parseSpl(text)).toThrow(/more than/);
  });
});

const punctuation = fc.string({
  unit: fc.constantFrom(...'ab |[]()\\"\'=<>!,;:%_?.+-#$&/{}^~\n\t'),
  minLength: 1,
  maxLength: 8,
});

describe('executed', () => {
  test('a value with any punctuation finds itself only, in search and in where', async () => {
    const values = fc.sample(punctuation, { numRuns: 60 * runs, seed: 7 });
    const distinct = [...new Set(values)];
    const database = await openEvents(distinct.map((A) => ({ A })));
    try {
      for (const [row, value] of distinct.entries()) {
        expect(await found(database, `A=${quote(value)}`)).toEqual([row]);
        expect(await found(database, `NOT A IN (${quote(value)})`)).toHaveLength(distinct.length - 1);
        expect(await found(database, `* | where A=${quote(value)}`)).toEqual([row]);
        expect(await found(database, `A=${quote(value)}*`)).toContain(row);
      }
    } finally {
      database.close();
    }
  }, 60_000);

  test('conditions agree with a plain evaluator', async () => {
    const events = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bits) => [
      { A: bits & 1 ? 'x' : 'y', B: bits & 2 ? 'x' : null, C: bits & 4 ? 'X' : '' },
    ]);
    const database = await openEvents(events);
    type Node = { text: string; test: (event: (typeof events)[number]) => boolean };
    const leaf = fc
      .tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('=x', '!=x', '=*', '=""', ' IN (x, y)'))
      .map(([name, rest]): Node => ({
        text: `${name}${rest}`,
        test: (event) => {
          const value = event[name as 'A']?.toLowerCase() ?? null;
          if (value === null) return false;
          if (rest === '=*') return true;
          if (rest === '!=x') return value !== 'x';
          if (rest === '=""') return value === '';
          return value === 'x' || (rest !== '=x' && value === 'y');
        },
      }));
    // Without parentheses: AND of ORs of NOTs.
    const { tree } = fc.letrec<{ tree: Node; atom: Node }>((tie) => ({
      atom: fc.oneof(
        { maxDepth: 3 },
        leaf,
        tie('tree').map((node): Node => ({ text: `(${node.text})`, test: node.test })),
        tie('atom').map((node): Node => ({ text: `NOT ${node.text}`, test: (event) => !node.test(event) })),
      ),
      tree: fc
        .array(fc.array(tie('atom'), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
        .map((all): Node => ({
          text: all
            .map((some) => some.map(({ text }) => text).join(' OR '))
            .join(all.length % 2 === 0 ? ' ' : ' AND '),
          test: (event) => all.every((some) => some.some(({ test: one }) => one(event))),
        })),
    }));
    try {
      await fc.assert(
        fc.asyncProperty(tree, async ({ text, test: expected }) => {
          const rows = events.flatMap((event, row) => (expected(event) ? [row] : []));
          expect(await found(database, text)).toEqual(rows);
        }),
        { numRuns: 60 * runs },
      );
    } finally {
      database.close();
    }
  }, 60_000);

  test('a subsearch gives values, never text of a search', async () => {
    const hostile = 'x" OR A="*';
    const database = await openEvents([
      { A: hostile, B: '1' },
      { A: 'other', B: '2' },
      { A: '*', B: '1' },
    ]);
    try {
      expect(await found(database, '[search B=1 | fields A]')).toEqual([0, 2]);
    } finally {
      database.close();
    }
  });
});
