import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueType } from '../../../src/sources/evtx/index.ts';
import { SpanTable } from '../../../src/sources/evtx/span-table.ts';
import { decodeValue, fileTime } from '../../../src/sources/evtx/values.ts';
import { number, utf16 } from './build.ts';

const decode = (kind: number, ...bytes: number[]): unknown =>
  decodeValue(Uint8Array.from(bytes), kind, 0, bytes.length);

describe('a value', () => {
  it('is written as evtx_dump writes it, GUIDs in capitals and without braces', () => {
    expect(decode(ValueType.INT8, 0xff)).toBe(-1);
    expect(decode(ValueType.UINT16, 0xff, 0xff)).toBe(65_535);
    expect(decode(ValueType.INT32, 0, 0, 0, 0x80)).toBe(-2_147_483_648);
    expect(decode(ValueType.UINT64, ...Array<number>(8).fill(0xff))).toBe(18_446_744_073_709_551_615n);
    expect(decode(ValueType.INT64, ...Array<number>(8).fill(0xff))).toBe(-1);
    expect(decode(ValueType.HEX64, 0, 0, 0, 0, 0, 0, 0, 0x80)).toBe('0x8000000000000000');
    expect(decode(ValueType.HEX32, 0xab, 0, 0, 0)).toBe('0xab');
    expect(decode(ValueType.BOOL, 1, 0, 0, 0)).toBe(true);
    expect(decode(ValueType.BOOL, 0, 0, 0, 0)).toBe(false);
    expect(decode(ValueType.BOOL, 16, 0, 0, 0)).toBe(16);
    expect(decode(ValueType.BINARY, 0xde, 0xad)).toBe('DEAD');
    expect(decode(ValueType.REAL64, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)).toBe(1.5);
    expect(decode(ValueType.ANSI, 0x80, 0x61, 0, 0x9f, 0x81, 0xe9)).toBe('€aŸ\u0081é');
    expect(decode(ValueType.GUID, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)).toBe(
      '04030201-0605-0807-090A-0B0C0D0E0F10',
    );
    expect(decode(ValueType.SID, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0)).toBe('S-1-5-18');
    expect(decode(ValueType.SYSTEMTIME, 0xe4, 7, 2, 0, 6, 0, 29, 0, 1, 0, 2, 0, 3, 0, 4, 0)).toBe(
      '2020-02-29T01:02:03.0040000Z',
    );
    expect(decode(ValueType.SYSTEMTIME, ...Array<number>(16).fill(0))).toBe('1601-01-01T00:00:00.0000000Z');
    const text = utf16('a\0b');
    expect(decodeValue(text, ValueType.STRING, 0, text.length)).toBe('a');
  });

  it('of any kind and size is read without an error', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 254 }), fc.uint8Array({ maxLength: 40 }), (kind, bytes) => {
        const value = decodeValue(bytes, kind, 0, bytes.length);
        const scalar = value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
        expect(scalar).toBe(true);
      }),
    );
  });

  it('that is a FILETIME is exact to 100 ns, and agrees with Date', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(-11_644_473_600_000), noInvalidDate: true }),
        fc.nat(9999),
        (date, rest) => {
          fc.pre(date.getUTCFullYear() <= 9999);
          const ticks = (BigInt(date.getTime()) + 11_644_473_600_000n) * 10_000n + BigInt(rest);
          const expected = date.toISOString().replace('Z', `${String(rest).padStart(4, '0')}Z`);
          expect(fileTime(ticks)).toBe(expected);
        },
      ),
    );
  });

  it('that is an integer is what DataView reads', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const { raw } = number(ValueType.INT64, 8, value);
        expect(BigInt(decodeValue(raw as Uint8Array, ValueType.INT64, 0, 8) as number)).toBe(value);
      }),
    );
  });
});

describe('a span table', () => {
  it('gives equal bytes one id and other bytes another', () => {
    const table = new SpanTable();
    const ids = new Map<string, number>();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12, max: 3 }), (bytes) => {
        const id = table.intern(bytes, 0, bytes.length);
        const key = bytes.join();
        expect(ids.get(key) ?? id).toBe(id);
        if (!ids.has(key)) expect([...ids.values()]).not.toContain(id);
        ids.set(key, id);
        expect(table.size).toBe(ids.size);
      }),
      { numRuns: 5000 },
    );
  });
});
