/** Filters of templates, as Jinja2 has them (https://jinja.palletsprojects.com/en/stable/templates/#builtin-filters). */
import { isRecord } from './parameters.ts';

/** Undefined stands for what is not there. */
export type TemplateValue = unknown;
type Filter = (value: TemplateValue, args: readonly TemplateValue[]) => TemplateValue;

const filters = new Map<string, Filter>([
  ['upper', (value) => toText(value).toUpperCase()],
  ['lower', (value) => toText(value).toLowerCase()],
  ['title', (value) => toText(value).replaceAll(/\w+/g, (word) => capitalize(word))],
  ['capitalize', (value) => capitalize(toText(value))],
  ['trim', (value) => toText(value).trim()],
  ['length', (value) => lengthOf(value)],
  ['count', (value) => lengthOf(value)],
  [
    'join',
    (value, [separator]) =>
      toList(value)
        .map(toText)
        .join(toText(separator ?? '')),
  ],
  ['first', (value) => toList(value)[0]],
  ['last', (value) => toList(value).at(-1)],
  ['default', withDefault],
  ['d', withDefault],
  ['tojson', (value, [indent]) => toJson(value, typeof indent === 'number' ? indent : null)],
  ['replace', (value, [from, to]) => replaceText(toText(value), toText(from), toText(to))],
  ['int', (value, [otherwise]) => toNumber(value, otherwise, true)],
  ['float', (value, [otherwise]) => toNumber(value, otherwise, false)],
  ['string', (value) => toText(value)],
  ['list', (value) => toList(value)],
  ['unique', (value) => [...new Set(toList(value))]],
  ['sort', (value) => toList(value).toSorted((a, b) => compareValues(a, b))],
  [
    'reverse',
    (value) => (typeof value === 'string' ? [...value].toReversed().join('') : toList(value).toReversed()),
  ],
  ['indent', (value, [width]) => indentText(toText(value), typeof width === 'number' ? width : 4)],
  ['e', (value) => escapeHtml(toText(value))],
  ['escape', (value) => escapeHtml(toText(value))],
  ['safe', (value) => value],
]);

export const filterNames: ReadonlySet<string> = new Set(filters.keys());
const maxIndent = 100;

export function applyFilter(
  name: string,
  value: TemplateValue,
  args: readonly TemplateValue[],
): TemplateValue {
  return (filters.get(name) as Filter)(value, args);
}

/** As Python prints it. */
export function toText(value: TemplateValue): string {
  if (value === undefined) return '';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

export function toList(value: TemplateValue): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value === 'string') return [...value];
  return isRecord(value) ? Object.keys(value) : [];
}

export function isTrue(value: TemplateValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function compareValues(a: TemplateValue, b: TemplateValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [toText(a), toText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** JSON that may stand in HTML, with a space after commas and colons, keys in order. */
function toJson(value: TemplateValue, indent: number | null): string {
  const text = pythonJson(
    value ?? null,
    indent === null ? null : Math.min(Math.max(indent, 0), maxIndent),
    true,
  );
  return text
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll("'", '\\u0027');
}

/** JSON as Python writes it: `, ` and `: ` between, everything beyond ASCII escaped. */
export function pythonJson(value: unknown, indent: number | null = null, sorted = false): string {
  const write = (inner: unknown, depth: number): string => {
    if (Array.isArray(inner))
      return block(
        '[',
        ']',
        inner.map((item) => write(item, depth + 1)),
        depth,
      );
    if (isRecord(inner)) {
      const keys = sorted ? Object.keys(inner).sort() : Object.keys(inner);
      return block(
        '{',
        '}',
        keys.map((key) => `${asciiString(key)}: ${write(inner[key], depth + 1)}`),
        depth,
      );
    }
    return typeof inner === 'string' ? asciiString(inner) : (JSON.stringify(inner) ?? 'null');
  };
  const block = (open: string, close: string, items: readonly string[], depth: number): string => {
    if (items.length === 0) return open + close;
    if (indent === null) return `${open}${items.join(', ')}${close}`;
    const pad = `\n${' '.repeat(indent * (depth + 1))}`;
    return `${open}${pad}${items.join(`,${pad}`)}\n${' '.repeat(indent * depth)}${close}`;
  };
  return write(value, 0);
}

function asciiString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\x7f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function replaceText(text: string, from: string, to: string): string {
  return from === '' ? text : text.replaceAll(from, () => to);
}

function withDefault(value: TemplateValue, [otherwise, falsy]: readonly TemplateValue[]): TemplateValue {
  return value === undefined || (falsy === true && !isTrue(value)) ? (otherwise ?? '') : value;
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

function lengthOf(value: TemplateValue): number {
  return typeof value === 'string' ? [...value].length : toList(value).length;
}

function toNumber(value: TemplateValue, otherwise: TemplateValue, whole: boolean): number {
  const number = Number(typeof value === 'string' ? value.trim() || NaN : value);
  if (!Number.isFinite(number)) return typeof otherwise === 'number' ? otherwise : 0;
  return whole ? Math.trunc(number) : number;
}

function indentText(text: string, width: number): string {
  return text.replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(Math.min(Math.max(width, 0), maxIndent))}`);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&#39;')
    .replaceAll('"', '&#34;');
}
