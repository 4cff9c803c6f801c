/** IP addresses and networks (CIDR), version 4 and 6, as bytes. */

/** 4 or 16 bytes, or null. A zone (`fe80::1%eth0`) is ignored; parts of version 4 have no leading zeros. */
export function parseAddress(text: string): Uint8Array | null {
  if (text.length > 64) return null;
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

export interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** Returns what is wrong as text when it is not a network. */
export function parseNetwork(text: string): Network | string {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (bytes === null || text.includes('%')) return `${text} is not an IPv4 or IPv6 network`;
  const size = bytes.length * 8;
  const bits = slash === -1 ? size : prefixBits(text.slice(slash + 1), size);
  if (bits === null) return `${text} has no valid prefix length`;
  for (let bit = bits; bit < size; bit++) {
    if (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1) return `${text} has bits set beyond its prefix`;
  }
  return { bytes, bits };
}

/** Whether the address lies in the network; addresses of the other version never do. */
export function networkContains(network: Network, address: Uint8Array): boolean {
  if (address.length !== network.bytes.length) return false;
  const whole = network.bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== network.bytes[i]) return false;
  const rest = network.bits & 7;
  return rest === 0 || ((address[whole] as number) ^ (network.bytes[whole] as number)) >> (8 - rest) === 0;
}

function prefixBits(text: string, size: number): number | null {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= size ? Number(text) : null;
  const mask = size === 32 ? parseV4(text) : null;
  if (mask === null) return null;
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null;
}

function parseV4(text: string): Uint8Array | null {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (found === null) return null;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const part = found[i + 1] as string;
    const value = Number(part);
    if (value > 255 || (part.length > 1 && part[0] === '0')) return null;
    bytes[i] = value;
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | null {
  const zone = text.indexOf('%');
  let rest = zone === -1 ? text : text.slice(0, zone);
  if (zone !== -1 && zone === text.length - 1) return null;
  const tail = rest.slice(rest.lastIndexOf(':') + 1);
  if (tail.includes('.')) {
    const v4 = parseV4(tail);
    if (v4 === null) return null;
    const word = (i: number): string => (((v4[i] as number) << 8) | (v4[i + 1] as number)).toString(16);
    rest = `${rest.slice(0, rest.length - tail.length)}${word(0)}:${word(2)}`;
  }
  const halves = rest.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const head = groups[0] as string[];
  const end = groups[1] ?? [];
  const count = head.length + end.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return null;
  const bytes = new Uint8Array(16);
  const words = [...head, ...Array<string>(8 - count).fill('0'), ...end];
  for (let i = 0; i < 8; i++) {
    const word = words[i] as string;
    if (!/^[\dA-Fa-f]{1,4}$/.test(word)) return null;
    const value = parseInt(word, 16);
    bytes[i * 2] = value >> 8;
    bytes[i * 2 + 1] = value & 0xff;
  }
  return bytes;
}
