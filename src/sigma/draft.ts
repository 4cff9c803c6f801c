/** What modifiers work on: values, and encoded text whose bytes a later modifier may take. */
import type { SigmaValue, StringPart } from './ast.ts';

export type StringValue = Extract<SigmaValue, { kind: 'string' }>;
/** A scalar as a rule has it, before any modifier; text is not yet read for wildcards. */
export type WrittenValue = string | Extract<SigmaValue, { kind: 'number' | 'bool' | 'null' }>;

export interface EncodedText {
  readonly kind: 'encoded';
  readonly parts: readonly StringPart[];
  readonly cased: boolean;
  /** What Base64 encodes; null when the text had wildcards. */
  readonly bytes: Uint8Array | null;
  /** Why it cannot stand as text, or null. */
  readonly problem: string | null;
}

export type Draft = SigmaValue | EncodedText;
/** A modifier: one value, or several of which any may match. Calls `reject` when the value does not fit. */
export type Apply = (draft: Draft) => Draft | Draft[];

/** Carries the words to where the place of the value is known. */
export class Rejection extends Error {
  override name = 'Rejection';
}

export function reject(message: string): never {
  throw new Rejection(message);
}

export function describe(value: Draft | WrittenValue): string {
  if (typeof value === 'string') return 'text';
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'string':
    case 'encoded':
      return 'text';
    case 'number':
      return `the number ${value.value}`;
    case 'bool':
      return String(value.value);
    default:
      return `a value that is already ${value.kind}`;
  }
}
