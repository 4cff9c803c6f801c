/**
 * Networks as beginnings of the addresses' text, for databases without a type for addresses. Addresses are expected in
 * their usual form: decimal without leading zeros; IPv6 as in RFC 5952.
 */
import { parseNetwork } from '../network.ts';

export interface AddressText {
  /** A whole address, or a LIKE pattern of them. */
  readonly text: string;
  readonly whole: boolean;
}

/**
 * Null for what has no such form: all of IPv4 or IPv6, and IPv6 networks that end within a group after zeros. At most
 * 128 texts, or a few more for IPv6.
 */
export function networkTexts(network: string): readonly AddressText[] | null {
  const parsed = parseNetwork(network);
  if (typeof parsed === 'string' || parsed.bits === 0) return null;
  return parsed.bytes.length === 4 ? v4Texts(parsed.bytes, parsed.bits) : v6Texts(parsed.bytes, parsed.bits);
}

/** One text for each value of the octet that the network is cut in. */
function v4Texts(bytes: Uint8Array, bits: number): AddressText[] {
  const octets = Math.ceil(bits / 8);
  const start = Array.from(bytes.subarray(0, octets - 1), (octet) => `${octet}.`).join('');
  const first = bytes[octets - 1] as number;
  const whole = octets === 4;
  return Array.from({ length: 2 ** (octets * 8 - bits) }, (_, i) => ({
    text: `${start}${first + i}${whole ? '' : '.%'}`,
    whole,
  }));
}

function v6Texts(bytes: Uint8Array, bits: number): AddressText[] | null {
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number),
  );
  if (bits === 128) return [{ text: usualV6(groups), whole: true }];
  const known = Math.floor(bits / 16);
  const rest = bits - known * 16;
  const patterns =
    rest === 0
      ? groupStarts(groups.slice(0, known))
      : cutGroup(groups.slice(0, known), groups[known] as number, rest);
  return patterns?.map((text) => ({ text: `${text}%`, whole: false })) ?? null;
}

/** How the text of addresses begins with these groups: zeros at their end may be written or left out. */
function groupStarts(groups: readonly number[]): string[] {
  let end = groups.length;
  while (end > 0 && groups[end - 1] === 0) end--;
  if (end === groups.length) return [written(groups)];
  return [written(groups), `${written(groups.slice(0, end)) || ':'}:`];
}

/** The first `bits` of a group are known; its text has no leading zeros, so its length tells what it is. */
function cutGroup(before: readonly number[], group: number, bits: number): string[] | null {
  const digits = Math.ceil(bits / 4);
  const free = 4 - digits;
  const first = group >> (4 * free);
  if (first === 0 && (before.length === 0 || before.at(-1) === 0)) return null;
  const start = written(before);
  const patterns: string[] = [];
  for (let value = first; value < first + 2 ** (digits * 4 - bits); value++) {
    if (value > 0) patterns.push(`${start}${value.toString(16)}${'_'.repeat(free)}:`);
    else {
      for (let length = 1; length <= free; length++) patterns.push(`${start}${'_'.repeat(length)}:`);
      if (free === 0) patterns.push(`${start}0:`);
      patterns.push(`${start}:`);
    }
  }
  return patterns;
}

function written(groups: readonly number[]): string {
  return groups.map((group) => `${group.toString(16)}:`).join('');
}

/** RFC 5952: the longest run of zeros, at least two, is left out. */
function usualV6(groups: readonly number[]): string {
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > best.length) best = { from, length: to - from };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.length === 1) return text(groups);
  return `${text(groups.slice(0, best.from))}::${text(groups.slice(best.from + best.length))}`;
}
