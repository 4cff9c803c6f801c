/**
 * The rules that look at one kind of event (channel, provider, event id), made ready to run: what is already known
 * from the kind is folded away, atoms are sorted by the field they read, and each rule waits for its cheapest
 * necessary atoms. Built when the first event of the kind comes.
 */
import { Field, foldFieldName, type FieldTable, type Value } from '../events/index.ts';
import { compileAtom, testValue, type Atom } from './atoms.ts';
import { foldTree, necessaryAtoms, type Tree } from './fold-tree.ts';
import { KeywordScan } from './keyword-scan.ts';
import type { EventSelector } from './logsource-table.ts';
import type { CompiledRule, RuleSet } from './rule-set.ts';
import { SlotMatcher } from './slot.ts';

/** What is the same for every event of a kind. `has` tells whether a field can be there at all. */
export interface EventKind {
  readonly channel: Value;
  readonly provider: Value;
  readonly eventId: Value;
  /** Bits of the three fields' ids: set where the event has more values of that name, so that it is not known. */
  readonly open: number;
  readonly has: (field: string) => boolean;
}

export interface ProgramRule {
  readonly rule: number;
  readonly tree: Tree;
  readonly aliases: Aliases | null;
  readonly dynamic: boolean;
}

export class Slot {
  readonly atoms = new Map<number, Atom>();
  /** Name of the event's field that is read first. */
  readonly field: string;
  readonly id: number;
  #matcher: SlotMatcher | null = null;

  constructor(field: string, id: number) {
    this.field = field;
    this.id = id;
  }

  retire(): void {
    this.#matcher = null;
  }

  match(value: Value): Int32Array {
    this.#matcher ??= new SlotMatcher(this.atoms);
    return this.#matcher.match(value);
  }
}

export type Aliases = ReadonlyMap<string, string>;

let nextSlotId = 1;

export class Program {
  readonly kind: EventKind;
  readonly rules: ProgramRule[] = [];
  /** Rules that no atom can announce. */
  readonly always: number[] = [];
  /** Local atom -> the rules that wait for it. */
  readonly waiting: (number[] | undefined)[] = [];
  /** Field id -> slots that read it. */
  readonly slotsOfField: (Slot[] | undefined)[] = [];
  readonly keywords: Slot | null;
  readonly scan: KeywordScan | null;
  readonly fieldSeen: Uint8Array;
  /** Rules of this kind that the kind itself rules out (their event id is another, say). */
  readonly excluded: number[] = [];
  events = 0;
  readonly stamps: Int32Array;
  readonly ruleStamps: Int32Array;
  serial = 0;
  readonly #set: RuleSet;
  readonly #fields: FieldTable;
  readonly #localAtoms: Atom[] = [];
  readonly #slots = new Map<string, Slot>();
  readonly #resolved = new Map<Aliases | null, Map<number, number | boolean>>();

