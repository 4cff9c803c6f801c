import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldType,
  parseHex,
  parseInteger,
  rightNames,
  splitHashes,
  splitUser,
  sysmonName,
} from '../../src/events/index.ts';

const md5 = 'A'.repeat(32);
const imphash = 'B'.repeat(32);
const plain = (hashes: Record<string, string>) => ({ ...hashes });

describe('hashes', () => {
  it.each([
    ['SHA1=12345678,MD5=' + md5, { SHA1: '12345678', MD5: md5 }],
    ['md5=' + md5.toLowerCase() + ', imphash=' + imphash, { MD5: md5, IMPHASH: imphash }],
    ['IMPHASH=' + imphash, { IMPHASH: imphash }],
    ['SHA-256=' + 'C'.repeat(64), { SHA256: 'C'.repeat(64) }],
    ['SHA512=' + 'D'.repeat(128), { SHA512: 'D'.repeat(128) }],
    [md5, {}],
    ['=' + md5, {}],
    ['MD5=', {}],
    ['MD5=nothex!!', {}],
    ['MD5=' + md5 + ',IMPHASH=' + '0'.repeat(32), { MD5: md5 }],
    ['', {}],
    ['-', {}],
    ['MD5=' + md5 + ',MD5=' + imphash, { MD5: md5 }],
    ['__proto__=' + md5, {}],
  ])('%s', (text, expected) => expect(plain(splitHashes(text))).toEqual(expected));

  it('are known by their keys in any order and case', () => {
    const keys = fc.uniqueArray(fc.constantFrom('MD5', 'SHA1', 'SHA256', 'IMPHASH', 'TLSH'), {
      minLength: 1,
    });
    const digits = fc
      .string({ unit: fc.constantFrom(...'0123456789ABCDEF'), minLength: 9, maxLength: 64 })
      .map((text) => `F${text}`);
    fc.assert(
      fc.property(
        keys,
        fc.array(digits, { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        (names, values, low) => {
          const text = names.map((name, at) => `${name}=${values[at]}`).join(',');
          expect(plain(splitHashes(low ? text.toLowerCase() : text))).toEqual(
            Object.fromEntries(names.map((name, at) => [name, values[at]])),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('integers', () => {
  it.each([
    ['0x0', 0],
    ['0X1F', 31],
    [' 0x1410 ', 5136],
    ['1410', 1410],
    ['-5', -5],
    ['-0x10', -16],
    ['0xffffffffffffffff', 18446744073709551615n],
    ['9007199254740993', 9007199254740993n],
    ['0x', null],
    ['', null],
    ['-', null],
    ['1f', null],
    ['0x1g', null],
    ['1 2', null],
    ['0x'.padEnd(100, 'f'), null],
  ])('%s', (text, expected) => expect(parseInteger(text)).toBe(expected));

  it.each([
    ['1410', 0x1410],
    ['FF', 255],
    ['0xff', 255],
    ['-ff', -255],
    ['fg', null],
  ])('%s in hexadecimal', (text, expected) => expect(parseHex(text)).toBe(expected));

  it('are exact in every spelling', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }), fc.boolean(), (value, upper) => {
        const size = value < 0n ? -value : value;
        const digits = upper ? size.toString(16).toUpperCase() : size.toString(16);
        const sign = value < 0n ? '-' : '';
        for (const text of [`${sign}0x${digits}`, `  ${sign}0x${digits} `, value.toString()])
          expect(BigInt(parseInteger(text) as bigint)).toBe(value);
        expect(BigInt(parseHex(`${sign}${digits}`) as bigint)).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('names of rights', () => {
  it.each([
    [
      'process',
      '0x1410',
      ['PROCESS_QUERY_LIMITED_INFORMATION', 'PROCESS_QUERY_INFORMATION', 'PROCESS_VM_READ'],
    ],
    ['process', '0x1010', ['PROCESS_QUERY_LIMITED_INFORMATION', 'PROCESS_VM_READ']],
    ['process', 0x100000, ['SYNCHRONIZE']],
    ['process', 0xc000, ['0xc000']],
    ['process', 0, []],
    [
      'thread',
      0x5a,
      [
        'THREAD_SET_CONTEXT',
        'THREAD_GET_CONTEXT',
        'THREAD_SUSPEND_RESUME',
        'THREAD_QUERY_INFORMATION',
      ].toSorted(),
    ],
    [
      'file',
      0x120089,
      ['SYNCHRONIZE', 'READ_CONTROL', 'FILE_READ_ATTRIBUTES', 'FILE_READ_EA', 'FILE_READ_DATA'],
    ],
    ['registry', 0x20019, ['READ_CONTROL', 'KEY_NOTIFY', 'KEY_ENUMERATE_SUB_KEYS', 'KEY_QUERY_VALUE']],
    ['registry', 0x100, ['KEY_WOW64_64KEY']],
    ['token', 8, ['TOKEN_QUERY']],
    ['service', 0x10, ['SERVICE_START']],
    ['desktop', 0x100, ['DESKTOP_SWITCHDESKTOP']],
    ['other', 0x80000000, ['GENERIC_READ']],
  ] as const)('of a %s: %s', (kind, mask, expected) => {
    const names = rightNames(mask, kind);
    expect(kind === 'thread' ? names.toSorted() : names).toEqual(expected);
  });

  it('name all rights by their one name too', () => {
    expect(rightNames('0x1fffff')[0]).toBe('PROCESS_ALL_ACCESS');
    expect(rightNames('0x1fffff')).toContain('PROCESS_VM_READ');
    expect(rightNames('0x1fffff').filter((name) => name.startsWith('0x'))).toEqual([]);
  });

  it('lose no bit', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (mask) => {
        for (const kind of ['process', 'file', 'registry'] as const) {
          const single = new Map<string, number>();
          for (let bit = 0; bit < 32; bit++)
            for (const name of rightNames(2 ** bit, kind)) single.set(name, 2 ** bit);
          let sum = 0n;
          for (const name of rightNames(mask, kind))
            if (!name.endsWith('_ALL_ACCESS')) sum |= BigInt(single.get(name) ?? name);
          const left = BigInt(mask) & ~sum;
          // Bits without a name are only left out where the name for all rights covers them.
          if (left !== 0n) expect(rightNames(mask, kind)[0]).toMatch(/_ALL_ACCESS$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(['x', '-', '0x1ffffffff', '-1'])('are none for %s', (mask) => expect(rightNames(mask)).toEqual([]));
});

describe('accounts', () => {
  it.each([
    ['CORP\\alice', 'CORP', 'alice', null],
    ['NT AUTHORITY\\SYSTEM', 'NT AUTHORITY', 'SYSTEM', null],
    ['Font Driver Host\\UMFD-1', 'Font Driver Host', 'UMFD-1', null],
    ['alice@corp.example', 'corp.example', 'alice', null],
    ['a@b@corp', 'corp', 'a@b', null],
    ['S-1-5-21-1-2-3-500', null, null, 'S-1-5-21-1-2-3-500'],
    ['alice', null, 'alice', null],
    ['\\alice', null, 'alice', null],
    ['WS01$', null, 'WS01$', null],
    ['-', null, null, null],
    ['', null, null, null],
  ])('%s', (text, domain, name, sid) => expect(splitUser(text)).toEqual({ domain, name, sid }));
});

describe('fields', () => {
  it.each([
    ['GrantedAccess', 'hex'],
    ['processid', 'integer'],
    ['SourceProcessGuid', 'guid'],
    ['UtcTime', 'time'],
    ['Initiated', 'boolean'],
    ['SourceIp', 'ip'],
    ['CommandLine', 'text'],
    ['Whatever', 'text'],
  ])('%s is %s', (name, type) => expect(fieldType(name)).toBe(type));

  it.each([
    ['commandline', 'CommandLine'],
    ['SourceProcessGuid', 'SourceProcessGUID'],
    ['PROCESSGUID', 'ProcessGuid'],
    ['subjectlogonid', 'SubjectLogonId'],
    ['my.Own', 'my.Own'],
  ])('%s is spelled %s', (name, spelling) => expect(sysmonName(name)).toBe(spelling));
});
