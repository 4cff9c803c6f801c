/** Addresses and networks, IPv4 and IPv6 (RFC 4632, RFC 4291). */
import { isIP } from 'node:net';

export interface Network {
  readonly version: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `fe80::/10`; null for other texts. */
export function parseCidr(text: string): Network | null {
  const slash = text.indexOf('/');
  if (slash === -1 || !/^\d{1,3}$/.test(text.slice(slash + 1))) return null;
  const address = parseAddress(text.slice(0, slash));
  const prefix = Number(text.slice(slash + 1));
  if (address === null || prefix > (address.version === 4 ? 32 : 128)) return null;
  const shift = BigInt((address.version === 4 ? 32 : 128) - prefix);
  return { version: address.version, bits: address.bits >> shift, prefix };
}

export function isInNetwork(text: string, network: Network): boolean {
  const address = parseAddress(text);
  if (address === null || address.version !== network.version) return false;
  return address.bits >> BigInt((network.version === 4 ? 32 : 128) - network.prefix) === network.bits;
}

/** A number for each address, so that they can be ordered. */
export function parseAddress(text: string): { version: 4 | 6; bits: bigint } | null {
  const version = isIP(text);
  if (version === 4) return { version, bits: groups(text.split('.'), 10, 8n) };
  if (version !== 6) return null;
  let plain = text.replace(/%.*$/, '');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  if (dotted !== null) {
    const [a, b, c, d] = dotted.slice(2).map(Number) as [number, number, number, number];
    plain = `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return { version, bits: groups([...left, ...middle, ...right], 16, 16n) };
}

function groups(parts: readonly string[], base: 10 | 16, width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(Number.parseInt(part, base)), 0n);
}
