/**
 * What a row of Splunk says beyond its extracted fields: the event in `_raw` (event XML, JSON, or `key=value` text
 * with a message), host and channel in the metadata of the row.
 */
import { keyValueFields } from '../message.ts';
import { parseEventXml } from '../xml-event.ts';
import { collect, type FieldCollector } from './collect.ts';
import { nameData } from './named-data.ts';

const renderedProviders: Record<string, string> = {
  'Microsoft Windows security auditing.': 'Microsoft-Windows-Security-Auditing',
};

/** The row inside an export line `{"preview":false,"result":{...}}`; the object itself when it is no such line. */
export function unwrapSplunk(object: Record<string, unknown>): Record<string, unknown> {
  const result = object['result'];
  return 'preview' in object && isObject(result) ? result : object;
}

export function isSplunkRow(object: Record<string, unknown>): boolean {
  return typeof object['_raw'] === 'string' || 'EventCode' in object;
}

/** Completes the fields of a row in place: what `_raw` holds wins, because extraction makes text of everything. */
export function completeSplunk(fields: FieldCollector, row: Record<string, unknown>): void {
  const raw = row['_raw'];
  const event = typeof raw === 'string' ? parseRaw(raw) : null;
  if (event !== null) {
    const whole = collect(nameData(event));
    fields.traits |= whole.traits;
    for (const [name, entry] of whole.entries) {
      const before = fields.entries.get(name);
      if (before === undefined || entry.rank <= before.rank || entry.rank <= 0)
        fields.entries.set(name, entry);
    }
    fields.entries.delete('_raw');
  }
  const provider = fields.first('Provider_Name');
  if (typeof provider === 'string' && Object.hasOwn(renderedProviders, provider)) {
    fields.set('Provider_Name', renderedProviders[provider] as string);
  }
  if (!fields.has('Computer') && typeof row['host'] === 'string') fields.set('Computer', row['host']);
  const channel = /^(?:Xml)?WinEventLog:(.+)$/u.exec(String(row['source'] ?? row['sourcetype'] ?? ''))?.[1];
  if (!fields.has('Channel') && channel !== undefined) fields.set('Channel', channel);
}

function parseRaw(raw: string): Record<string, unknown> | null {
  const start = raw.trimStart();
  if (start.startsWith('<')) return parseEventXml(start);
  if (start.startsWith('{')) {
    try {
      const value: unknown = JSON.parse(start);
      return isObject(value) ? value : null;
    } catch {
      return null;
    }
  }
  const pairs = keyValueFields(raw);
  return pairs.length === 0 ? null : Object.fromEntries(pairs);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
