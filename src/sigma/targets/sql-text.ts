/** What SQL dialects share: names in quotes, tables, long chains, and the text of pipelines' query expressions. */
import type { Expression, SigmaValue } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Spot, Walk } from './dialect.ts';
import { valuesOfOneField } from './text-target.ts';

/** Parsers of SQL nest `a OR b OR c` as deep as it is long; SQLite refuses more than 1,000 levels. */
const longChain = 100;
const chainPiece = 50;

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const plainLowerName = /^[a-z_][a-z0-9_]*$/;

export interface NameRules {
  readonly quote: '`' | '"';
  /** In lower case. */
  readonly reserved: ReadonlySet<string>;
  /** Names with capitals are quoted, as the database folds the others to small letters. */
  readonly folds?: boolean;
}

/** A writer for names of columns; the quote is doubled within. */
export function nameWriter({ quote, reserved, folds }: NameRules): (name: string) => string {
  const plain = folds === true ? plainLowerName : plainName;
  return (name) =>
    plain.test(name) && !reserved.has(name.toLowerCase())
      ? name
      : `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}

/** `schema.table` as the user gave it, each part quoted where it must be. */
export function tableName(option: string | undefined, name: (part: string) => string): string {
  return (option ?? 'logs').split('.').map(name).join('.');
}

/** A list from words of a manual. */
export function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ''));
}

/** Splits long chains of `and` and `or` into nested ones; for the hook `node` of a dialect. */
export function splitLongChain(
  expression: Expression,
  spot: Spot,
  walk: Walk,
  /** Values of one field that the language has a list for. */
  listed: (values: readonly SigmaValue[]) => boolean = () => false,
): string | null {
  if (expression.op !== 'and' && expression.op !== 'or') return null;
  const { op, items } = expression;
  if (items.length <= longChain) return null;
  const same = op === 'or' ? valuesOfOneField(items) : null;
  if (same !== null && listed(same.values)) return null;
  const pieces: Expression[] = [];
  for (let from = 0; from < items.length; from += chainPiece) {
    pieces.push({ op, items: items.slice(from, from + chainPiece) });
  }
  return walk({ op, items: pieces }, spot);
}

/** Refuses text that holds a NUL, where the database cannot. */
export function withoutNul(text: string, spot: Spot, title: string): string {
  if (!text.includes('\0')) return text;
  throw unsupported(spot.context, title, 'text that holds the character NUL');
}

export const signs = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Whether JavaScript and any database write this text in the same small letters. */
export function foldsAlike(text: string): boolean {
  for (const char of text) {
    if (char > '\u007f' && (char.toLowerCase() !== char || char.toUpperCase() !== char)) return false;
  }
  return true;
}

const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** A GUID is the same with and without braces, as shippers differ; other text has one form. */
export function bracedForms(text: string): readonly string[] {
  const inner = text.length === 36 || text.length === 38 ? guid.exec(text)?.[1] : undefined;
  return inner === undefined ? [text] : [inner, `{${inner}}`];
}
