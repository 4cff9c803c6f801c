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
  /** It may ask for columns that it does not name: `*`, FROM without SELECT, a row as a value. In doubt it does. */
  readonly star: boolean;
}

const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|[eE]'(?:[^'\\]|\\.|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"((?:[^"]|"")*)(?:"|$)|\$(\w+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff$]*)|[^\s]/gsu;
/** Words that bring columns without their names. */
const bringers = new Set(
  'columns natural positional summarize describe show table pivot unpivot pivot_wider pivot_longer query query_table'.split(
    ' ',
  ),
);
/** What follows a `*` that stands for columns; after one that multiplies stands a value. */
const afterStar = new Set([
  ...', ) ;'.split(' '),
  ...'from exclude replace rename like ilike not similar where group order limit union except intersect'.split(
    ' ',
  ),
]);
/** Functions with a FROM of their own. */
const withFrom = new Set(['extract', 'trim', 'substring', 'overlay', 'position']);
/** What may follow a table and is no name for it. */
const notAlias = new Set(
  'where group order having limit offset union except intersect join inner left right full outer cross semi anti asof natural positional on using select window qualify sample tablesample pivot unpivot'.split(
    ' ',
  ),
);

export function namesInSql(sql: string): SqlNames {
  const parameters = new Set<string>();
  const words = new Set<string>();
  const tokens: string[] = [];
  for (const [text, , quoted, parameter, word] of sql.matchAll(token)) {
    if (/^(?:--|\/\*)/u.test(text)) continue;
    if (quoted !== undefined) words.add(quoted.replaceAll('""', '"'));
    else if (parameter !== undefined) parameters.add(parameter);
    else if (word !== undefined) words.add(word);
    tokens.push((quoted?.replaceAll('""', '"') ?? text).toLowerCase());
  }
  const star =
    tokens.some((text, at) => bringers.has(text) || (text === '*' && isStar(tokens, at))) ||
    hasBareFrom(tokens) ||
    usesRows(tokens);
  return { parameters: [...parameters], words, star };
}

function isStar(tokens: readonly string[], at: number): boolean {
  const before = tokens[at - 1] ?? '';
  const after = tokens[at + 1];
  if (before === '(') return !(tokens[at - 2] === 'count' && after === ')');
  return /^(?:select|distinct|all|,|\.)$/u.test(before) || after === undefined || afterStar.has(after);
}

/** A FROM without a SELECT is one of all columns. */
function hasBareFrom(tokens: readonly string[]): boolean {
  interface Level {
    from: boolean;
    select: boolean;
    readonly call: boolean;
  }
  const isBare = ({ from, select, call }: Level): boolean => from && !select && !call;
  let level: Level = { from: false, select: false, call: false };
  const above: Level[] = [];
  for (const [at, text] of tokens.entries()) {
    const before = tokens[at - 1] ?? '';
    if (text === '(') {
      above.push(level);
      level = { from: false, select: false, call: withFrom.has(before) };
    } else if (text === ')') {
      if (isBare(level)) return true;
      level = above.pop() ?? level;
    } else if (text === 'union' || text === 'except' || text === 'intersect') {
      if (isBare(level)) return true;
      level = { ...level, from: false, select: false };
    } else if (text === 'select') level.select = true;
    else if (text === 'from' && before !== 'distinct') level.from = true;
  }
  return [...above, level].some(isBare);
}

/** The name of a table or its alias where a value stands is the whole row: `SELECT e FROM events e`. */
function usesRows(tokens: readonly string[]): boolean {
  const names = new Set<string>();
  const places = new Set<number>();
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] !== 'from' && tokens[at] !== 'join') continue;
    for (let next = at + 1; ; next++) {
      if (!isWord(tokens[next])) break;
      let name = next;
      while (tokens[name + 1] === '.') name += 2;
      const alias = tokens[name + 1] === 'as' ? name + 2 : name + 1;
      const named = isWord(tokens[alias]) && !notAlias.has(tokens[alias] as string) ? alias : name;
      for (let place = next; place <= named; place++) places.add(place);
      names.add(tokens[named] as string);
      next = named + 1;
      if (tokens[next] !== ',') break;
    }
  }
  const isTable = (at: number): boolean => tokens[at + 1] === 'as' && tokens[at + 2] === '(';
  return tokens.some(
    (text, at) =>
      names.has(text) && !places.has(at) && tokens[at + 1] !== '.' && tokens[at - 1] !== '.' && !isTable(at),
  );
}

function isWord(text: string | undefined): boolean {
  return text !== undefined && /^[a-z_\u0080-\uffff]/u.test(text);
}

/** The first word of a statement, in lower case. */
export function firstWord(sql: string): string {
  for (const [text] of sql.matchAll(token)) if (!/^(?:--|\/\*)/u.test(text)) return text.toLowerCase();
  return '';
}
