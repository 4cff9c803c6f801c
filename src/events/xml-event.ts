/**
 * Windows event XML (schema of MS-EVEN6, "Event"), as exports and text fields of Splunk have it, to the nested
 * objects that evtx_dump gives, so that the event-xml shape maps both: attributes under `#attributes`, text beside
 * them under `#text`, `Data` with a name under that name.
 *
 * Only what events use: elements, attributes, character data, CDATA, comments, the five entities and character
 * references. Text with a document type is refused, so no entity can grow.
 */

/** More elements than this make the text no event. */
const MAX_ELEMENTS = 50_000;

/** A member of an object under construction; a name that occurs more than once has a list. */
type Members = Map<string, unknown[]>;

interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly members: Members;
  text: string;
}

// The name ends where an attribute can begin, or a long name without end would be tried at every length.
const tag = /<(\/?)([A-Za-z_][\w.:-]*)(?=[\s/>])((?:[^<>"'/]|"[^"<]*"|'[^'<]*'|\/(?!>))*)(\/?)>/uy;
const attribute = /\s*([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy;

/**
 * The event as `{Event: {System, EventData, ...}}`, or null when the text does not start with one whole `Event`
 * element, or that is nested deeper than `maxDepth`.
 */
export function parseEventXml(text: string, maxDepth = 64): Record<string, unknown> | null {
  const stack: Element[] = [];
  let count = 0;
  let at = 0;
  for (;;) {
    const open = text.indexOf('<', at);
    if (open < 0) return null;
    const top = stack.at(-1);
    if (top !== undefined && open > at) top.text += unescapeXml(text.slice(at, open));
    const skipped = skip(text, open);
    if (skipped < 0) return null;
    if (skipped > 0) {
      if (top !== undefined && text.startsWith(cdata, open)) {
        top.text += text.slice(open + cdata.length, skipped - 3);
      }
      at = skipped;
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
      const parent = stack.at(-1);
      if (parent === undefined) return { Event: valueOf(top) };
      attach(parent, top);
      continue;
    }
    if (top === undefined && name !== 'Event') return null;
    if (++count > MAX_ELEMENTS || stack.length >= maxDepth) return null;
    const element: Element = { name, attributes: readAttributes(attributes), members: new Map(), text: '' };
    if (empty !== '/') stack.push(element);
    else if (top === undefined) return { Event: valueOf(element) };
    else attach(top, element);
  }
}

const cdata = '<![CDATA[';

/** The end of what opens at `open` and is no element: 0 when it is one, -1 when it has no end. */
function skip(text: string, open: number): number {
  for (const [start, stop] of [
    [cdata, ']]>'],
    ['<!--', '-->'],
    ['<?', '?>'],
  ] as const) {
    if (!text.startsWith(start, open)) continue;
    const end = text.indexOf(stop, open + start.length);
    return end < 0 ? -1 : end + stop.length;
  }
  return 0;
}

function readAttributes(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  attribute.lastIndex = 0;
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    pairs.push([found[1] as string, unescapeXml(found[2] ?? found[3] ?? '')]);
  }
  return pairs;
}

function attach(parent: Element, child: Element): void {
  const label = isData(child) ? child.attributes.find(([name]) => name === 'Name')?.[1] : undefined;
  const name = label === undefined || label === '' ? child.name : label;
  const before = parent.members.get(name);
  if (before === undefined) parent.members.set(name, [valueOf(child)]);
  else before.push(valueOf(child));
}

function isData(element: Element): boolean {
  return element.name === 'Data' || element.name === 'ComplexData';
}

function valueOf(element: Element): unknown {
  const attributes = element.attributes.filter(([name]) => !(name === 'Name' && isData(element)));
  const own = attributes.length === 0 ? {} : { '#attributes': Object.fromEntries(attributes) };
  if (element.members.size === 0) {
    if (attributes.length === 0) return element.text;
    return element.text.trim() === '' ? own : { ...own, '#text': element.text };
  }
  const members = [...element.members].map(([name, list]) => [name, list.length === 1 ? list[0] : list]);
  return { ...(Object.fromEntries(members) as object), ...own };
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text with the five entities and character references replaced; anything else behind `&` stays. */
export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/gu,
    (all, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name] as string;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
