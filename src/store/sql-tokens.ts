/**
 * SQL of users cut into tokens as DuckDB's scanner does
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html): enough to tell what is text, a comment or a name
 * in quotes from what is not. In one pass, whatever the text is: what has no end goes to the end.
 */

export type TokenKind = 'blank' | 'quoted' | 'word' | 'other';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const blank = /[\s\uFEFF]+/y;
// All that is not ASCII may be in a name.
const word = /[\w$.\u0080-\u{10FFFF}]+/uy;
const line = /--[^\r\n]*/y;
const comment = /\/\*|\*\//g;
const plain = /'(?:[^']|'')*(?:'|$)/y;
const escaped = /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)/y;
const name = /"(?:[^"]|"")*(?:"|$)/y;
const dollar = /\$(?:[A-Za-z_\u0080-\u{10FFFF}][\w\u0080-\u{10FFFF}]*)?\$/uy;

export function* sqlTokens(sql: string): Generator<Token> {
  for (let at = 0; at < sql.length;) {
    const { kind, end } = tokenAt(sql, at);
    yield { kind, text: sql.slice(at, end) };
    at = end;
  }
}

function tokenAt(sql: string, at: number): { kind: TokenKind; end: number } {
  const upTo = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(sql) ? pattern.lastIndex : -1;
  };
  const found = (kind: TokenKind, ...patterns: RegExp[]): { kind: TokenKind; end: number } | null => {
    for (const pattern of patterns) {
      const end = upTo(pattern);
      if (end > at) return { kind, end };
    }
    return null;
  };
  if (sql.startsWith('/*', at)) return { kind: 'blank', end: commentEnd(sql, at) };
  const tag = upTo(dollar);
  if (tag > at) {
    const close = sql.indexOf(sql.slice(at, tag), tag);
    return { kind: 'quoted', end: close < 0 ? sql.length : close + tag - at };
  }
  return (
    found('blank', blank, line) ??
    found('quoted', plain, escaped, name) ??
    found('word', word) ?? { kind: 'other', end: at + 1 }
  );
}

/** Comments may hold others. */
function commentEnd(sql: string, at: number): number {
  comment.lastIndex = at;
  for (let depth = 0, mark = comment.exec(sql); mark !== null; mark = comment.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return comment.lastIndex;
  }
  return sql.length;
}
