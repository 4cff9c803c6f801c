/**
 * Results as JSON: the document of a page of results, or the stream of `export` with an object for each row, of which
 * the last of the final result says `lastrow`.
 * https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.0/export-search-results
 */
import { HuntbookError } from '../../errors.ts';
import { JsonParts, type JsonPart } from './json-parts.ts';
import { rowOfJson } from './row.ts';
import type { ResultItem, ResultReader } from './types.ts';

export const readJson: ResultReader = async function* (body) {
  const parts = new JsonParts();
  const decoder = new TextDecoder();
  const builder = new Builder();
  for await (const piece of body) yield builder.add(parts.push(decoder.decode(piece, { stream: true })));
  yield builder.add(parts.push(decoder.decode()));
  if (!parts.whole) throw new HuntbookError('HB_CUT', 'the result ends within its JSON');
};

class Builder {
  #preview = false;
  #last = false;
  #result: unknown = null;

  add(parts: readonly JsonPart[]): ResultItem[] {
    const items: ResultItem[] = [];
    for (const part of parts) {
      if (part.kind === 'close') this.#close(items);
      else if (part.kind === 'element') this.#row(part.value, items);
      else this.#member(part.key, part.value, items);
    }
    return items;
  }

  #member(key: string, value: unknown, items: ResultItem[]): void {
    if (key === 'preview') this.#preview = value === true || value === 1 || value === '1';
    else if (key === 'lastrow') this.#last = value === true;
    else if (key === 'result') this.#result = value;
    else if (key === 'fields') items.push({ kind: 'fields', names: fieldNames(value) });
    else if (key === 'messages') items.push(...messagesOf(value));
  }

  #row(value: unknown, items: ResultItem[]): void {
    if (this.#preview || !isObject(value)) return;
    items.push({ kind: 'row', row: rowOfJson(value) });
  }

  #close(items: ResultItem[]): void {
    this.#row(this.#result, items);
    if (this.#last && !this.#preview) items.push({ kind: 'last' });
    this.#preview = this.#last = false;
    this.#result = null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldNames(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((field: unknown) => (isObject(field) ? field['name'] : field))
    .filter((name) => typeof name === 'string');
}

/** `[{type, text}]` of answers and newer jobs, `{warn: [text]}` of older jobs. */
export function messagesOf(value: unknown): Extract<ResultItem, { kind: 'message' }>[] {
  const found: Extract<ResultItem, { kind: 'message' }>[] = [];
  const add = (level: unknown, text: unknown): void => {
    if (typeof text === 'string') found.push({ kind: 'message', level: String(level).toUpperCase(), text });
  };
  if (Array.isArray(value)) {
    for (const each of value) if (isObject(each)) add(each['type'] ?? 'INFO', each['text']);
  } else if (isObject(value)) {
    for (const [level, texts] of Object.entries(value)) {
      for (const text of Array.isArray(texts) ? texts : [texts]) add(level, text);
    }
  }
  return found;
}
