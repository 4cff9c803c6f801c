/**
 * Regular expressions of rules, written for PCRE or Python, as JavaScript's: searched, not anchored.
 *
 * Differences that are translated: `.` and `$` know only \n as a line end, and `$` also stands before a final one;
 * inline flags anywhere; \A \Z \z \h \R \Q..\E; POSIX classes; named groups; atomic groups and possessive
 * quantifiers. What JavaScript cannot say (recursion, conditions, \K, \G) is an error. Groups capture only where a
 * back reference needs them. Without back references and properties the result is the same in Unicode mode.
 */
import { regexError } from './regex-error.ts';
import { RegexTranslator } from './regex-translate.ts';

const maxSource = 65_536;

/** `flags` holds any of i, m and s. Throws HB_RULE_REGEX with the offset into `source`. */
export function compileRegex(source: string, flags: string): RegExp {
  if (source.length > maxSource) throw regexError(source, `longer than ${maxSource} characters`, 0);
  const initial = { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s'), x: false };
  let translated = new RegexTranslator(source, initial, false).run();
  // Case is ignored in one part only: JavaScript before version 2025 has no flag for that, so letters are doubled.
  const mixed = translated.folded && translated.exact;
  if (mixed) translated = new RegexTranslator(source, initial, true).run();
  const jsFlags = (translated.folded && !mixed ? 'i' : '') + (translated.unicode ? 'u' : '');
  try {
    const regex = new RegExp(translated.text, jsFlags);
    // The engine compiles on first use, and refuses there what is too large.
    if (translated.counted) regex.test('');
    return regex;
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: \/.*\/\w*: /s, '') : '';
    throw regexError(source, reason || 'not valid', 0);
  }
}
