/** Values and names that try to leave their literal, and rules that hold them. */
import fc from 'fast-check';

const signs = '"\'\\`()[]{}<>*?%_$^=!~.,:;#@&|/+- \n\t\r\0\u001b\u0085\u2028éЖ漢😀aZ09nx';

export function hostileText(): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...signs), { minLength: 1, maxLength: 12 })
    .map((chars) => chars.join(''))
    .filter((text) => text.trim() !== '');
}

/** A pipe begins a modifier. */
export function hostileName(): fc.Arbitrary<string> {
  return hostileText().filter((name) => !name.includes('|'));
}

/** Whether an expression of RE2 finds the text; JavaScript has no `\x{…}`. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/\\x\{([\da-f]+)\}/g, (_, code: string) => `\\u${code.padStart(4, '0')}`);
  return new RegExp(source, 's').test(text);
}

/** A rule with one value, which stands as it is. */
export function ruleOf(key: string, value: string): string {
  return `title: t\nlogsource: {product: windows}\ndetection:\n  sel:\n    ${JSON.stringify(key)}: ${JSON.stringify(value)}\n  condition: sel\n`;
}

/** As a rule writes a text that holds no wildcard. */
export function sigmaText(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}
