/** Reading keys of the section `correlation`, and saying what is wrong with them. */
import { RuleFault, at } from './fault.ts';
import type { Place } from './fault.ts';
import { own } from './metadata.ts';
import type { YamlMap } from './yaml-value.ts';

export const section = at(null, 'correlation');

/** A text or a list of texts. */
export function textList(source: YamlMap, key: string): string[] | undefined {
  const value = own(source, key) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    fail(`${key} must be text or a list of texts`, key);
  return value as string[];
}

export function fail(message: string, key?: string, hint?: string): never {
  failAt(message, key === undefined ? section : at(section, key), hint);
}

export function failAt(message: string, place: Place, hint?: string): never {
  throw new RuleFault('HB_RULE_INVALID', `correlation: ${message}`, place, { hint });
}
