/** Alternatives that the reference's UDM searches leave without parentheses. */
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import { alternative } from '../../../../src/sigma/targets/secops/text.ts';
import { expansionsOf, literalText } from './expansions.ts';

/** Lists with numbers are one expression there. */
export function withoutNumberGroups(ours: string): string {
  const value = '(?:"(?:[^"\\\\]|\\\\.)*"|/(?:[^/\\\\]|\\\\.)*/|-?[\\d.]+)(?: nocase)?';
  return ours.replaceAll(
    new RegExp(`\\((([\\w@.-]+) = ${value}(?: OR \\2 = ${value})+)\\)`, 'g'),
    (all, inner: string) => (/ = -?[\d.]+(?: OR|$)/.test(inner) ? inner : all),
  );
}

/** The values of one windash as they stand there: without parentheses. */
export function withoutWindashGroups(ours: string, rule: SigmaRule): string {
  return expansionsOf(rule).reduce((text, values) => {
    for (const [operator, join] of [
      ['=', ' OR '],
      ['!=', ' AND '],
    ]) {
      const all = values.map((value) => `[\\w@.-]+ ${operator} /${literalText(alternative(value))}/ nocase`);
      const grouped = new RegExp(`(?<!\\))\\((${all.join(join)})\\)`, 'g');
      text = text.replaceAll(grouped, '$1');
    }
    return text;
  }, ours);
}
