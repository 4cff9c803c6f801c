/**
 * Entries and feeds: Atom with Splunk's `s:dict`, and the JSON that says the same. XML has `1` and `0` for booleans,
 * JSON has booleans; clients rely on both.
 */
import { jsonReply, xmlReply, type Reply } from './reply.ts';
import { xmlText } from './xml.ts';

export type Content =
  string | number | boolean | null | readonly Content[] | { readonly [name: string]: Content };

export interface Entry {
  readonly name: string;
  /** Path of the entry, without the host. */
  readonly id: string;
  readonly app?: string;
  readonly owner?: string;
  readonly links?: readonly string[];
  readonly content: Readonly<Record<string, Content>>;
}

export interface Feed {
  readonly title: string;
  readonly origin: string;
  readonly version: string;
  readonly entries: readonly Entry[];
  readonly total: number;
  readonly offset: number;
  readonly count: number;
}

const names =
  'xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"';

export function feedReply(feed: Feed, json: boolean): Reply {
  const { title, version, total, offset, count, entries } = feed;
  if (json) {
    return jsonReply({
      links: {},
      origin: feed.origin,
      updated: new Date().toISOString(),
      generator: { build: 'huntbook', version },
      entry: entries.map(entryJson),
      paging: { total, perPage: count, offset },
      messages: [],
    });
  }
  return xmlReply(
    `<feed ${names}>\n<title>${xmlText(title)}</title>\n<id>${xmlText(feed.origin)}</id>\n` +
      `<updated>${new Date().toISOString()}</updated>\n<generator build="huntbook" version="${xmlText(version)}"/>\n` +
      `<author><name>Splunk</name></author>\n<opensearch:totalResults>${total}</opensearch:totalResults>\n` +
      `<opensearch:itemsPerPage>${count}</opensearch:itemsPerPage>\n<opensearch:startIndex>${offset}</opensearch:startIndex>\n` +
      `<s:messages/>\n${entries.map((entry) => entryXml(entry, '')).join('')}</feed>\n`,
  );
}

/** The root is the entry itself in XML, and a feed of one in JSON: so are jobs answered. */
export function entryReply(entry: Entry, version: string, json: boolean): Reply {
  if (!json) return xmlReply(entryXml(entry, ` ${names}`));
  const feed = { title: entry.name, origin: entry.id, version, entries: [entry] };
  return feedReply({ ...feed, total: 1, offset: 0, count: 1 }, true);
}

function accessOf({ app = 'search', owner = 'nobody' }: Entry): Readonly<Record<string, Content>> {
  return {
    app,
    owner,
    sharing: 'global',
    can_write: false,
    modifiable: false,
    removable: false,
    perms: { read: ['*'], write: [] },
    ttl: '600',
  };
}

function entryJson(entry: Entry): unknown {
  return {
    name: entry.name,
    id: entry.id,
    updated: new Date().toISOString(),
    links: Object.fromEntries([
      ['alternate', entry.id],
      ...(entry.links ?? []).map((link) => [link, `${entry.id}/${link}`]),
    ]),
    author: entry.owner ?? 'nobody',
    acl: accessOf(entry),
    content: entry.content,
  };
}

function entryXml(entry: Entry, attributes: string): string {
  const { name, id, links = [], content } = entry;
  const rest = links.map((link) => `<link href="${xmlText(`${id}/${link}`)}" rel="${xmlText(link)}"/>\n`);
  return (
    `<entry${attributes}>\n<title>${xmlText(name)}</title>\n<id>${xmlText(id)}</id>\n` +
    `<updated>${new Date().toISOString()}</updated>\n<link href="${xmlText(id)}" rel="alternate"/>\n${rest.join('')}` +
    `<author><name>${xmlText(entry.owner ?? 'nobody')}</name></author>\n` +
    `<content type="text/xml">${contentXml({ ...content, 'eai:acl': accessOf(entry) })}</content>\n</entry>\n`
  );
}

function contentXml(value: Content): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value !== 'object') return xmlText(String(value));
  if (Array.isArray(value)) {
    return `<s:list>${value.map((item) => `<s:item>${contentXml(item as Content)}</s:item>`).join('')}</s:list>`;
  }
  const keys = Object.entries(value as Record<string, Content>);
  return `<s:dict>\n${keys.map(([name, item]) => `<s:key name="${xmlText(name)}">${contentXml(item)}</s:key>\n`).join('')}</s:dict>`;
}