  constructor(
    set: RuleSet,
    active: (rule: number) => boolean,
    rulesByRoute: readonly number[][],
    fields: FieldTable,
    kind: EventKind,
  ) {
    this.kind = kind;
    this.#set = set;
    this.#fields = fields;
    this.fieldSeen = new Uint8Array(fields.names.length);
    for (const [route, selectors] of set.routes.entries()) {
      const selector = selectors.find((candidate) => selects(candidate, kind));
      if (!selector) continue;
      const aliases = selector.fields
        ? new Map(Object.entries(selector.fields).map(([k, v]) => [foldFieldName(k), v]))
        : null;
      const required = fieldsToCheck(selector, kind);
      for (const rule of rulesByRoute[route] as number[]) {
        if (active(rule)) this.#addRule(set, rule, aliases, required);
      }
    }
    const keywords = this.#slots.get('') ?? null;
    this.keywords = keywords;
    this.scan = keywords ? new KeywordScan(keywords.atoms.values()) : null;
    this.stamps = new Int32Array(this.#localAtoms.length);
    this.ruleStamps = new Int32Array(this.rules.length);
  }

  /** A new number for the event at hand; stamps of other events are other numbers. */
  nextSerial(): void {
    if (this.serial === 0x7fffffff) {
      this.stamps.fill(0);
      this.ruleStamps.fill(0);
      this.serial = 0;
    }
    this.serial++;
  }

  /** Gives up what only matching needs; what coverage asks for stays. */
  retire(): this {
    for (const slots of this.slotsOfField) if (slots) for (const slot of slots) slot.retire();
    return this;
  }

  /** What an atom of a rule is here: known, or a local atom. */
  resolve(atom: number, aliases: Aliases | null): number | boolean {
    let resolved = this.#resolved.get(aliases);
    if (!resolved) this.#resolved.set(aliases, (resolved = new Map()));
    let result = resolved.get(atom);
    if (result === undefined) resolved.set(atom, (result = this.#resolve(this.#set.atom(atom), aliases)));
    return result;
  }

  localAtom(id: number): Atom {
    return this.#localAtoms[id] as Atom;
  }

  #addRule(set: RuleSet, rule: number, aliases: Aliases | null, required: readonly string[]): void {
    const compiled = set.rules[rule] as CompiledRule;
    const { eventId, open } = this.kind;
    const idKnown = (open & (1 << Field.EventID)) === 0 && !aliases?.has('eventid');
    if (idKnown && compiled.eventIds && !compiled.eventIds.includes(String(eventId).toLowerCase())) {
      this.excluded.push(rule);
      return;
    }
    const folded = foldTree(compiled.tree, (atom) => this.resolve(atom, aliases));
    if (folded === false) {
      this.excluded.push(rule);
      return;
    }
    const present = required.map((field) =>
      this.#local({ field, kind: 'present', text: '', cased: false }, foldFieldName(field), [field]),
    );
    const parts: Tree[] = folded === true ? present : [...present, folded];
    const tree: Tree = parts.length === 1 ? (parts[0] as Tree) : ['and', ...parts];
    const index = this.rules.length;
    const needed = necessaryAtoms(tree, (atom) => this.#cost(this.#localAtoms[atom] as Atom));
    this.rules.push({ rule, tree, aliases, dynamic: this.#isDynamic(tree) });
    if (!needed || needed.atoms.some((atom) => (this.#localAtoms[atom] as Atom).kind === 'fieldref'))
      this.always.push(index);
    else for (const atom of new Set(needed.atoms)) (this.waiting[atom] ??= []).push(index);
  }

  #isDynamic(tree: Tree): boolean {
    if (typeof tree === 'number') return (this.#localAtoms[tree] as Atom).kind === 'fieldref';
    return tree.some((item) => typeof item !== 'string' && this.#isDynamic(item));
  }

  #resolve(atom: Atom, aliases: Aliases | null): number | boolean {
    if (atom.field === null) return this.#local(atom, '', []);
    const field = aliases?.get(foldFieldName(atom.field)) ?? atom.field;
    const known = this.#known(field);
    if (known !== undefined && atom.kind !== 'fieldref') return testValue(compileAtom(atom), known);
    const reads = namesToRead(atom.field, aliases);
    return this.#local(atom, reads.map(foldFieldName).join('\n'), reads);
  }

  #known(field: string): Value | undefined {
    const id = this.#fields.find(field);
    if (id >= 0 && id <= Field.Provider_Name && (this.kind.open & (1 << id)) !== 0) return undefined;
    switch (id) {
      case Field.EventID:
        return this.kind.eventId;
      case Field.Channel:
        return this.kind.channel;
      case Field.Provider_Name:
        return this.kind.provider;
      default:
        return undefined;
    }
  }

  #local(atom: Atom, key: string, reads: readonly string[]): number {
    let slot = this.#slots.get(key);
    if (!slot) {
      this.#slots.set(key, (slot = new Slot(reads[0] ?? '', nextSlotId++)));
      for (const name of reads) (this.slotsOfField[this.#fields.find(name)] ??= []).push(slot);
    }
    const id = this.#localAtoms.push(atom) - 1;
    slot.atoms.set(id, atom);
    return id;
  }

  /** How often an atom is expected to hold; only the order matters. */
  #cost(atom: Atom): number {
    const length = atom.text.length;
    switch (atom.kind) {
      case 'exact':
        return length >= 8 ? 1 : length >= 5 ? 8 : 30;
      case 'contains':
        return atom.field === null ? 1 : length >= 4 ? 1 + 16 / length : 60;
      case 'ends':
      case 'starts':
        return length >= 4 ? 3 + 16 / length : 60;
      case 'glob':
        return length >= 5 ? 6 : 60;
      case 'regex':
        return 40;
      case 'cidr':
      case 'compare':
      case 'timepart':
        return 100;
      case 'present':
        return 1000;
      case 'fieldref':
        return 1e9;
    }
  }
}

/**
 * The names under which an event may have a rule's field: the one its kind has for it, and the rule's own, unless this
 * kind uses that name for something else.
 */
export function namesToRead(field: string, aliases: Aliases | null): string[] {
  const alias = aliases?.get(foldFieldName(field));
  if (!aliases || alias === undefined) return [field];
  const taken = [...aliases.values()].some((name) => foldFieldName(name) === foldFieldName(field));
  return taken ? [alias] : [alias, field];
}

/** Fields that every kind knows. */
const ofTheKind: readonly string[] = ['eventid', 'channel', 'provider_name'];

/** Whether a selector takes events of this kind, as far as the kind tells; `fieldsToCheck` is what it can not. */
export function selects(selector: EventSelector, kind: Omit<EventKind, 'open'>): boolean {
  const { channel, provider, eventId, has = [] } = selector;
  if (channel && !channel.some((name) => sameText(name, kind.channel))) return false;
  if (provider && !provider.some((name) => sameText(name, kind.provider))) return false;
  if (eventId && !eventId.includes(Number(kind.eventId ?? NaN))) return false;
  if (fieldsToCheck(selector, kind).length > 0) return true;
  const byFieldsOnly = !channel && !provider && !eventId;
  const named = kind.channel !== null || kind.provider !== null;
  return has.every((field) => {
    // A source that is known by its fields only is not one that names itself.
    if (byFieldsOnly && named && !ofTheKind.includes(foldFieldName(field))) return false;
    return kind.has(field);
  });
}

/** Fields of a selector whose presence has to be looked at event by event. */
function fieldsToCheck(selector: EventSelector, kind: Omit<EventKind, 'open'>): readonly string[] {
  const { channel, provider, eventId, has = [] } = selector;
  const named = kind.channel !== null || kind.provider !== null;
  if (!named || (!channel && !provider && !eventId)) return [];
  return has.filter((field) => !ofTheKind.includes(foldFieldName(field)));
}

function sameText(name: string, value: Value): boolean {
  return typeof value === 'string' && value.toLowerCase() === name.toLowerCase();
}
