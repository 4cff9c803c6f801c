/**
 * Windows event XML (`<Event xmlns=...><System>...`) as Splunk and others keep it in a text field, to the nested
 * objects that evtx_dump gives, so that the event-xml shape maps both. Only what events use: elements, attributes,
 * character data, CDATA, the five entities and character references. No DTD, so no entity can grow.
 */

/** Elements nested deeper, or more elements than this, make the text no event. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 50_000;

interface Element {
  readonly name: string;
  readonly attributes: [string, string][];
  readonly children: Element[];
  text: string;
}

/** The event as `{Event: {System, EventData, ...}}`, or null when the text is not one whole `Event` element. */
export function parseEventXml(text: string): Record<string, unknown> | null {
  const root = parseElements(text);
  return root === null || root.name !== 'Event' ? null : { Event: toObject(root, 0) };
}

const tag = /<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"'/]|"[^"<]*"|'[^'<]*'|\/(?!>))*)(\/?)>/uy;
const attribute = /\s*([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy;

function parseElements(text: string): Element | null {
  const stack: Element[] = [];
  let root: Element | null = null;
  let count = 0;
  let at = 0;
  for (;;) {
    const open = text.indexOf('<', at);
    if (open < 0) return null;
    const top = stack.at(-1);
    if (top !== undefined) top.text += unescapeXml(text.slice(at, open));
    if (text.startsWith('<![CDATA[', open)) {
      const end = text.indexOf(']]>', open);
      if (end < 0) return null;
      if (top !== undefined) top.text += text.slice(open + 9, end);
      at = end + 3;
      continue;
    }
    if (text.startsWith('<!--', open) || text.startsWith('<?', open)) {
      const closing = text.startsWith('<?', open) ? '?>' : '-->';
      const end = text.indexOf(closing, open + 2);
      if (end < 0) return null;
      at = end + closing.length;
      continue;
    }
    tag.lastIndex = open;
    const found = tag.exec(text);
    if (found === null) return null;
    at = tag.lastIndex;
    const [, closing, name = '', attributes = '', empty] = found;
    if (closing === '/') {
      if (top === undefined || top.name !== name) return null;
      stack.pop();
      if (stack.length === 0) return root;
      continue;
    }
    if (++count > MAX_ELEMENTS || stack.length >= MAX_DEPTH) return null;
    const element: Element = { name, attributes: readAttributes(attributes), children: [], text: '' };
    if (top === undefined) root = element;
    else top.children.push(element);
    if (empty !== '/') stack.push(element);
    else if (top === undefined) return element;
  }
}

function readAttributes(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  attribute.lastIndex = 0;
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    pairs.push([found[1] as string, unescapeXml(found[2] ?? found[3] ?? '')]);
  }
  return pairs;
}

function toObject(element: Element, depth: number): unknown {
  const attributes = element.attributes.filter(([name]) => !(element.name === 'Data' && name === 'Name'));
  if (element.children.length === 0) {
    const text = element.text;
    if (attributes.length === 0) return text;
    const bare = text.trim() === '';
    return { '#attributes': Object.fromEntries(attributes), ...(bare ? {} : { '#text': text }) };
  }
  const members = new Map<string, unknown[]>();
  for (const child of element.children) {
    const named = child.name === 'Data' ? child.attributes.find(([name]) => name === 'Name')?.[1] : undefined;
    const name = named ?? child.name;
    const value = toObject(child, depth + 1);
    const before = members.get(name);
    if (before === undefined) members.set(name, [value]);
    else before.push(value);
  }
  const object = Object.fromEntries(
    [...members].map(([name, list]) => [name, list.length === 1 ? list[0] : list]),
  );
  if (attributes.length > 0) object['#attributes'] = Object.fromEntries(attributes);
  return object;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/giu,
    (all, decimal, hex, name) => {
      if (typeof name === 'string') return entities[name.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
