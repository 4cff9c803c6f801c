/**
 * Names and literals of KQL, the one place where they are escaped
 * (https://learn.microsoft.com/kusto/query/schema-entities/entity-names, https://learn.microsoft.com/kusto/query/scalar-data-types/string).
 */
import type { StringPart } from '../../ast.ts';
import { patternOf } from '../strings.ts';

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const path = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/;

/** Words that cannot stand for a column without quotes. */
const reserved = new Set(
  (
    'and as between by contains count datatable declare distinct endswith evaluate extend externaldata facet find ' +
    'fork getschema has hasprefix hassuffix in invoke join let limit lookup make matches mv_apply mv_expand not or ' +
    'order parse partition pattern print project range reduce render restrict sample scan search serialize set sort ' +
    'startswith summarize take to top toscalar typeof union where with true false null'
  ).split(' '),
);

/** A column. `a.b` is a path into a dynamic column, or with `flat` a column of that name. */
export function field(name: string, flat: boolean): string {
  if (plainName.test(name)) return reserved.has(name) ? `['${name}']` : name;
  if (!flat && path.test(name)) {
    const [first = '', ...rest] = name.split('.');
    return rest.reduce(
      (text, part) => text + (reserved.has(part) ? `['${part}']` : `.${part}`),
      field(first, true),
    );
  }
  return `['${escaped(name, "'")}']`;
}

export function quoted(text: string): string {
  return `"${escaped(text, '"')}"`;
}

/** A value as a regular expression (RE2 and its successor in Kusto); keywords may stand anywhere. */
export function pattern(parts: readonly StringPart[], whole: boolean): string {
  return patternOf(parts, whole, '$');
}

/** Backslash escapes as in C; a literal cannot go over a line end, so control characters are written by number. */
function escaped(text: string, quote: '"' | "'"): string {
  let out = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  if (out.includes(quote)) out = out.replaceAll(quote, `\\${quote}`);
  return control.test(out) ? out.replaceAll(controls, byNumber) : out;
}

const control = /[\p{Cc}\u2028\u2029]/u;
const controls = /[\p{Cc}\u2028\u2029]/gu;

function byNumber(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
