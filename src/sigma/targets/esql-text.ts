/** Names and literals of ES|QL. */

const plainName = /^(?:[A-Za-z]|_(?=\w))\w*(?:\.(?:[A-Za-z]|_(?=\w))\w*)*$/;
const reserved = new Set(
  'and as asc by desc false first in is last like not null nulls on or rlike true where with'.split(' '),
);

export function esqlField(name: string): string {
  const plain = plainName.test(name) && !name.split('.').some((part) => reserved.has(part.toLowerCase()));
  return plain ? name : `\`${name.replaceAll('`', '``')}\``;
}

export function esqlString(text: string): string {
  const escaped = text
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

export function esqlIndex(pattern: string): string {
  return /^[\w*.,:<>-]+$/.test(pattern) ? pattern : esqlString(pattern);
}
