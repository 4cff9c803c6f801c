/**
 * The lossless form of Sigma documents after parsing: what was written, where, and what it means.
 * Specification: https://github.com/SigmaHQ/sigma-specification (version 2.1.0). Plain data: may be stored as JSON.
 */
import type { HuntbookError } from '../errors.ts';

/** Where something stands in a rule file; lines and columns count from 1. */
export interface RulePosition {
  readonly line: number;
  readonly column: number;
}

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
  readonly definition?: string;
}

/** `*` in a string value. */
export const ANY = 0;
/** `?` in a string value: exactly one character. */
export const ONE = 1;
export interface Placeholder {
  readonly placeholder: string;
}
/** A piece of a string value: literal text, a wildcard, or a `%placeholder%` that is still to be filled. */
export type StringPart = string | typeof ANY | typeof ONE | Placeholder;

/** One value of a detection item, after its modifiers were applied. */
export type SigmaValue =
  | { readonly kind: 'string'; readonly parts: readonly StringPart[]; readonly cased: boolean }
  /** Integers beyond 2^53 are given as decimal text, so that the tree stays JSON. */
  | { readonly kind: 'number'; readonly value: number | string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** `placeholders`: with the modifier `expand`, `%name%` in the source is still to be filled. */
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly flags: string;
      readonly placeholders?: boolean;
    }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'compare'; readonly op: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: number | string }
  | { readonly kind: 'exists'; readonly value: boolean }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly startsWith: boolean;
      readonly endsWith: boolean;
      readonly cased: boolean;
    }
  /** A part of a time: `hour: 3`, in UTC; `op` is `eq` unless a comparison modifier follows. */
  | {
      readonly kind: 'timepart';
      readonly unit: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
      readonly op: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
      readonly value: number;
    };

/** A detection: maps and lists become `and` and `or`; a leaf compares one field (null: a keyword) with values. */
export type Detection =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Detection[] }
  | {
      readonly kind: 'item';
      readonly field: string | null;
      /** As written, in order. */
      readonly modifiers: readonly string[];
      readonly values: readonly SigmaValue[];
      /** `and` with the modifier `all`. */
      readonly link: 'or' | 'and';
      /** With the modifier `neq`. */
      readonly negated: boolean;
      readonly position: RulePosition;
    };

/** A condition as parsed; selectors are not resolved. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly item: Condition }
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'of'; readonly quantifier: '1' | 'all'; readonly pattern: string };

export interface SigmaRule {
  readonly kind: 'rule';
  /** Path of the file as given, and which document of it (from 0). */
  readonly path: string;
  readonly document: number;
  readonly position: RulePosition;
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
  readonly logsource: LogSource;
  readonly detections: Readonly<Record<string, Detection>>;
  readonly conditions: readonly { readonly text: string; readonly tree: Condition }[];
  /** Every key that the specification does not name, as read. */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** A document the matcher does not run yet, kept so that it can be listed. */
export interface OtherDocument {
  readonly kind: 'correlation' | 'filter';
  readonly path: string;
  readonly document: number;
  readonly position: RulePosition;
  readonly id: string | null;
  readonly name: string | null;
  readonly title: string;
  readonly source: Readonly<Record<string, unknown>>;
}

export interface ParseResult {
  readonly rules: SigmaRule[];
  readonly others: OtherDocument[];
  /** One error per document that could not be read, with file, line and column in `position`. */
  readonly errors: HuntbookError[];
}

/** What a condition means: selectors resolved, items split into single comparisons. */
export type Expression =
  | { readonly op: 'and' | 'or'; readonly items: readonly Expression[] }
  | { readonly op: 'not'; readonly item: Expression }
  | { readonly op: 'match'; readonly field: string | null; readonly value: SigmaValue };
