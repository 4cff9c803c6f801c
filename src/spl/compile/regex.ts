/**
 * Regular expressions of Splunk (PCRE) as RE2, which DuckDB runs in linear time, or, where RE2 has no word for it
 * (look-around, back references), as JavaScript's. What neither has is refused: possessive and atomic groups,
 * recursion, conditions, `\K`, `\G`.
 */

export interface Regex {
  readonly engine: 're2' | 'js';
  readonly source: string;
  /** Flags of JavaScript. */
  readonly flags: string;
  /** Names of groups by their number, from 1; null for those without. */
  readonly groups: readonly (string | null)[];
}

/** A message where the expression cannot be run. */
export function translateRegex(pattern: string): Regex | string {
  const flagged = /^\(\?([imsx]+)\)/.exec(pattern);
  const flags = flagged?.[1] ?? '';
  const body = pattern.slice(flagged?.[0].length ?? 0);
  if (flags.includes('x')) return 'the flag x is not known';
  const engine = /\(\?(?:<?[=!]|P=)|\\[1-9]|\\k[<{']/.test(body.replaceAll(/\\\\/g, '')) ? 'js' : 're2';
  const walked = walk(body, engine, flags);
  if (typeof walked === 'string') return walked;
  const { source, groups } = walked;
  // JavaScript judges the syntax at once; RE2 would only while the search runs.
  const check = engine === 'js' ? walked : walk(body.replaceAll(/\(\?[ims-]*\)/g, ''), 'js', flags);
  try {
    if (typeof check !== 'string') new RegExp(check.source);
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(
      /^Invalid regular expression: /,
      '',
    );
  }
  if (engine === 'js') return { engine, source, flags: [...flags].sort().join(''), groups };
  return { engine, source: flags === '' ? source : `(?${flags})${source}`, flags: '', groups };
}

const posix: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

function walk(
  body: string,
  engine: 're2' | 'js',
  flags: string,
): { source: string; groups: (string | null)[] } | string {
  const js = engine === 'js';
  const groups: (string | null)[] = [];
  const token =
    /\\Q([^]*?)(?:\\E|$)|\\x\{([0-9A-Fa-f]{1,6})\}|\\([^])|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[^]|[^\]\\])*\]|\(\?P?<(?![=!])([A-Za-z_]\w*)>|\(\?P=(\w+)\)|\(\?#[^)]*\)|\(\?(?:<?[=!]|:)|\(\?([imsU]*(?:-[ims]+)?)([:)])|\(\?|\(|[*+?}]\+|\$|\.|[^]/gy;
  let out = '';
  for (const found of body.matchAll(token)) {
    const [text, verbatim, code, escape, name, back, inline, closer] = found;
    if (verbatim !== undefined) out += verbatim.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    else if (code !== undefined)
      out += `\\${js ? 'u' : 'x'}{${code}}`.replace(
        /^\\u\{(.*)\}$/,
        (_, hex: string) => `\\u${hex.padStart(4, '0').slice(-4)}`,
      );
    else if (escape !== undefined) {
      const written = escaped(escape, js);
      if (written === null) return `\\${escape} is not known`;
      out += written;
    } else if (text.startsWith('[')) out += characterClass(text, js);
    else if (name !== undefined) {
      groups.push(name);
      out += js ? `(?<${name}>` : `(?P<${name}>`;
    } else if (back !== undefined) out += `\\k<${back}>`;
    else if (text.startsWith('(?#')) continue;
    else if (inline !== undefined) {
      if (inline.includes('U')) return 'the flag U is not known';
      if (js && closer === ')') return 'flags are not known within an expression with look-around';
      out += text;
    } else if (text === '(?') return 'this kind of group is not known';
    else if (text === '(') {
      groups.push(null);
      out += text;
    } else if (/^[*+?}]\+$/.test(text)) return 'possessive quantifiers are not known';
    else if (text === '$' && !flags.includes('m')) out += js ? '(?=\\n?(?![^]))' : '(?:\\n?\\z)';
    else if (text === '.' && js && !flags.includes('s')) out += '[^\\n]';
    else out += text;
  }
  return { source: out, groups };
}

function escaped(letter: string, js: boolean): string | null {
  switch (letter) {
    case 'h':
      return '[ \\t]';
    case 'R':
      return '(?:\\r\\n|\\n|\\r)';
    case 'A':
      return js ? '(?<![^])' : '\\A';
    case 'z':
      return js ? '(?![^])' : '\\z';
    case 'Z':
      return js ? '(?=\\n?(?![^]))' : '(?:\\n?\\z)';
    case 'e':
      return '\\x1b';
    case 'a':
      return '\\x07';
    case 'K':
    case 'G':
    case 'X':
    case 'C':
    case 'H':
    case 'N':
    case 'V':
    case 'g':
    case 'E':
      return null;
    default:
      // RE2 refuses letters that mean nothing; PCRE reads them as themselves.
      return /[A-Za-z]/.test(letter) && !/[bBdDfnrsStvwWxkpPu]/.test(letter) ? letter : `\\${letter}`;
  }
}

function characterClass(text: string, js: boolean): string {
  const inner = text.replaceAll('\\h', ' \\t').replaceAll('\\e', '\\x1b');
  if (!js) return inner;
  // `[]a]` and `[^]a]` hold the bracket in PCRE.
  return inner
    .replaceAll(/\[:([a-z]+):\]/g, (whole, name: string) => posix[name] ?? whole)
    .replace(/^(\[\^?)\]/, '$1\\]');
}
