/**
 * Hexadecimal integers in SQL of users: `GrantedAccess & 0x1410`. DuckDB has no such literal and reads `0x1410` as
 * the number 0 with the name x1410, so that a query would be wrong without a word. They become decimal, filled up
 * with blanks to the same length, so that places in errors stay right.
 */

// What is not looked into: texts, names in quotes, dollar quotes, comments; then words, which may end in 0x.
const token =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\r\n]*|\/\*[\s\S]*?\*\/|0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*(?![\p{L}\p{N}_$])|[\p{L}\p{N}_$.]+/gu;

export function decimalLiterals(sql: string): string {
  if (!/0x/i.test(sql)) return sql;
  return sql.replace(token, (found) =>
    /^0x/i.test(found) && /^0x[0-9a-f_]+$/i.test(found)
      ? BigInt(found.replaceAll('_', '')).toString().padEnd(found.length)
      : found,
  );
}
