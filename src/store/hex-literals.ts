/**
 * Hexadecimal integers in SQL of users: `GrantedAccess & 0x1410`. DuckDB has no such literal and reads `0x1410` as
 * the number 0 with the name x1410, so that a query would be wrong without a word. They become decimal, filled up
 * with blanks to the same length, so that places in errors stay right.
 */
import { HuntbookError } from '../errors.ts';
import { sqlTokens } from './sql-tokens.ts';

const hexadecimal = /^0x[0-9a-f](?:_?[0-9a-f])*$/i;

/** Throws HB_SQL for what begins as such a number and is none. */
export function decimalLiterals(sql: string): string {
  if (!/0x/i.test(sql)) return sql;
  let out = '';
  for (const { kind, text } of sqlTokens(sql))
    out += kind === 'word' && /^0x/i.test(text) ? decimal(text) : text;
  return out;
}

function decimal(text: string): string {
  if (!hexadecimal.test(text)) throw new HuntbookError('HB_SQL', `${text.slice(0, 40)} is no number`);
  return BigInt(text.replaceAll('_', '')).toString().padEnd(text.length);
}
