import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkContains, parseAddress, parseNetwork } from '../../src/sigma/index.ts';
import type { Network } from '../../src/sigma/index.ts';

const contains = (network: string, address: string): boolean => {
  const bytes = parseAddress(address);
  return bytes !== null && networkContains(parseNetwork(network) as Network, bytes);
};

describe('networks', () => {
  it('hold the addresses below their prefix', () => {
    expect(contains('10.0.0.128/25', '10.0.0.129')).toBe(true);
    expect(contains('10.0.0.128/25', '10.0.0.1')).toBe(false);
    expect(contains('0.0.0.0/0', '::1')).toBe(false);
    expect(contains('10.1.2.3', '10.1.2.3')).toBe(true);
    expect(contains('10.0.0.0/255.0.0.0', '10.200.0.1')).toBe(true);
    expect(contains('2001:db8:0:1::/64', '2001:db8::1:0:0:0:5')).toBe(true);
    expect(contains('::/0', '::ffff:10.0.0.1')).toBe(true);
    expect(contains('fe80::/10', 'fe80::1%eth0')).toBe(true);
  });

  it.each([
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '12345::',
    '::1.2.3',
    'fe80::1%',
    '',
    'x',
    '::g',
  ])('takes %j for no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '::1/64',
    '::/129',
    '10.0.0.0/8/8',
    'fe80::%1/10',
  ])('takes %j for no network', (text) => {
    expect(parseNetwork(text)).toBeTypeOf('string');
  });

  it('agree with the address lists of Node', () => {
    const check = (family: 'ipv4' | 'ipv6', size: number) =>
      fc.property(
        family === 'ipv4' ? fc.ipV4() : fc.ipV6(),
        fc.nat(size),
        fc.nat(size),
        (address, bits, flip) => {
          const bytes = parseAddress(address) as Uint8Array;
          const base = bytes.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - i * 8))));
          const format = (raw: Uint8Array): string =>
            family === 'ipv4'
              ? raw.join('.')
              : Array.from({ length: 8 }, (_, i) =>
                  (((raw[i * 2] ?? 0) << 8) | (raw[i * 2 + 1] ?? 0)).toString(16),
                ).join(':');
          const other = Uint8Array.from(bytes);
          if (flip < size) other[flip >> 3] = (other[flip >> 3] as number) ^ (0x80 >> (flip & 7));
          const list = new BlockList();
          list.addSubnet(format(base), bits, family);
          for (const text of [address, format(other)]) {
            expect(contains(`${format(base)}/${bits}`, text)).toBe(list.check(text, family));
          }
        },
      );
    fc.assert(check('ipv4', 32));
    fc.assert(check('ipv6', 128));
  });
});
