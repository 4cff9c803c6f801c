import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitWidth, padWidth, terminalText, textWidth } from '../../src/escape/index.ts';
import { payloads } from '../report/hostile.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...'ab日本é\u0301가🙂\u001b\u009b\u202e\u2066\u200b\ufeff\u00ad\t\n\0'),
  }),
  fc.constantFrom(...payloads),
);
const dangerous = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;

describe('terminalText', () => {
  it('leaves nothing that a terminal acts on or that hides or reorders text', () => {
    fc.assert(fc.property(text, (value) => !dangerous.test(terminalText(value))));
  });

  it('changes nothing else', () => {
    fc.assert(
      fc.property(text, (value) => {
        const safe = [...value]
          .filter((char) => !dangerous.test(char) && !/[\u034f\u17b4\u17b5\u{e0000}-\u{e0fff}]/u.test(char))
          .join('');
        return terminalText(safe) === safe;
      }),
    );
  });

  it.each([
    ['\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['\u001b]52;c;ZQ==\u0007', '␛]52;c;ZQ==␇'],
    ['\u009b2J', '\\u{9b}2J'],
    ['one\r\ntwo\tthree', 'one␍␊two␉three'],
    ['\u007f\u0000', '␡␀'],
    ['invoice\u202egpj.exe', 'invoice\\u{202e}gpj.exe'],
    ['\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['Größe 日本 🙂 e\u0301', 'Größe 日本 🙂 e\u0301'],
  ])('%j', (value, expected) => {
    expect(terminalText(value)).toBe(expected);
  });
});

describe('width', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['ｆｕｌｌ', 8],
    ['한국', 4],
    ['e\u0301', 1],
    ['🙂', 2],
    ['Größe', 5],
    ['…│█', 3],
    ['', 0],
  ])('%j takes %d columns', (value, columns) => {
    expect(textWidth(value)).toBe(columns);
  });

  it('never gives more columns than asked for, and keeps what fits', () => {
    fc.assert(
      fc.property(text.map(terminalText), fc.integer({ min: 0, max: 30 }), (value, columns) => {
        const fitted = fitWidth(value, columns);
        expect(textWidth(fitted)).toBeLessThanOrEqual(columns);
        expect(value.startsWith(fitted.replace(/…$/, '')) || /\p{M}/u.test(value)).toBe(true);
        if (textWidth(value) <= columns && !/\p{M}/u.test(value)) expect(fitted).toBe(value);
        expect(textWidth(padWidth(value, columns))).toBe(columns);
      }),
    );
  });

  it('never cuts a wide character in two', () => {
    expect(fitWidth('日本語', 5)).toBe('日本…');
    expect(fitWidth('日本語', 4)).toBe('日…');
    expect(fitWidth('日本語', 6)).toBe('日本語');
    expect(fitWidth('🙂🙂', 3)).toBe('🙂…');
    expect(fitWidth('ab', 1)).toBe('…');
  });

  it('drops marks that would spill over other lines', () => {
    expect(fitWidth(`z${'\u0301'.repeat(500)}a`, 10)).toBe(`z${'\u0301'.repeat(4)}a`);
  });

  it('aligns to either side', () => {
    expect(padWidth('日', 4)).toBe('日  ');
    expect(padWidth('7', 4, 'right')).toBe('   7');
  });
});
