import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedInterner } from '../../src/detect/interner.ts';
import { NeedleSet } from '../../src/detect/needles.ts';
import { boundedTest, onRegexTimeout } from '../../src/detect/regex-bound.ts';
import { linearForm } from '../../src/detect/regex-linear.ts';
import { requiredLiteral } from '../../src/detect/regex-literal.ts';

describe('the needle index', () => {
  it('finds every literal that occurs, and nothing else', () => {
    const word = fc
      .array(fc.constantFrom('a', 'b', 'c', '.', '\\', 'é', '中'), { minLength: 3, maxLength: 7 })
      .map((l) => l.join(''));
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 30 }),
        fc.array(fc.oneof(word, fc.constantFrom('a', 'x')), { maxLength: 8 }).map((l) => l.join('')),
        (literals, text) => {
          const found = new Set<string>();
          new NeedleSet(literals).scan(text, (literal, start) => {
            expect(text.startsWith(literals[literal] as string, start)).toBe(true);
            found.add(literals[literal] as string);
          });
          expect([...found].sort()).toEqual(literals.filter((literal) => text.includes(literal)).sort());
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the interner', () => {
  it('gives equal ids to equal values and different ids to different ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.uint8Array({ maxLength: 12, max: 2 })), {
          maxLength: 300,
        }),
        (values) => {
          const interner = boundedInterner();
          const ids = new Map<string, number>();
          for (const [slot, kind, bytes] of values) {
            const key = `${slot} ${kind} ${bytes.join()}`;
            const id = interner.intern(slot, kind, bytes, 0, bytes.length);
            expect(ids.get(key) ?? ids.size).toBe(id);
            ids.set(key, id);
          }
        },
      ),
    );
  });

  it('says so when it is full instead of growing for ever', () => {
    const interner = boundedInterner();
    const bytes = new Uint8Array(1 << 20);
    const view = new DataView(bytes.buffer);
    let id = 0;
    for (let i = 0; id >= 0 && i < 100; i++) {
      view.setUint32(0, i);
      id = interner.intern(1, 1, bytes, 0, bytes.length);
    }
    expect(id).toBe(-1);
    interner.clear();
    expect(interner.intern(1, 1, bytes, 0, 16)).toBe(0);
  });
});

describe('the literal that a regular expression needs', () => {
  const sources = [
    'abc+d',
    'ab(cd|ef)ghi',
    'x|powershell',
    '\\\\temp\\\\.*\\.exe',
    'foo{0}bar',
    'a{2,}bcde',
    '[abc]defg',
    'ab?cdefg',
    '(?:abc)?defgh',
    'ab+?cdef',
    'a\\.exe$',
    '^start.*end',
    'a\\x41bcd',
    '\\bword\\b',
    'abc(?=def)ghi',
    'a.c.e',
  ];
  const alphabet = fc
    .array(
      fc.constantFrom(
        ...'abcdefghistrow\\.xpl AE',
        'powershell',
        'exe',
        'temp',
        'start',
        'end',
        'word',
        'bar',
      ),
      { maxLength: 14 },
    )
    .map((l) => l.join(''));
  for (const source of sources) {
    it(`of /${source}/ is in every match`, () => {
      const literal = requiredLiteral(source);
      fc.assert(
        fc.property(alphabet, (text) => {
          if (new RegExp(source, 'i').test(text)) expect(text.toLowerCase()).toContain(literal);
        }),
      );
    });
  }

  it('is found where there is one', () => {
    expect(requiredLiteral('\\\\temp\\\\.*\\.exe')).toBe('\\temp\\');
    expect(requiredLiteral('x|powershell')).toBe('');
  });
});

describe('the linear form of a case-insensitive expression', () => {
  const sources = [
    'abc',
    'A[B-D]e+',
    '[^A-Z]x',
    '\\SA\\s',
    'a|B',
    '(?:Ab)+c',
    '[a-z0-9_]{2}',
    '\\.EXE$',
    '^[\\w-]+B',
    '[A-z]',
    '[+-Z]',
    '\\x41',
    '(?=a)b',
    '(?<Name>a)',
  ];
  for (const source of sources) {
    it(`of /${source}/i matches folded text alike, where there is one`, () => {
      const regex = new RegExp(source, 'i');
      const linear = linearForm(regex);
      fc.assert(
        fc.property(
          fc.string({ unit: fc.constantFrom(...'abcABCdDexEX.019 _-[^+Zz\\'), maxLength: 8 }),
          (text) => {
            if (linear) expect(linear.test(text.toLowerCase())).toBe(regex.test(text));
          },
        ),
      );
    });
  }
});

describe('regular expressions', () => {
  const stalling = `${'a'.repeat(60)}!`;

  it('that V8 can match in linear time end quickly on values made to stall them', () => {
    for (const regex of [/^(a+)+$/, /^(a+)+$/i, /^(?:a|aa)+$/i, /^(?:(a|aa)+)+$/i]) {
      const started = performance.now();
      expect(boundedTest(regex, stalling)).toBe(false);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it('that it can not are stopped, reported, and given up after a few times', () => {
    const given: string[] = [];
    onRegexTimeout((regex) => given.push(regex.source));
    const regex = /^(?=(a+)+b)?(a+)+\1$/;
    const started = performance.now();
    for (let i = 0; i < 15; i++) expect(boundedTest(regex, stalling + i)).toBe(false);
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(given).toEqual(Array.from({ length: 10 }, () => regex.source));
    onRegexTimeout(() => {});
  });
});
