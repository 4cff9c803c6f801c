/** From a rule's log source to the selectors of events it looks at, by the table and the user's additions. */
import { readFileSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { parseYaml } from '../sigma/index.ts';
import type { LogSource } from '../sigma/index.ts';
import { logSourceTable, type EventSelector, type LogSourceTable } from './logsource-table.ts';

/** `auto`: Sysmon and Security-audit variants of a category; `raw`: every rule sees every event. */
export type LogSourceMode = 'auto' | 'sysmon' | 'audit' | 'raw';

/** The selectors of a rule: it looks at events that any of them selects. Null: the table does not know it. */
export function routesOf(
  source: LogSource,
  mode: LogSourceMode,
  table: LogSourceTable,
): EventSelector[] | null {
  if (mode === 'raw') return [{}];
  const product = source.product?.toLowerCase() ?? '*';
  const category = lookup(table.categories, product, source.category);
  const service = lookup(table.services, product, source.service);
  if ((source.category && !category) || (source.service && !service)) {
    // A service that the table knows is enough when the category adds nothing it knows, and the other way round.
    if (!category && !service) return null;
  }
  const selectors =
    category && service ? cross(category, service) : (category ?? service ?? ownOf(table.products, product));
  if (!selectors) return null;
  return mode === 'auto' ? [...selectors] : selectors.filter((s) => !s.variant || s.variant === mode);
}

function lookup(
  table: LogSourceTable['categories'],
  product: string,
  name: string | undefined,
): readonly EventSelector[] | undefined {
  if (name === undefined) return undefined;
  const key = name.toLowerCase();
  if (product !== '*') return ownOf(ownOf(table, product), key) ?? ownOf(ownOf(table, '*'), key);
  // A rule that names no product means the category or service of any product.
  const found = Object.values(table).flatMap((names) => ownOf(names, key) ?? []);
  return found.length > 0 ? found : undefined;
}

/** Names come from rules: `constructor` is a name like any other. */
function ownOf<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Both must hold: a category within a service. */
function cross(left: readonly EventSelector[], right: readonly EventSelector[]): EventSelector[] {
  return left.flatMap((a) =>
    right.flatMap((b) => {
      const channel = both(a.channel, b.channel);
      const provider = both(a.provider, b.provider);
      const eventId = both(a.eventId, b.eventId);
      if (channel?.length === 0 || provider?.length === 0 || eventId?.length === 0) return [];
      return [
        {
          ...a,
          ...(channel && { channel }),
          ...(provider && { provider }),
          ...(eventId && { eventId }),
          ...((a.has ?? b.has) && { has: [...(a.has ?? []), ...(b.has ?? [])] }),
          ...((a.fields ?? b.fields) && { fields: { ...a.fields, ...b.fields } }),
        },
      ];
    }),
  );
}

function both<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a && b ? a.filter((item) => b.includes(item)) : (a ?? b);
}

const selectorKeys = new Set(['variant', 'channel', 'provider', 'eventId', 'has', 'fields']);

/** Reads a user's log source file and lays it over the built-in table; a source it names replaces ours. */
export function readLogSourceFile(path: string, base: LogSourceTable = logSourceTable): LogSourceTable {
  let data: unknown;
  try {
    data = parseYaml(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof HuntbookError) throw error;
    throw new HuntbookError('HB_CONFIG', `${path}: cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const fail = (where: string, what: string): never => {
    throw new HuntbookError('HB_CONFIG', `${path}: ${where}: ${what}`, {
      position: { file: path },
      hint: 'See docs/logsources.md for the shape of the file.',
    });
  };
  const map = (value: unknown, where: string): [string, unknown][] =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value)
      : fail(where, 'must be a map');
  const texts = (value: unknown, where: string): string[] => {
    const list = Array.isArray(value) ? value : [value];
    return list.every((item) => typeof item === 'string')
      ? list
      : fail(where, 'must be text or a list of text');
  };
  const oneText = (value: unknown, where: string): string =>
    typeof value === 'string' && value !== '' ? value : fail(where, 'must be the name of one field');
  const selectors = (value: unknown, where: string): EventSelector[] =>
    (Array.isArray(value) ? value : [value]).map((item, i) => {
      const at = `${where}[${i}]`;
      const selector: Record<string, unknown> = {};
      for (const [key, given] of map(item, at)) {
        if (!selectorKeys.has(key)) fail(at, `unknown key '${key}'; known: ${[...selectorKeys].join(', ')}`);
        if (key === 'variant') {
          if (given !== 'sysmon' && given !== 'audit') fail(at, `variant must be sysmon or audit`);
          selector[key] = given;
        } else if (key === 'eventId') {
          const ids = Array.isArray(given) ? given : [given];
          if (!ids.every((id) => Number.isInteger(id))) fail(at, 'eventId must be integers');
          selector[key] = ids;
        } else if (key === 'fields') {
          selector[key] = Object.fromEntries(
            map(given, at).map(([k, v]) => [k, oneText(v, `${at}.fields.${k}`)]),
          );
        } else selector[key] = texts(given, `${at}.${key}`);
      }
      return selector as EventSelector;
    });

  const categories: Record<string, Record<string, readonly EventSelector[]>> = { ...base.categories };
  const services: Record<string, Record<string, readonly EventSelector[]>> = { ...base.services };
  const products: Record<string, readonly EventSelector[]> = { ...base.products };
  for (const [part, content] of map(data, 'top level')) {
    if (part === 'products') {
      for (const [product, value] of map(content, part))
        products[product.toLowerCase()] = selectors(value, product);
    } else if (part === 'categories' || part === 'services') {
      const target = part === 'categories' ? categories : services;
      for (const [product, names] of map(content, part)) {
        const key = product.toLowerCase();
        const merged = { ...target[key] };
        for (const [name, value] of map(names, `${part}.${product}`)) {
          merged[name.toLowerCase()] = selectors(value, `${part}.${product}.${name}`);
        }
        target[key] = merged;
      }
    } else fail('top level', `unknown key '${part}'; known: categories, services, products`);
  }
  return { categories, services, products };
}
