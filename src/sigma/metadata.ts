/** What rules, correlations and filters have in common: title, id, dates, tags and the rest around the logic. */
import type { LogSource } from './ast.ts';
import { isMap } from './detection.ts';
import { RuleFault, at, quote } from './fault.ts';
import type { Place } from './fault.ts';
import { YamlScalar, isCalendarDay } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

export const statuses: readonly string[] = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
export const levels: readonly string[] = ['informational', 'low', 'medium', 'high', 'critical'];
const relations = ['correlation', 'derived', 'merged', 'obsolete', 'renamed', 'similar'];
const maxTitle = 256;
const uuidPattern = /^(?:urn:)?(?:uuid:)?\{?[\dA-Fa-f]{8}-?(?:[\dA-Fa-f]{4}-?){3}[\dA-Fa-f]{12}\}?$/;

export interface Metadata {
  readonly id: string | null;
  readonly name: string | null;
  readonly title: string;
  readonly status: string | null;
  readonly level: string | null;
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly date: string | null;
  readonly modified: string | null;
  readonly taxonomy: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly fields: readonly string[];
  readonly falsepositives: readonly string[];
  readonly scope: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
}

const known = new Set(
  (
    'id name title status level description author license date modified taxonomy ' +
    'references tags fields falsepositives scope related logsource detection correlation filter action'
  ).split(' '),
);

/** Throws RuleFault at the first thing that is wrong. */
export function parseMetadata(map: YamlMap): Metadata {
  const title = text(map, 'title');
  if (title === null) throw new RuleFault('HB_RULE_INVALID', 'the rule has no title', null);
  if (title.length > maxTitle && [...title].length > maxTitle)
    invalid(`the title is longer than ${maxTitle} characters`, 'title');
  const id = text(map, 'id');
  if (id !== null && !uuidPattern.test(id)) invalid(`the id ${quote(id)} is not a UUID`, 'id');
  const name = text(map, 'name');
  if (name === '') invalid('the name is empty', 'name');
  const taxonomy = text(map, 'taxonomy');
  if (taxonomy === '') invalid('the taxonomy is empty', 'taxonomy');
  return {
    id,
    name,
    title,
    taxonomy: taxonomy ?? 'sigma',
    related: related(map),
    level: oneOf(map, 'level', levels),
    status: oneOf(map, 'status', statuses),
    date: date(map, 'date'),
    modified: date(map, 'modified'),
    fields: texts(map, 'fields'),
    falsepositives: texts(map, 'falsepositives'),
    author: text(map, 'author'),
    description: text(map, 'description'),
    references: texts(map, 'references'),
    scope: texts(map, 'scope'),
    license: text(map, 'license'),
    tags: tags(map),
  };
}

export function parseLogSource(map: YamlMap): LogSource {
  const source = own(map, 'logsource');
  if (source === undefined) throw new RuleFault('HB_RULE_INVALID', 'the rule has no log source', null);
  const place = at(null, 'logsource');
  if (!isMap(source)) throw new RuleFault('HB_RULE_INVALID', 'the log source must be a map', place);
  const result: { -readonly [Key in keyof LogSource]: string } = {};
  for (const key of ['category', 'product', 'service', 'definition'] as const) {
    const value = text(source, key, place);
    if (value !== null) result[key] = value;
  }
  if (result.category === undefined && result.product === undefined && result.service === undefined) {
    throw new RuleFault('HB_RULE_INVALID', 'the log source names no category, product or service', place);
  }
  return result;
}

/** Keys the specification does not name, as plain values. */
export function customFields(map: YamlMap): Record<string, unknown> {
  const names = Object.keys(map).filter((key) => !known.has(key));
  if (names.length === 0) return {};
  return Object.fromEntries(names.map((key) => [key, plain(own(map, key))]));
}

