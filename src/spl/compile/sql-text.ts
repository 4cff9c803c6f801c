/** How texts, names and numbers are put into SQL. Every value of a search goes through `literal`. */
import { randomBytes } from 'node:crypto';

/** A text. The parser has refused NUL, which a statement cannot hold. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function numberLiteral(value: number): string {
  return Number.isFinite(value)
    ? `${value.toString().includes('e') ? value : value.toString()}::DOUBLE`
    : 'NULL::DOUBLE';
}

const numeric = '^\\s*[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?\\s*$';

/** A text as number, NULL where it does not look like one; `nan`, `inf` and `1_000` do not. */
export function toNumber(text: string): string {
  return `TRY_CAST(NULLIF(regexp_extract(${text}, ${literal(numeric)}), '') AS DOUBLE)`;
}

/** A number as Splunk prints it: whole numbers without a point. */
export function numberText(number: string): string {
  return `printf('%.15g', ${number})`;
}

/** What names of our own begin with: fields of events can have any name, so that it must be one that nobody can know. */
export const OWN = `_${randomBytes(6).toString('hex')}`;

/** The variable of a lambda; expressions inside it are about one value of a list. */
export const ITEM = `${OWN}_item`;

/** Lambdas whose expressions say nothing but what stands here. */
export const X = `${OWN}_x`;
export const INDEX = `${OWN}_i`;
export const ALL = `${OWN}_all`;

export function anyItem(list: string, test: string): string {
  return `len(list_filter(${list}, lambda ${ITEM}: ${test})) > 0`;
}

/** Calls one of the functions of `run/functions.ts`. */
export function call(operation: string, value: string, argument: string): string {
  return `hb_spl(${literal(operation)}, ${value}, ${argument})`;
}
