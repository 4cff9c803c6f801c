/**
 * What a search can only say after its first command: regular expressions and comparisons of fields. Where such a part
 * must hold for every result it is a command of its own (`| regex`, `| where`); elsewhere its answer is put into a field
 * that a second `| search` asks for.
 */
import type { Spot } from '../dialect.ts';
import { evalField, quoted, regexField } from './text.ts';

/** The state of one search, kept as the only item of `Spot.deferred`. */
export interface Later {
  /** Commands that make the fields `…Condition`. */
  readonly flags: string[];
  /** Commands that drop results. */
  readonly filters: string[];
  /** Names in use, by the name they are made from. */
  readonly counts: Map<string, number>;
  /** What the first search can say when there are flags; the rest is for the second. */
  leading: string;
}

export function laterOf(spot: Pick<Spot, 'deferred'>): Later {
  let later = spot.deferred[0] as Later | undefined;
  if (later === undefined) {
    later = { flags: [], filters: [], counts: new Map(), leading: '' };
    spot.deferred.push(later);
  }
  return later;
}

/** A regular expression of a rule; the text that stands for it in the search, empty where it is a command. */
export function addRegex(name: string, source: string, spot: Spot): string {
  const later = laterOf(spot);
  if (spot.required) {
    later.filters.push(`| regex ${regexField(name)}${spot.negated ? '!=' : '='}${quoted(source)}`);
    return '';
  }
  const own = evalField(name);
  // rex adds a group before those of the pattern, so that back references by number would mean another one.
  if (own !== null && /\\[1-9]/.test(source)) return addFlag(name, `match(${own}, ${quoted(source)})`, spot);
  const { match, condition } = flagNames(name, later);
  later.flags.push(
    `| rex field=${regexField(name)} ${quoted(`(?<${match}>${source})`)}`,
    `| eval ${condition}=if(isnotnull(${match}), "true", "false")`,
  );
  return `${condition}="true"`;
}

/** An eval expression whose answer the search asks for; the text that does. */
export function addFlag(name: string, test: string, spot: Spot): string {
  const later = laterOf(spot);
  const { condition } = flagNames(name, later);
  later.flags.push(`| eval ${condition}=if(${test}, "true", "false")`);
  return `${condition}="true"`;
}

/** A command that drops results. */
export function addFilter(command: string, spot: Spot): void {
  laterOf(spot).filters.push(command);
}

function flagNames(name: string, later: Later): { match: string; condition: string } {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const base = last.replaceAll(/[^A-Za-z0-9_]|^_+/g, '').replace(/^(?=\d|$)/, 'field');
  const count = (later.counts.get(base) ?? 0) + 1;
  later.counts.set(base, count);
  const number = count === 1 ? '' : String(count);
  return { match: `${base}Match${number}`, condition: `${base}Condition${number}` };
}