/** A YAML value as JSON has it; dates are text. Shared nodes stay shared. */
export function plain(value: YamlValue | undefined, seen = new Map<object, unknown>()): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (value instanceof YamlScalar) return Number.isNaN(value.value) ? null : value.value;
  if (seen.has(value)) return seen.get(value);
  const result = Array.isArray(value)
    ? value.map((item) => plain(item, seen))
    : Object.fromEntries(Object.keys(value).map((key) => [key, plain(value[key], seen)]));
  seen.set(value, result);
  return result;
}

/** The value of a key of the map itself: `constructor` is not one. */
export function own(map: YamlMap, key: string): YamlValue | undefined {
  if (!Object.hasOwn(map, key)) return undefined;
  const value = map[key];
  return value instanceof YamlScalar && value.kind === 'null' ? null : value;
}

function invalid(message: string, key: string): never {
  throw new RuleFault('HB_RULE_INVALID', message, at(null, key));
}

function text(map: YamlMap, key: string, place: Place | null = null): string | null {
  const value = own(map, key);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string')
    throw new RuleFault('HB_RULE_INVALID', `${key} must be text`, at(place, key));
  return value;
}

/** A list of texts; numbers and dates in it are taken as they are written. */
function texts(map: YamlMap, key: string): string[] {
  const value = own(map, key);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) invalid(`${key} must be a list`, key);
  if (value.every((item) => typeof item === 'string')) return value;
  return value.map((item) => (typeof item === 'string' ? item : scalarText(plain(item))));
}

function scalarText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function oneOf(map: YamlMap, key: string, choices: readonly string[]): string | null {
  const value = text(map, key);
  if (value === null) return null;
  const lower = value.toLowerCase();
  if (!choices.includes(lower)) invalid(`the ${key} ${quote(value)} is none of ${choices.join(', ')}`, key);
  return lower;
}

/** As ISO text; slashes are accepted, as older rules have them. */
function date(map: YamlMap, key: string): string | null {
  const value = own(map, key);
  if (value === undefined || value === null) return null;
  const written = value instanceof YamlScalar ? String(value.value) : value;
  if (value instanceof YamlScalar && value.kind === 'date') return written as string;
  const found =
    typeof written === 'string'
      ? (/^([1-3]\d{3})-([01]\d)-([0-3]\d)$/.exec(written) ??
        /^([1-3]\d{3})\/([01]?\d)\/([0-3]?\d)$/.exec(written))
      : null;
  if (found !== null) {
    const iso = `${found[1]}-${found[2]?.padStart(2, '0')}-${found[3]?.padStart(2, '0')}`;
    if (isCalendarDay(Number(found[1]), Number(found[2]), Number(found[3]))) return iso;
  }
  invalid(
    `the ${key} ${quote(typeof written === 'string' ? written : '')} is not a date such as 2025-01-31`,
    key,
  );
}

function tags(map: YamlMap): string[] {
  const value = own(map, 'tags');
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) invalid('tags must be a list', 'tags');
  return value.map((tag, index) => {
    if (typeof tag === 'string' && tag.includes('.')) return tag;
    const written = typeof tag === 'string' ? quote(tag) : 'that is not text';
    throw new RuleFault(
      'HB_RULE_INVALID',
      `the tag ${written} has no namespace, as attack.t1059 has`,
      at(at(null, 'tags'), index),
    );
  });
}

function related(map: YamlMap): { id: string; type: string }[] {
  const value = own(map, 'related');
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) invalid('related must be a list', 'related');
  return value.map((entry, index) => {
    const place = at(at(null, 'related'), index);
    if (!isMap(entry)) throw new RuleFault('HB_RULE_INVALID', 'related needs maps with id and type', place);
    const id = text(entry, 'id', place);
    const type = text(entry, 'type', place)?.toLowerCase() ?? null;
    if (id === null || !uuidPattern.test(id))
      throw new RuleFault('HB_RULE_INVALID', 'related needs a UUID as id', place);
    if (type === null || !relations.includes(type)) {
      throw new RuleFault('HB_RULE_INVALID', `the type of related is none of ${relations.join(', ')}`, place);
    }
    return { id, type };
  });
}
