import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, ONE, parseStringValue, plainText, renderStringValue } from '../../src/sigma/index.ts';
import type { StringPart } from '../../src/sigma/index.ts';

describe('string values', () => {
  const table: [string, StringPart[]][] = [
    ['', []],
    ['abc', ['abc']],
    ['a*c', ['a', ANY, 'c']],
    ['a?c', ['a', ONE, 'c']],
    ['?*', [ONE, ANY]],
    ['**', [ANY, ANY]],
    [String.raw`a\*b`, ['a*b']],
    [String.raw`a\?b`, ['a?b']],
    [String.raw`a\\*b`, ['a\\', ANY, 'b']],
    [String.raw`a\\\*b`, ['a\\*b']],
    [String.raw`a\\\\*`, ['a\\\\', ANY]],
    [String.raw`C:\Windows\x`, ['C:\\Windows\\x']],
    [String.raw`C:\\Windows`, ['C:\\Windows']],
    [String.raw`\\\\srv\share`, ['\\\\srv\\share']],
    ['\\', ['\\']],
    ['a\\', ['a\\']],
    ['*\\', [ANY, '\\']],
    ['\\\\', ['\\']],
  ];
  it.each(table)('reads %j as %j', (text, parts) => {
    expect(parseStringValue(text)).toEqual(parts);
  });

  // Few different characters, so that escapes meet each other.
  const spiky = fc.string({ unit: fc.constantFrom('\\', '*', '?', 'a', 'ä', ' ', '%') });

  it('reads every literal back from its escaped form', () => {
    fc.assert(
      fc.property(spiky, (literal) => {
        expect(plainText(parseStringValue(renderStringValue([literal])))).toBe(literal);
      }),
    );
  });

  it('reads rendered parts back, and renders what it read to the same meaning', () => {
    fc.assert(
      fc.property(spiky, (text) => {
        const parts = parseStringValue(text);
        expect(parseStringValue(renderStringValue(parts))).toEqual(parts);
        expect(parts.every((part) => part !== '')).toBe(true);
      }),
    );
  });

  it('takes a backslash before other characters as itself', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\\*?]/.test(text)),
        (text) => {
          expect(plainText(parseStringValue(`\\${text}`))).toBe(`\\${text}`);
        },
      ),
    );
  });
});
