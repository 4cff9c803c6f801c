/**
 * The little XML that Splunk answers with, cut into tokens as it comes. No document types, no entities but the five of
 * XML and numeric ones, bounded depth and length: what is beyond that ends the reading.
 * https://www.w3.org/TR/xml/
 */
import { HuntbookError } from '../../errors.ts';
import { maxRowLength } from './types.ts';

export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

interface Tag {
  readonly kind: 'open' | 'empty' | 'close';
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const maxDepth = 32;
const maxTags = 1000;
/** Characters of a tag or comment; text may be as long as a row. */
const maxMarkup = 1024 * 1024;
const named: Record<string, string | undefined> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export class XmlTokens {
  readonly #handler: XmlHandler;
  readonly #path: string[] = [];
  /** What has no end yet; pieces of a long text are put together once. */
  #held: string[] = [];
  #heldLength = 0;
  #isText = true;
  /** Tags that were read already: a result has the same few again and again. */
  readonly #tags = new Map<string, Tag>();

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  push(piece: string): void {
    if (this.#isText && !piece.includes('<')) return this.#hold(piece);
    const text = this.#held.join('') + piece;
    this.#held = [];
    this.#heldLength = 0;
    let at = 0;
    for (;;) {
      const open = text.indexOf('<', at);
      if (open < 0) break;
      if (open > at) this.#text(text.slice(at, open));
      at = open;
      const end = this.#markup(text, open);
      if (end < 0) break;
      at = end;
    }
    // Text waits for the tag behind it: an entity may be cut in half.
    const rest = text.slice(at);
    if (rest.startsWith('<') && rest.length > maxMarkup)
      throw bad(`a tag is longer than ${maxMarkup} characters`);
    this.#isText = !rest.startsWith('<');
    if (rest !== '') this.#hold(rest);
  }

  #hold(piece: string): void {
    this.#held.push(piece);
    this.#heldLength += piece.length;
    if (this.#heldLength > maxRowLength) throw bad(`a text is longer than ${maxRowLength} characters`);
  }

  /** Throws when the text did not end where an element may end. */
  end(): void {
    if (this.#path.length === 0 && this.#isText) this.#text(this.#held.join(''));
    else throw new HuntbookError('HB_CUT', 'the result ends within its XML');
  }

  /** The place behind the token, or -1 when its end is not there yet. */
  #markup(text: string, at: number): number {
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end >= 0) this.#handler.text(text.slice(at + 9, end));
      return end < 0 ? -1 : end + 3;
    }
    if (text.startsWith('<!--', at)) return behind(text, '-->', at + 4);
    if (text.startsWith('<?', at)) return behind(text, '?>', at);
    if (text.startsWith('<!', at)) {
      // Not long enough yet to tell what it is.
      if (
        text.length - at < 9 &&
        ('<![CDATA['.startsWith(text.slice(at)) || '<!--'.startsWith(text.slice(at)))
      ) {
        return -1;
      }
      throw bad('it has a document type');
    }
    const end = tagEnd(text, at);
    if (end >= 0) this.#tag(text.slice(at + 1, end));
    return end < 0 ? -1 : end + 1;
  }

  #tag(text: string): void {
    let tag = this.#tags.get(text);
    if (tag === undefined) {
      tag = parseTag(text);
      if (this.#tags.size < maxTags && text.length < 100) this.#tags.set(text, tag);
    }
    const { attributes, kind, name } = tag;
    if (kind === 'close') {
      if (this.#path.pop() !== name) throw bad(`</${name.slice(0, 40)}> closes another element`);
      this.#handler.close(name);
      return;
    }
    this.#handler.open(name, attributes);
    if (kind === 'empty') this.#handler.close(name);
    else if (this.#path.push(name) > maxDepth) throw bad('nested too deeply');
  }

  #text(text: string): void {
    if (this.#path.length > 0) this.#handler.text(unescapeXml(text));
    else if (text.replace(/^\uFEFF/, '').trim() !== '')
      throw bad(`text outside: ${text.trim().slice(0, 80)}`);
  }
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

/** A tag ends at the first `>` outside of quotes. */
function tagEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === 0x3e) return at;
    if (sign !== 0x22 && sign !== 0x27) continue;
    at = text.indexOf(sign === 0x22 ? '"' : "'", at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

function parseTag(text: string): Tag {
  if (text.startsWith('/')) return { kind: 'close', name: text.slice(1).trim(), attributes: {} };
  const name = /^[\w:.-]+/.exec(text)?.[0];
  if (name === undefined) throw bad(`<${text.slice(0, 40)}> is no element`);
  const attributes = Object.create(null) as Record<string, string>;
  for (const [, key, double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes[key as string] = unescapeXml(double ?? single ?? '');
  }
  return { kind: text.endsWith('/') ? 'empty' : 'open', name, attributes };
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([^;&\s]{0,20}));?/gi,
    (whole, hex, decimal, name) => {
      const code =
        hex !== undefined ? parseInt(hex as string, 16) : decimal !== undefined ? Number(decimal) : null;
      const char =
        code === null ? named[name as string] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
      if (char === undefined || !whole.endsWith(';')) throw bad(`it has the entity ${whole.slice(0, 40)}`);
      return char;
    },
  );
}

const bad = (what: string): HuntbookError =>
  new HuntbookError('HB_SEARCH', `the server's answer is not XML that huntbook reads: ${what}`);
