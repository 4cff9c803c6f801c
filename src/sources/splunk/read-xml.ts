/**
 * Results as XML: `<results preview='0'>` with `<result>`, `<field k='name'>` and `<value><text>`; `_raw` comes as
 * `<v xml:space='preserve'>`, in which `<sg>` marks the words that were found. A stream has many such documents.
 */
import type { EngineRow } from '../engine.ts';
import { setField } from './row.ts';
import type { ResultItem, ResultReader } from './types.ts';
import { XmlTokens, type XmlHandler } from './xml-tokens.ts';

export const readXml: ResultReader = async function* (body) {
  const builder = new Builder();
  const tokens = new XmlTokens(builder);
  const decoder = new TextDecoder();
  for await (const piece of body) {
    tokens.push(decoder.decode(piece, { stream: true }));
    yield builder.take();
  }
  tokens.push(decoder.decode());
  yield builder.take();
  tokens.end();
};

class Builder implements XmlHandler {
  #items: ResultItem[] = [];
  #preview = false;
  #order: string[] | null = null;
  #row: EngineRow | null = null;
  #name: string | null = null;
  #values: string[] = [];
  #level = '';
  /** The text that is being collected; null where text is only layout. */
  #text: string | null = null;

  take(): ResultItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'results':
        this.#preview = attributes['preview'] === '1' || attributes['preview'] === 'true';
        return;
      case 'fieldOrder':
        this.#order = [];
        return;
      case 'field':
        if (this.#order) this.#text = '';
        else if (this.#row) this.#name = attributes['k'] ?? '';
        this.#values = [];
        return;
      case 'result':
        this.#row = {};
        return;
      case 'msg':
        this.#level = (attributes['type'] ?? 'INFO').toUpperCase();
        this.#text = '';
        return;
      case 'text':
      case 'v':
        if (this.#name !== null) this.#text = '';
    }
  }

  text(text: string): void {
    if (this.#text !== null) this.#text += text;
  }

  close(name: string): void {
    switch (name) {
      case 'results':
        if (!this.#preview) this.#items.push({ kind: 'last' });
        return;
      case 'fieldOrder':
        if (!this.#preview) this.#items.push({ kind: 'fields', names: this.#order ?? [] });
        this.#order = null;
        return;
      case 'field':
        if (this.#order) this.#order.push(this.#collected());
        else if (this.#row && this.#name !== null) setField(this.#row, this.#name, this.#values);
        this.#name = null;
        return;
      case 'result':
        if (this.#row && !this.#preview) this.#items.push({ kind: 'row', row: this.#row });
        this.#row = null;
        return;
      case 'msg':
        this.#items.push({ kind: 'message', level: this.#level, text: this.#collected() });
        return;
      case 'text':
      case 'v':
        if (this.#name !== null) this.#values.push(this.#collected());
    }
  }

  #collected(): string {
    const text = this.#text ?? '';
    this.#text = null;
    return text;
  }
}
