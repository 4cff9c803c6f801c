import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, matchGlob } from '../../src/detect/glob.ts';
import { ANY, ONE, type StringPart } from '../../src/sigma/index.ts';

const part: fc.Arbitrary<StringPart> = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'ba', '😀', 'aab'),
  fc.constant(ANY),
  fc.constant(ONE),
);
const text = fc.array(fc.constantFrom('a', 'b', '😀'), { maxLength: 10 }).map((letters) => letters.join(''));

describe('wildcards', () => {
  it('match what the regular expression of the same meaning matches', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), text, (parts, value) => {
        const source = parts.map((p) => (p === ANY ? '.*' : p === ONE ? '.' : p)).join('');
        const regex = new RegExp(`^${source}$`, 'su');
        expect(matchGlob(compileGlob(parts, false), value)).toBe(regex.test(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('stay quick on patterns that make regular expressions backtrack', () => {
    const parts = Array.from({ length: 30 }, () => [ANY, 'a'] as StringPart[]).flat();
    const started = performance.now();
    expect(matchGlob(compileGlob([...parts, 'b'], false), 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
