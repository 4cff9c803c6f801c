/**
 * Comparisons in LogQL. There is no `not`: every comparison has its opposite. A label that is missing is empty; numbers
 * and networks do not compare with it, so their opposites ask for it too.
 */
import { ANY } from '../../ast.ts';
import { unsupported } from '../dialect.ts';
import type { Spot, ValueOf, ValueWriters } from '../dialect.ts';
import { regexFor } from '../sql-regex.ts';
import { comparisonSigns, hasWildcard } from '../strings.ts';
import { label, labelPattern, quoted } from './text.ts';

export const title = 'Loki';

/** What comes before the comparisons of labels. */
export type Stage =
  /** A filter of lines: `|~ …`. */
  | { readonly line: string }
  /** A label made by a template. */
  | { readonly label: string; readonly template: string };

/** A label for a template; the same for the same template. */
export function madeLabel(kind: 'match' | 'date' | 'keyword', template: string, spot: Spot): string {
  const stages = spot.deferred as Stage[];
  const known = stages.find((stage) => 'label' in stage && stage.template === template);
  if (known !== undefined && 'label' in known) return known.label;
  const count = stages.filter((stage) => 'label' in stage && stage.label.startsWith(`${kind}_`)).length;
  const name = `${kind}_${count}`;
  stages.push({ label: name, template });
  return name;
}

const opposite = { gt: '<=', gte: '<', lt: '>=', lte: '>' } as const;
/** Go's reference time. */
const dateParts = { minute: '04', hour: '15', day: '02', month: '01', year: '2006' } as const;

export const values: ValueWriters = {
  string: (field, { parts, cased }, { negated }) => {
    const name = label(field);
    if (parts.length > 0 && parts.every((part) => part === ANY)) return `${name}${negated ? '=' : '!='}\`\``;
    if (cased && !hasWildcard(parts)) return `${name}${negated ? '!=' : '='}${quoted(parts.join(''))}`;
    return `${name}${negated ? '!~' : '=~'}${quoted(labelPattern(parts, cased))}`;
  },
  number: (field, { value }, { negated }) => {
    const name = label(field);
    // Loki compares numbers as doubles.
    if (typeof value === 'string') return `${name}${negated ? '!=' : '='}${quoted(value)}`;
    return negated ? orMissing(`${name}!=${value}`, name) : `${name}=${value}`;
  },
  bool: (field, { value }, { negated }) => `${label(field)}${negated ? '!~' : '=~'}\`(?i)^${value}$\``,
  null: (field, _, { negated }) => `${label(field)}${negated ? '!=' : '='}\`\``,
  exists: (field, { value }, { negated }) => `${label(field)}${value === negated ? '=' : '!='}""`,
  regex: (field, { source, flags }, spot) => {
    const text = re2(source, flags, spot);
    return `${label(field)}${spot.negated ? '!~' : '=~'}${quoted(`(?s:.*)(?:${text})(?s:.*)`)}`;
  },
  cidr: (field, { network }, { negated }) => {
    const name = label(field);
    return negated ? orMissing(`${name}!=ip("${network}")`, name) : `${name}=ip("${network}")`;
  },
  compare: (field, { op, value }, { negated }) => {
    const name = label(field);
    return negated
      ? orMissing(`${name}${opposite[op]}${value}`, name)
      : `${name}${comparisonSigns[op]}${value}`;
  },
  fieldref: (field, value, spot) => {
    const made = madeLabel('match', template(field, value), spot);
    return `${made}${spot.negated ? '!=' : '='}\`true\``;
  },
  timepart: (field, { unit, op, value }, spot) => {
    if (op !== 'eq' || unit === 'week') {
      throw unsupported(spot.context, title, op === 'eq' ? 'weeks' : 'comparisons of parts of times');
    }
    const made = madeLabel('date', `{{ date "${dateParts[unit]}" (unixToTime .${label(field)}) }}`, spot);
    const digits = String(value).padStart(dateParts[unit].length, '0');
    return `${made}${spot.negated ? '!=' : '='}\`${digits}\``;
  },
  query: (field, { text }, spot) => {
    if (spot.negated)
      throw unsupported(spot.context, title, 'the opposite of a query expression of a pipeline');
    return text.replaceAll('{field}', () => label(field));
  },
};

/** A regular expression of a rule as Go's. */
export function re2(source: string, flags: string, spot: Spot): string {
  const made = regexFor('re2', source, flags);
  if ('lacks' in made)
    throw unsupported(spot.context, title, `a regular expression with ${made.lacks} (RE2)`);
  return made.text;
}

function orMissing(comparison: string, name: string): string {
  return `(${comparison} or ${name}=\`\`)`;
}

/** Two missing fields are not equal. */
function template(field: string, ref: ValueOf<'fieldref'>): string {
  const { startsWith, endsWith, cased } = ref;
  const call = startsWith && endsWith ? 'contains' : startsWith ? 'hasPrefix' : endsWith ? 'hasSuffix' : 'eq';
  const [other, own] = [`.${label(ref.field)}`, `.${label(field)}`];
  const test = cased ? `${call} ${other} ${own}` : `${call} (ToLower ${other}) (ToLower ${own})`;
  return `{{ if and ${other} (${test}) }}true{{ else }}false{{ end }}`;
}
