/**
 * What the regular expressions of Kusto do not have
 * (https://learn.microsoft.com/kusto/query/regex: no look-around, no back references, no escapes but those listed).
 */

/** Names the first construct of a pattern that Kusto refuses; null: none. */
export function missingConstruct(source: string): string | null {
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') {
      at++;
      const next = source[at] ?? '';
      if (!inClass && (/[1-9]/.test(next) || (next === 'k' && /[<{']/.test(source[at + 1] ?? '')))) {
        return 'a back reference';
      }
      if (/[cCeEGhHKNQRXZ]/.test(next)) return `\\${next}`;
    } else if (inClass) inClass = char !== ']';
    else if (char === '[') {
      inClass = true;
      if (source[at + 1] === '^') at++;
      if (source[at + 1] === ']') at++;
    } else if (char === '(' && source[at + 1] === '?') {
      const head = source.slice(at + 2, at + 4);
      if (/^(?:[=!]|<[=!])/.test(head)) return 'look-around';
      if (head.startsWith('>')) return 'an atomic group';
      if (head.startsWith('(')) return 'a condition';
      if (head === 'P=') return 'a back reference';
    } else if (char !== undefined && /[*+?}]/.test(char) && source[at + 1] === '+')
      return 'a possessive quantifier';
  }
  return null;
}

/** With signs escaped that Kusto gives a meaning within brackets: sets in sets, and operators between sets. */
export function kustoRegex(source: string): string {
  return source.replaceAll(/\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/gs, (piece) => {
    if (piece[0] !== '[') return piece;
    const head = piece[1] === '^' ? '[^' : '[';
    const inner = piece.slice(head.length);
    return (
      head +
      inner.replaceAll(/\\.|\[:\w+:\]|\[|([&~-])(?=\1)/gs, (found) =>
        found.length > 1 ? found : `\\${found}`,
      )
    );
  });
}
