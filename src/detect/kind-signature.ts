/**
 * What rules can tell apart about a channel, a provider or an event id: values that every rule and every log source
 * treats alike have the same signature, so that events of a hundred unknown providers are one kind.
 */
import { Field, foldFieldName, type FieldTable, type Value } from '../events/index.ts';
import { atomKinds, type Atom } from './atoms.ts';
import type { EventSelector } from './logsource-table.ts';
import type { RuleSet } from './rule-set.ts';
import { SlotMatcher } from './slot.ts';

const fieldref = atomKinds.indexOf('fieldref');

export class KindSignature {
  readonly #matchers: readonly SlotMatcher[];
  readonly #named: readonly ReadonlySet<string>[];

  constructor(set: RuleSet, fields: FieldTable) {
    const selectors = set.routes.flat();
    const atoms = [Field.EventID, Field.Channel, Field.Provider_Name].map(() => new Map<number, Atom>());
    const ownField = set.stored.fields.map((name) => kindFields(name, selectors, fields));
    for (const [id, field] of set.stored.atomFields.entries()) {
      if (field < 0 || ((set.stored.atomKinds[id] as number) & 15) === fieldref) continue;
      for (const kindField of ownField[field] as readonly number[]) atoms[kindField]?.set(id, set.atom(id));
    }
    this.#matchers = atoms.map((of) => new SlotMatcher(of));
    const lower = (names: readonly (string | number)[] = []): string[] =>
      names.map((name) => String(name).toLowerCase());
    this.#named = [
      new Set(selectors.flatMap(({ eventId }) => lower(eventId))),
      new Set(selectors.flatMap(({ channel }) => lower(channel))),
      new Set(selectors.flatMap(({ provider }) => lower(provider))),
    ];
  }

  /** `field` is one of the three fields' ids. */
  of(field: number, value: Value): string {
    if (value === null) return '-';
    const text = String(value).toLowerCase();
    const named = (this.#named[field] as ReadonlySet<string>).has(text) ? text : '';
    return `${typeof value} ${named} ${(this.#matchers[field] as SlotMatcher).match(value).toSorted().join(' ')}`;
  }
}

/** Which of the three fields a rule's field may read, by itself or under another name. */
function kindFields(name: string, selectors: readonly EventSelector[], fields: FieldTable): number[] {
  const key = foldFieldName(name);
  const names = [name];
  for (const { fields: aliases = {} } of selectors) {
    for (const [from, to] of Object.entries(aliases)) if (foldFieldName(from) === key) names.push(to);
  }
  return names.map((each) => fields.find(each)).filter((id) => id >= 0 && id <= Field.Provider_Name);
}
