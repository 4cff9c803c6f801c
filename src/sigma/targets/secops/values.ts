/** Comparisons of the search of Google SecOps: regular expressions are RE2, and look for a part of the text. */
import { comparisonSigns } from '../strings.ts';
import { ANY } from '../../ast.ts';
import type { SigmaValue } from '../../ast.ts';
import { unsupported } from '../dialect.ts';
import type { Spot, ValueOf, ValueWriters } from '../dialect.ts';
import { regexFor } from '../sql-regex.ts';
import { alternative, enumerated, exactText, isFieldName, needsLines, quoted, slashed } from './text.ts';

export const title = 'Google SecOps';

export function column(name: string, spot: Spot): string {
  if (isFieldName(name)) return name;
  throw unsupported(
    spot.context,
    title,
    `the field name ${JSON.stringify(name)}, which is no UDM field`,
    'Use the pipeline secops_udm.',
  );
}

const opposite = { gt: '<=', gte: '<', lt: '>=', lte: '>' } as const;

/** `=`, or `!=` below `not`. */
const equals = ({ negated }: Spot): string => (negated ? '!=' : '=');

export const values: ValueWriters = {
  string: writeString,
  number: (field, { value }, spot) => `${column(field, spot)} ${equals(spot)} ${value}`,
  bool: (field, { value }, spot) => `${column(field, spot)} ${equals(spot)} ${value}`,
  null: (field, _, spot) => `${column(field, spot)} ${equals(spot)} ""`,
  exists: (field, { value }, spot) => `${column(field, spot)} ${value === spot.negated ? '=' : '!='} ""`,
  compare: (field, { op, value }, spot) =>
    `${column(field, spot)} ${(spot.negated ? opposite : comparisonSigns)[op]} ${value}`,
  regex: (field, { source, flags }, spot) => {
    const made = regexFor('re2', source, flags.replace('i', ''));
    if ('lacks' in made)
      throw unsupported(spot.context, title, `a regular expression with ${made.lacks} (RE2)`);
    return `${column(field, spot)} ${equals(spot)} ${slashed(made.text)}${flags.includes('i') ? ' nocase' : ''}`;
  },
  cidr: (field, { network }, spot) =>
    `${spot.negated ? 'NOT ' : ''}net.ip_in_range_cidr(${column(field, spot)}, "${network}")`,
  query: (field, { text }, spot) => {
    const written = text.replaceAll('{field}', () => column(field, spot));
    return spot.negated ? `NOT (${written})` : written;
  },
};

function writeString(field: string, value: ValueOf<'string'>, spot: Spot): string {
  const { parts, cased } = value;
  const start = `${column(field, spot)} ${equals(spot)} `;
  if (parts.length > 0 && parts.every((part) => part === ANY))
    return `${column(field, spot)} ${spot.negated ? '=' : '!='} ""`;
  const exact = exactText(parts);
  if (enumerated.has(field)) return start + quoted(enumValue(field, exact, spot));
  const nocase = cased ? '' : ' nocase';
  if (exact !== null) return `${start}${quoted(exact)}${nocase}`;
  return `${start}/${needsLines(parts) ? '(?s)' : ''}${alternative(parts)}/${nocase}`;
}

function enumValue(field: string, exact: string | null, spot: Spot): string {
  if (exact !== null && /^\w+$/.test(exact)) return exact.toUpperCase();
  throw unsupported(spot.context, title, `a part of a value of ${field}, which has a fixed list of values`);
}

/** Texts of one field as one expression; null where they are no texts, or differ in case. */
export function writeTexts(field: string, texts: readonly SigmaValue[], spot: Spot): string | null {
  if (enumerated.has(field)) return null;
  const first = texts[0];
  const alternatives: string[] = [];
  let lines = '';
  for (const value of texts) {
    if (value.kind !== 'string' || first?.kind !== 'string' || value.cased !== first.cased) return null;
    if (value.parts.length > 0 && value.parts.every((part) => part === ANY)) return null;
    if (needsLines(value.parts)) lines = '(?s)';
    alternatives.push(alternative(value.parts));
  }
  const nocase = first?.kind === 'string' && first.cased ? '' : ' nocase';
  return `${column(field, spot)} = /${lines}${alternatives.join('|')}/${nocase}`;
}
