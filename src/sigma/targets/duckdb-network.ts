/** Whether a text in DuckDB is an address within a network. */
import type { Network } from '../network.ts';

/** `text`: an expression. */
export function networkMatch(text: string, network: Network): string {
  return network.bytes.length === 4 ? v4Match(text, network) : v6Match(text, network);
}

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

/** IPv4: the octets that are known, then any; the one that is cut is listed. */
function v4Match(text: string, { bytes, bits }: Network): string {
  const known = Math.floor(bits / 8);
  const octets = Array.from(bytes.subarray(0, known), String);
  const rest = bits % 8;
  if (rest > 0) {
    const first = bytes[known] as number;
    octets.push(`(${Array.from({ length: 2 ** (8 - rest) }, (_, i) => first + i).join('|')})`);
  }
  while (octets.length < 4) octets.push(octet);
  return `regexp_full_match(trim(${text}), '${octets.join('\\.')}')`;
}

/** IPv6: the address written out to 32 digits, of which the first are compared. */
function v6Match(text: string, { bytes, bits }: Network): string {
  const address = `split_part(lower(trim(${text})), '%', 1)`;
  const half = (side: 1 | 2): string =>
    `array_to_string(list_transform(list_filter(string_split(split_part(${address}, '::', ${side}), ':'), ` +
    "lambda g: g <> ''), lambda g: lpad(g, 4, '0')), '')";
  const isAddress = `regexp_full_match(${address}, '(([0-9a-f]{1,4}:){7}|(([0-9a-f]{1,4}:){1,7}|:):([0-9a-f]{1,4}:){0,6})([0-9a-f]{1,4})?')`;
  if (bits === 0) return isAddress;
  const digits = Math.ceil(bits / 4);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
  const last = parseInt(hex.at(-1) as string, 16) + 2 ** (digits * 4 - bits) - 1;
  const written = `left(${half(1)} || repeat('0', 32 - length(${half(1)}) - length(${half(2)})) || ${half(2)}, ${digits})`;
  return `(${isAddress} AND ${written} BETWEEN '${hex}' AND '${hex.slice(0, -1)}${last.toString(16)}')`;
}
