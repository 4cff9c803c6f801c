/**
 * Atoms: the single comparisons that rules are made of, in a form that can be stored as JSON and shared between
 * rules. `test` is the meaning of an atom; every faster way (slot.ts, keyword-scan.ts) must agree with it.
 * An atom is tested against one value of its field; lists match if any element does; null is absence.
 */
import { HuntbookError } from '../errors.ts';
import type { Value } from '../events/index.ts';
import {
  ANY,
  compileRegex,
  networkContains,
  ONE,
  parseAddress,
  parseNetwork,
  type SigmaValue,
  type StringPart,
} from '../sigma/index.ts';
import { compileGlob, matchGlob } from './glob.ts';
import { compareNumber, readTimePart } from './number.ts';
import { boundedTest } from './regex-bound.ts';

export const atomKinds = [
  'exact',
  'contains',
  'starts',
  'ends',
  'glob',
  'regex',
  'cidr',
  'compare',
  'present',
  'fieldref',
  'timepart',
] as const;
export type AtomKind = (typeof atomKinds)[number];

/**
 * `field` null is a keyword: any value of the event. `text` is the literal of the four plain kinds, as written, and
 * the other field's name of `fieldref`; `value` is there for the kinds that need more.
 */
export interface Atom {
  readonly field: string | null;
  readonly kind: AtomKind;
  readonly text: string;
  readonly cased: boolean;
  readonly value?: SigmaValue;
}

/** The literal as it is compared. */
export function literalOf({ text, cased }: Atom): string {
  return cased ? text : text.toLowerCase();
}

export type AtomTest = (value: string | number | bigint | boolean) => boolean;

/** The atom of a comparison. `null` and `exists` both become `present`; the caller negates where needed. */
export function makeAtom(field: string | null, value: SigmaValue): Atom {
  switch (value.kind) {
    case 'string':
      return stringAtom(field, value.parts, value.cased);
    case 'number':
    case 'bool':
      return stringAtom(field, [String(value.value)], false);
    case 'null':
    case 'exists':
      return { field, kind: 'present', text: '', cased: false };
    case 'fieldref':
      return { field, kind: 'fieldref', text: value.field, cased: value.cased, value };
    case 'query':
      throw new HuntbookError(
        'HB_RULE_UNSUPPORTED',
        `text for another query language cannot be matched: ${value.text}`,
      );
    default:
      return { field, kind: value.kind, text: '', cased: true, value };
  }
}

function stringAtom(field: string | null, given: readonly StringPart[], cased: boolean): Atom {
  let parts = given.filter((part) => part !== '');
  // A keyword is found anywhere in a value.
  if (field === null) parts = [ANY, ...parts, ANY];
  parts = parts.filter((part, i) => part !== ANY || parts[i - 1] !== ANY);
  const inner = parts.filter((part) => part !== ANY);
  const stars = parts.length - inner.length;
  const atStart = parts[0] === ANY;
  const atEnd = parts.length > 1 && parts[parts.length - 1] === ANY;
  const plain = (inner.length > 0 || stars === 0) && inner.every((part) => typeof part === 'string');
  if (!plain || stars !== Number(atStart) + Number(atEnd)) {
    return { field, kind: 'glob', text: '', cased, value: { kind: 'string', parts, cased } };
  }
  const kind = atStart ? (atEnd ? 'contains' : 'ends') : atEnd ? 'starts' : 'exact';
  return { field, kind, text: inner.join(''), cased };
}

/** The slow, plain meaning of an atom for one scalar. `fieldref` is tested by the caller, who has the event. */
export function compileAtom(atom: Atom): AtomTest {
  const { kind, cased, value } = atom;
  const text = literalOf(atom);
  switch (kind) {
    case 'exact': {
      if (cased) return (v) => fold(v, true) === text;
      const key = exactKey(text);
      return (v) => exactKey(fold(v, false)) === key;
    }
    case 'contains':
      return (v) => fold(v, cased).includes(text);
    case 'starts':
      return (v) => fold(v, cased).startsWith(text);
    case 'ends':
      return (v) => fold(v, cased).endsWith(text);
    case 'glob': {
      const glob = compileGlob((value as { parts: readonly StringPart[] }).parts, !cased);
      return (v) => matchGlob(glob, fold(v, cased));
    }
    case 'regex': {
      const regex = regexOf(atom);
      return (v) => boundedTest(regex, String(v));
    }
    case 'cidr': {
      const network = parseNetwork((value as { network: string }).network);
      return (v) => {
        const address = typeof v === 'string' ? parseAddress(v.trim()) : null;
        return address !== null && typeof network !== 'string' && networkContains(network, address);
      };
    }
    case 'compare': {
      const { op, value: bound } = value as { op: 'gt' | 'gte' | 'lt' | 'lte'; value: number | string };
      return (v) => compareNumber(v, op, bound);
    }
    case 'timepart': {
      const { unit, op, value: bound } = value as Extract<SigmaValue, { kind: 'timepart' }>;
      return (v) => {
        const part = readTimePart(v, unit);
        if (part === null) return false;
        return op === 'eq' ? part === bound : compareNumber(part, op, bound);
      };
    }
    case 'present':
      return () => true;
    case 'fieldref':
      return () => false;
  }
}

/**
 * The form in which folded texts are equal: a GUID is the same with and without braces, since shippers differ (XML of
 * Windows has them, evtx_dump and huntbook's own EVTX reader do not).
 */
export function exactKey(lower: string): string {
  const braced = lower.length === 38 && lower.charCodeAt(0) === 0x7b && lower.charCodeAt(37) === 0x7d;
  return braced && guid.test(lower) ? lower.slice(1, -1) : lower;
}

const guid = /^\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/;

/** The expression of a regex atom, in JavaScript's grammar. */
export function regexOf(atom: Atom): RegExp {
  const { source, flags } = atom.value as { source: string; flags: string };
  return compileRegex(source, flags);
}

/** Tests every element of a list; null never matches. */
export function testValue(test: AtomTest, value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'object') return value.some((item) => testValue(test, item));
  return test(value);
}

export function fold(value: string | number | bigint | boolean, cased: boolean): string {
  const text = typeof value === 'string' ? value : String(value);
  return cased ? text : text.toLowerCase();
}

/** The atom as a hunter would write it, for the evidence of a finding. */
export function describeAtom(atom: Atom): string {
  const literal = atom.text.replace(/[*?]/g, '\\$&');
  switch (atom.kind) {
    case 'exact':
      return literal;
    case 'contains':
      return `*${literal}*`;
    case 'starts':
      return `${literal}*`;
    case 'ends':
      return `*${literal}`;
    case 'fieldref':
      return `= ${atom.text}`;
    default:
      return atom.value ? describeValue(atom.value) : 'present';
  }
}

const signs = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function describeValue(value: SigmaValue): string {
  switch (value.kind) {
    case 'string':
      return value.parts
        .map((part) => (part === ANY ? '*' : part === ONE ? '?' : String(part).replace(/[*?]/g, '\\$&')))
        .join('');
    case 'regex':
      return `/${value.source}/${value.flags}`;
    case 'cidr':
      return value.network;
    case 'compare':
      return `${signs[value.op]} ${value.value}`;
    case 'timepart':
      return `${value.unit} ${signs[value.op]} ${value.value}`;
    default:
      return value.kind;
  }
}
