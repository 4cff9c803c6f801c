/**
 * `EventData` whose field names stand in attributes: `{"Data": [{"@Name": "Image", "#text": "C:\\..."}]}`, as tools
 * that turn XML into JSON element by element write it. Turns it into `{"Image": "C:\\..."}`.
 */

const attributeKeys = ['#attributes', '@attributes', '_attributes', 'attributes', '$'];
const textKeys = ['#text', '_', '_text', '$t', 'content'];

/** A copy of the event with named data as members; the event itself when it has none. */
export function nameData(object: Record<string, unknown>): Record<string, unknown> {
  const holder = isObject(object['Event']) ? object['Event'] : object;
  const data = holder['EventData'];
  if (!isObject(data) || data['Data'] === undefined) return object;
  const members = new Map<string, unknown[]>();
  const unnamed: unknown[] = [];
  for (const item of Array.isArray(data['Data']) ? (data['Data'] as unknown[]) : [data['Data']]) {
    const name = isObject(item) ? nameOf(item) : undefined;
    if (name === undefined) unnamed.push(item);
    else members.set(name, [...(members.get(name) ?? []), textOf(item as Record<string, unknown>)]);
  }
  if (members.size === 0) return object;
  const { Data: _, ...others } = data;
  const named = Object.fromEntries(
    [...members].map(([name, list]) => [name, list.length === 1 ? list[0] : list]),
  );
  const eventData = { ...others, ...named, ...(unnamed.length > 0 ? { Data: unnamed } : {}) };
  const event = { ...holder, EventData: eventData };
  return holder === object ? event : { ...object, Event: event };
}

function nameOf(item: Record<string, unknown>): string | undefined {
  const direct = item['@Name'];
  if (typeof direct === 'string') return direct;
  for (const key of attributeKeys) {
    const attributes = item[key];
    if (isObject(attributes) && typeof attributes['Name'] === 'string') return attributes['Name'];
  }
  return undefined;
}

function textOf(item: Record<string, unknown>): unknown {
  for (const key of textKeys) if (item[key] !== undefined) return item[key];
  return '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
