/** What the tests of the Elastic family share: rules with hostile values, and readers of literals of their own. */
import fc from 'fast-check';

/** Any characters, with more of those that mean something somewhere. */
export function hostileText(): fc.Arbitrary<string> {
  const sign = fc.constantFrom(...'"\'`\\/*?%_()[]{}|&<>!+-=:~^#@$.,; \t\n\r\0'.split(''));
  return fc
    .array(fc.oneof(sign, sign, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((chars) => chars.join(''));
}

/** A rule that asks for exactly this text, or for it as a part; `*`, `?` and backslashes stand for themselves. */
export function ruleOf(field: string, value: string): string {
  const escaped = value.replaceAll(/[\\*?]/g, '\\$&');
  return JSON.stringify({
    title: 'Hostile',
    logsource: { product: 'windows' },
    detection: { sel: { [field]: escaped }, condition: 'sel' },
  });
}

/** The text of a literal in double quotes where a backslash escapes what `escapes` names, and else itself. */
export function readQuoted(
  query: string,
  from: number,
  escapes: (after: string) => { char: string; length: number } | null,
): { text: string; end: number } {
  let text = '';
  let at = from + 1;
  while (query[at] !== '"') {
    if (at >= query.length) throw new Error('the literal is not closed');
    const escape = query[at] === '\\' ? escapes(query.slice(at + 1)) : null;
    text += escape?.char ?? (query[at] as string);
    at += escape === null ? 1 : escape.length + 1;
  }
  return { text, end: at + 1 };
}
