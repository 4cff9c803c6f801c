/**
 * One `<Event>` element as Windows writes it (schema of MS-EVEN6, "Event"), to the object form that event XML has
 * as JSON: attributes under `#attributes`, text beside them under `#text`, named data under their names.
 *
 * Just the XML that such exports are made of: elements, attributes, text, CDATA, comments, the five entities and
 * character references. No document types, so there is nothing to expand.
 */
type XmlObject = Record<string, unknown>;

interface Element {
  readonly name: string;
  readonly attributes: XmlObject;
  readonly children: XmlObject;
  text: string;
  hasChildren: boolean;
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const attributePattern = /([^\s=/<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Parses the text of one element. Returns null where it is not well-formed or nested deeper than `maxDepth`. */
export function parseEventXml(text: string, maxDepth: number): XmlObject | null {
  const root = elementOf('', '');
  const stack = [root];
  for (let at = 0; at < text.length;) {
    const top = stack.at(-1) as Element;
    const open = text.indexOf('<', at);
    if (open < 0) break;
    if (open > at) top.text += unescapeXml(text.slice(at, open));
    if (text.startsWith('<![CDATA[', open)) {
      const end = text.indexOf(']]>', open);
      if (end < 0) return null;
      top.text += text.slice(open + 9, end);
      at = end + 3;
    } else if (text.startsWith('<!--', open) || text[open + 1] === '?') {
      const mark = text[open + 1] === '?' ? '?>' : '-->';
      const end = text.indexOf(mark, open);
      if (end < 0) return null;
      at = end + mark.length;
    } else {
      const end = tagEnd(text, open);
      if (end < 0) return null;
      const tag = text.slice(open + 1, end);
      at = end + 1;
      if (tag.startsWith('/')) {
        const done = stack.pop() as Element;
        if (stack.length === 0 || done.name !== tag.slice(1).trim()) return null;
        attach(stack.at(-1) as Element, done);
      } else {
        const single = tag.endsWith('/');
        const body = single ? tag.slice(0, -1) : tag;
        const space = body.search(/\s/);
        const name = space < 0 ? body : body.slice(0, space);
        const element = elementOf(name, space < 0 ? '' : body.slice(space));
        if (single) attach(top, element);
        else if (stack.push(element) > maxDepth) return null;
      }
    }
  }
  return stack.length === 1 && 'Event' in root.children ? root.children : null;
}

export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g,
    (all, hex, digits, name) => {
      if (name !== undefined) return named[name as string] as string;
      const code = hex === undefined ? Number(digits) : Number.parseInt(hex as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : (all as string);
    },
  );
}

function elementOf(name: string, attributeText: string): Element {
  const attributes: XmlObject = Object.create(null) as XmlObject;
  for (const [, key, double, single] of attributeText.matchAll(attributePattern)) {
    if (key === 'xmlns' || key?.startsWith('xmlns:')) continue;
    attributes[key as string] = unescapeXml(double ?? single ?? '');
  }
  return { name, attributes, children: Object.create(null) as XmlObject, text: '', hasChildren: false };
}

/** The end of a tag: a `>` that is not in a quoted attribute. */
function tagEnd(text: string, open: number): number {
  let quote = '';
  for (let at = open + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at;
  }
  return -1;
}

function attach(parent: Element, child: Element): void {
  parent.hasChildren = true;
  const label = child.attributes['Name'];
  if ((child.name === 'Data' || child.name === 'ComplexData') && typeof label === 'string' && label !== '') {
    append(parent.children, label, child.hasChildren ? child.children : child.text);
    return;
  }
  append(parent.children, child.name, valueOf(child));
}

function valueOf(element: Element): unknown {
  const bare = Object.keys(element.attributes).length === 0;
  if (!element.hasChildren && bare) return element.text;
  const value: XmlObject = element.hasChildren ? element.children : (Object.create(null) as XmlObject);
  if (!bare) value['#attributes'] = element.attributes;
  if (!element.hasChildren && element.text !== '') value['#text'] = element.text;
  return value;
}

function append(into: XmlObject, name: string, value: unknown): void {
  const before = into[name];
  if (before === undefined) into[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else into[name] = [before, value];
}
