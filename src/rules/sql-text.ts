/**
 * What huntbook has to know of SQL text without parsing it: the `$parameters` and the names in it, apart from what
 * stands in strings and comments (DuckDB's lexical rules, which are PostgreSQL's). What the SQL means, and whether it
 * may run, DuckDB decides.
 */

export interface SqlNames {
  /** Names after `$`, in order, each once. */
  readonly parameters: readonly string[];
  /** Identifiers and keywords, as written, quoted ones without their quotes; each once. */
  readonly words: ReadonlySet<string>;
  /** A `*` that stands for all columns. */
  readonly star: boolean;
}

const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|[eE]'(?:[^'\\]|\\.|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"((?:[^"]|"")*)(?:"|$)|\$(\w+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff$]*)|(\*)|[^\s]/gsu;

export function namesInSql(sql: string): SqlNames {
  const parameters = new Set<string>();
  const words = new Set<string>();
  let star = false;
  let before = '';
  for (const [text, , quoted, parameter, word, asterisk] of sql.matchAll(token)) {
    if (quoted !== undefined) words.add(quoted.replaceAll('""', '"'));
    else if (parameter !== undefined) parameters.add(parameter);
    else if (word !== undefined) words.add(word);
    // As a sign of multiplication it has a value before it; in count(*) it asks for no column.
    else if (asterisk !== undefined && /^(?:select|distinct|all|,|\.)$/iu.test(before)) star = true;
    if (!/^(?:--|\/\*)/u.test(text)) before = text;
  }
  return { parameters: [...parameters], words, star };
}

/** The first word of a statement, in lower case. */
export function firstWord(sql: string): string {
  for (const [text] of sql.matchAll(token)) if (!/^(?:--|\/\*)/u.test(text)) return text.toLowerCase();
  return '';
}
