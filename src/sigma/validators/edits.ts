/** The small changes that fixes are made of. */
import type { DocumentSource, SourceEntry } from './source.ts';
import type { TextEdit } from './types.ts';

/** Takes out the whole line of a list entry. */
export function removeEntry(source: DocumentSource, entry: SourceEntry): TextEdit {
  const end = Math.min(entry.lineEnd + 1, source.text.length);
  return { start: entry.lineStart, end, text: '' };
}

/** Other text for a scalar that is written without escapes; keeps its quotes. Null when it is not safe. */
export function replaceScalar(
  source: DocumentSource,
  scalar: { readonly start: number; readonly end: number },
  from: string,
  to: string,
): TextEdit | null {
  const { text } = source;
  const quoted = text[scalar.start] === "'" || text[scalar.start] === '"';
  const start = scalar.start + (quoted ? 1 : 0);
  const end = scalar.end - (quoted ? 1 : 0);
  return text.slice(start, end) === from ? { start, end, text: to } : null;
}
