/**
 * Compiled rules: atoms shared between all rules, one tree a rule, and the selectors of events. Kept as a few long
 * arrays and texts, because thousands of rules are read from the cache on every start and most are never needed: an
 * atom or a tree becomes an object when a program asks for it.
 */
import type { SigmaValue } from '../sigma/index.ts';
import { atomKinds, type Atom } from './atoms.ts';
import type { StoredCorrelation } from './correlate/index.ts';
import type { Tree } from './fold-tree.ts';
import type { EventSelector } from './logsource-table.ts';
import type { RuleInfo } from './rule-info.ts';

export type { RuleInfo } from './rule-info.ts';

export interface StoredRule {
  readonly info: RuleInfo;
  /** Index into `routes`. */
  readonly route: number;
  /** The event ids of which one is needed, as text; null: any. */
  readonly eventIds: readonly string[] | null;
  /** JSON of the tree. */
  readonly tree: string;
  /** It only serves correlations: its matches are no findings. */
  readonly part?: true;
}

export interface RefusedRule {
  readonly path: string;
  readonly line: number | null;
  readonly title: string | null;
  readonly code: string;
  readonly message: string;
}

/** A rule is run, and means something else than it says or less. */
export interface RuleSetNotice {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** The form on disk and between threads. */
export interface StoredRules {
  /** Names of fields, as the rules write them. */
  readonly fields: readonly string[];
  /** Atoms by column: index of the field (-1: keyword), index of the kind (plus 16 if cased), text, other values. */
  readonly atomFields: readonly number[];
  readonly atomKinds: readonly number[];
  readonly atomTexts: readonly string[];
  readonly atomValues: Readonly<Record<number, SigmaValue>>;
  readonly rules: readonly StoredRule[];
  /** After those that they name. */
  readonly correlations: readonly StoredCorrelation[];
  /** Files of the filters that are in the rules. */
  readonly filterPaths: readonly string[];
  readonly routes: readonly (readonly EventSelector[])[];
  readonly refused: readonly RefusedRule[];
  readonly notices: readonly RuleSetNotice[];
  readonly files: number;
  /** Files that hold a SQL hunt instead of rules. */
  readonly sqlHunts: readonly string[];
}

export interface CompiledRule {
  readonly info: RuleInfo;
  readonly tree: Tree;
  readonly route: number;
  readonly eventIds: readonly string[] | null;
  /** It only serves correlations: its matches are no findings. */
  readonly part: boolean;
}

const casedBit = 16;

export class RuleSet {
  readonly stored: StoredRules;
  readonly rules: readonly CompiledRule[];
  readonly #atoms: (Atom | undefined)[] = [];

  constructor(stored: StoredRules) {
    this.stored = stored;
    this.rules = stored.rules.map((rule) => new LazyRule(rule));
  }

  get routes(): StoredRules['routes'] {
    return this.stored.routes;
  }

  get correlations(): readonly StoredCorrelation[] {
    return this.stored.correlations;
  }

  get filterPaths(): readonly string[] {
    return this.stored.filterPaths;
  }

  get refused(): readonly RefusedRule[] {
    return this.stored.refused;
  }

  get notices(): readonly RuleSetNotice[] {
    return this.stored.notices;
  }

  get sqlHunts(): readonly string[] {
    return this.stored.sqlHunts;
  }

  get files(): number {
    return this.stored.files;
  }

  atom(id: number): Atom {
    return (this.#atoms[id] ??= this.#makeAtom(id));
  }

  #makeAtom(id: number): Atom {
    const { fields, atomFields, atomKinds: kinds, atomTexts, atomValues } = this.stored;
    const code = kinds[id] as number;
    const value = atomValues[id];
    return {
      field: fields[atomFields[id] as number] ?? null,
      kind: atomKinds[code & (casedBit - 1)] as Atom['kind'],
      text: atomTexts[id] as string,
      cased: (code & casedBit) !== 0,
      ...(value && { value }),
    };
  }
}

class LazyRule implements CompiledRule {
  readonly #stored: StoredRule;
  #tree: Tree | undefined;

  constructor(stored: StoredRule) {
    this.#stored = stored;
  }

  get info(): RuleInfo {
    return this.#stored.info;
  }

  get route(): number {
    return this.#stored.route;
  }

  get eventIds(): readonly string[] | null {
    return this.#stored.eventIds;
  }

  get part(): boolean {
    return this.#stored.part ?? false;
  }

  get tree(): Tree {
    return (this.#tree ??= JSON.parse(this.#stored.tree) as Tree);
  }
}

/** Collects atoms and rules into the stored form. */
export class RuleSetBuilder {
  readonly #fields: string[] = [];
  readonly #fieldIds = new Map<string, number>();
  readonly #atomIds = new Map<string, number>();
  readonly #atomFields: number[] = [];
  readonly #atomKinds: number[] = [];
  readonly #atomTexts: string[] = [];
  readonly #atomValues: Record<number, SigmaValue> = {};
  readonly #atoms: Atom[] = [];
  readonly rules: StoredRule[] = [];
  correlations: readonly StoredCorrelation[] = [];
  filterPaths: readonly string[] = [];
  readonly refused: RefusedRule[] = [];
  readonly notices: RuleSetNotice[] = [];
  readonly #routes: (readonly EventSelector[])[] = [];
  readonly #routeIds = new Map<string, number>();

  /** The id of an atom; equal atoms are one. */
  atom(atom: Atom): number {
    const field = atom.field === null ? -1 : this.#field(atom.field);
    const kind = atomKinds.indexOf(atom.kind) + (atom.cased ? casedBit : 0);
    const key = `${field} ${kind} ${atom.value ? JSON.stringify(atom.value) : ''}\0${atom.text}`;
    let id = this.#atomIds.get(key);
    if (id === undefined) {
      id = this.#atoms.push(atom) - 1;
      this.#atomIds.set(key, id);
      this.#atomFields.push(field);
      this.#atomKinds.push(kind);
      this.#atomTexts.push(atom.text);
      if (atom.value) this.#atomValues[id] = atom.value;
    }
    return id;
  }

  atomOf(id: number): Atom {
    return this.#atoms[id] as Atom;
  }

  route(selectors: readonly EventSelector[]): number {
    const key = JSON.stringify(selectors);
    let id = this.#routeIds.get(key);
    if (id === undefined) this.#routeIds.set(key, (id = this.#routes.push(selectors) - 1));
    return id;
  }

  finish(files: number, sqlHunts: readonly string[]): RuleSet {
    return new RuleSet({
      fields: this.#fields,
      atomFields: this.#atomFields,
      atomKinds: this.#atomKinds,
      atomTexts: this.#atomTexts,
      atomValues: this.#atomValues,
      rules: this.rules,
      correlations: this.correlations,
      filterPaths: this.filterPaths,
      routes: this.#routes,
      refused: this.refused,
      notices: this.notices,
      files,
      sqlHunts,
    });
  }

  #field(name: string): number {
    const key = name.toLowerCase();
    let id = this.#fieldIds.get(key);
    if (id === undefined) this.#fieldIds.set(key, (id = this.#fields.push(name) - 1));
    return id;
  }
}
