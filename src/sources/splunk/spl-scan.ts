/**
 * Where the commands of a search are, without knowing what they mean: behind pipes, at the beginning and at the
 * beginning of subsearches, outside of quotes and comments. The arguments of a macro count as search, because the
 * macro may put them anywhere.
 * https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/introduction/understanding-spl-syntax
 */
export interface SplCommand {
  /** In lower case. */
  readonly name: string;
  readonly at: number;
  /** Depth of subsearches. */
  readonly depth: number;
  /** What follows, up to the next command. */
  readonly rest: string;
}

export interface SplScan {
  readonly commands: readonly SplCommand[];
  /** Names of macros, which stand for text that only the server knows. */
  readonly macros: readonly string[];
  /** Where the search begins, behind blanks and comments. */
  readonly begin: number;
  /** A quote, comment or macro that is not closed. */
  readonly problem: string | null;
}

export interface SplScanOptions {
  /** Whether a backslash takes the meaning from the sign behind it. */
  readonly escapes?: boolean;
}

const comment = '```';
const word = /[\p{L}\p{N}_-]+/uy;

export function scanSpl(text: string, { escapes = true }: SplScanOptions = {}): SplScan {
  const found: { name: string; at: number; depth: number; end: number }[] = [];
  const macros: string[] = [];
  let begin = -1;
  let problem: string | null = null;
  let expected = true;
  let inMacro = false;
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const sign = text[at] as string;
    if (!inMacro && text.startsWith(comment, at)) {
      const end = text.indexOf(comment, at + 3);
      if (end < 0) problem = 'a comment that is not closed';
      at = end < 0 ? text.length : end + 3;
      continue;
    }
    if (/\s/u.test(sign)) {
      at++;
      continue;
    }
    if (begin < 0) begin = at;
    if (sign === '\\' && escapes) at += 2;
    else if (sign === '"') {
      const end = closingQuote(text, at + 1, escapes);
      if (end < 0) problem = 'a quote that is not closed';
      // No command is quoted, but a reader that is more lenient than we know may take one for a command.
      if (expected)
        found.push({
          name: text
            .slice(at + 1, end)
            .trim()
            .toLowerCase(),
          at,
          depth,
          end,
        });
      expected = false;
      at = end < 0 ? text.length : end + 1;
    } else if (sign === '`') {
      if (!inMacro) macros.push((/^[^`(]*/.exec(text.slice(at + 1, at + 201))?.[0] ?? '').trim());
      inMacro = !inMacro;
      expected = false;
      at++;
    } else if (sign === '|' || sign === '[') {
      if (sign === '[') depth++;
      expected = true;
      at++;
    } else if (sign === ']') {
      depth = Math.max(0, depth - 1);
      expected = false;
      at++;
    } else {
      word.lastIndex = at;
      const name = word.exec(text)?.[0] ?? sign;
      if (expected) found.push({ name: name.toLowerCase(), at, depth, end: at + name.length });
      expected = false;
      at += name.length;
    }
  }
  if (inMacro) problem ??= 'a macro that is not closed';
  const commands = found.map(({ name, at: from, depth: level, end }, index) => {
    return { name, at: from, depth: level, rest: text.slice(end, found[index + 1]?.at ?? text.length) };
  });
  return { commands, macros, begin: begin < 0 ? text.length : begin, problem };
}

function closingQuote(text: string, from: number, escapes: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && escapes) at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}
