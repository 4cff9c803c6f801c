/** Comparison of attributes of a document, or of the pipeline's state, with what a condition names. */
import { levels } from '../metadata.ts';
import type { Work } from './work.ts';

/** From least to most mature. */
const statuses = ['unsupported', 'deprecated', 'experimental', 'test', 'stable'];
const readable = new Set(
  'id name title status level description author license date modified taxonomy type'.split(' '),
);

/**
 * The attribute, or `actual` where it is null, against `wanted`; an attribute that is not there meets nothing. Numbers,
 * dates, levels and statuses have an order, other text has none: throws HB_PIPELINE_RULE, as for lists and maps.
 */
export function compareAttribute(
  work: Work,
  attribute: string | null,
  op: string,
  wanted: unknown,
  actual: unknown = attribute === null ? null : readAttribute(work, attribute),
): boolean {
  if (actual === null || actual === undefined) return false;
  if (typeof actual === 'object')
    throw work.error(
      'HB_PIPELINE_RULE',
      `${attribute ?? 'the state'} is a list or map and cannot be compared`,
    );
  if (op === 'in' || op === 'not_in') {
    const list = Array.isArray(wanted) ? wanted : [wanted];
    return list.some((value) => isSame(actual, value)) === (op === 'in');
  }
  if (op === 'eq') return isSame(actual, wanted);
  if (op === 'ne') return !isSame(actual, wanted);
  const left = rankOf(attribute, actual);
  const right = rankOf(attribute, wanted);
  if (left === null || right === null || typeof left !== typeof right) {
    throw work.error(
      'HB_PIPELINE_RULE',
      `${attribute ?? 'the state'} has no order, so that ${op} cannot be asked of it`,
    );
  }
  if (op === 'gte') return left >= right;
  if (op === 'gt') return left > right;
  return op === 'lte' ? left <= right : left < right;
}

/** Undefined when the document has no such attribute. */
function readAttribute(work: Work, attribute: string): unknown {
  const { document } = work;
  if (readable.has(attribute)) return (document as unknown as Record<string, unknown>)[attribute];
  if (Object.hasOwn(document.custom, attribute)) return document.custom[attribute];
  return Object.hasOwn(document, attribute)
    ? (document as unknown as Record<string, unknown>)[attribute]
    : null;
}

function isSame(actual: unknown, wanted: unknown): boolean {
  if (typeof actual === 'string' && typeof wanted === 'string' && isDate(actual) && isDate(wanted))
    return isoDate(actual) === isoDate(wanted);
  return actual === wanted || (typeof actual !== 'boolean' && String(actual) === String(wanted));
}

function rankOf(attribute: string | null, value: unknown): number | string | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  if (attribute === 'level' || attribute === 'status') {
    const rank = (attribute === 'level' ? levels : statuses).indexOf(value.toLowerCase());
    return rank === -1 ? null : rank;
  }
  if (isDate(value)) return isoDate(value);
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
}

function isDate(text: string): boolean {
  return /^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/.test(text);
}

function isoDate(text: string): string {
  return text
    .split(/[-/]/)
    .map((part) => part.padStart(2, '0'))
    .join('-');
}
