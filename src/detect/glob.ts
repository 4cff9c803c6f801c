/**
 * Matching of Sigma string values with wildcards: `*` is any text, `?` is exactly one character (a surrogate
 * pair counts as one). Works on text and pattern in the same case; no regular expressions, so its time is
 * bounded by pattern x text.
 */
import { ANY, ONE, type StringPart } from '../sigma/index.ts';

/** A run between two `*`: literal pieces with `?` between them, as code units; ONE_UNIT stands for `?`. */
type Segment = readonly (string | typeof ONE)[];

export interface Glob {
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
  readonly segments: readonly Segment[];
}

/** Splits the parts of a value at its `*`. `lower` folds the literals for a match that ignores case. */
export function compileGlob(parts: readonly StringPart[], lower: boolean): Glob {
  const segments: (string | typeof ONE)[][] = [];
  let current: (string | typeof ONE)[] = [];
  for (const part of parts) {
    if (part === ANY) {
      if (current.length > 0) segments.push(current);
      current = [];
    } else if (part === ONE) current.push(ONE);
    else if (typeof part === 'string' && part !== '') current.push(lower ? part.toLowerCase() : part);
  }
  if (current.length > 0) segments.push(current);
  return { anchoredStart: parts[0] !== ANY, anchoredEnd: parts[parts.length - 1] !== ANY, segments };
}

export function matchGlob(glob: Glob, text: string): boolean {
  const { segments, anchoredStart, anchoredEnd } = glob;
  const last = segments.length - 1;
  if (last < 0) return !anchoredStart || !anchoredEnd || text === '';
  let at = 0;
  let first = 0;
  if (anchoredStart) {
    at = matchSegment(segments[0] as Segment, text, 0);
    if (at < 0) return false;
    if (last === 0 && anchoredEnd) return at === text.length;
    first = 1;
  }
  const end = anchoredEnd ? last : last + 1;
  for (let i = first; i < end; i++) {
    at = findSegment(segments[i] as Segment, text, at);
    if (at < 0) return false;
  }
  return end > last || first > last || endsWithSegment(segments[last] as Segment, text, at);
}

/** The end of the segment when it stands at `at`, or -1. */
function matchSegment(segment: Segment, text: string, at: number): number {
  for (const piece of segment) {
    if (piece === ONE) {
      if (at >= text.length) return -1;
      at += isPair(text, at) ? 2 : 1;
    } else {
      if (!text.startsWith(piece, at)) return -1;
      at += piece.length;
    }
  }
  return at;
}

/** The end of the leftmost place at or after `from` where the segment stands, or -1. */
function findSegment(segment: Segment, text: string, from: number): number {
  const head = segment[0];
  for (let at = from; at <= text.length; at++) {
    if (head !== ONE) {
      at = text.indexOf(head as string, at);
      if (at < 0) return -1;
    }
    const end = matchSegment(segment, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

function endsWithSegment(segment: Segment, text: string, from: number): boolean {
  let at = text.length;
  for (let i = segment.length - 1; i >= 0; i--) {
    const piece = segment[i] as string | typeof ONE;
    if (piece === ONE) at -= at >= 2 && isPair(text, at - 2) ? 2 : 1;
    else {
      at -= piece.length;
      if (at < 0 || !text.startsWith(piece, at)) return false;
    }
    if (at < from) return false;
  }
  return at >= from;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
