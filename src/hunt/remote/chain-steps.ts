/** The rules that a chain of processes is made of, and the events that matched them. */
import { Matcher, type CompiledRule, type RuleSet, type StoredCorrelation } from '../../detect/index.ts';
import { FieldTable, ObjectBatch, type HuntEvent } from '../../events/index.ts';
import { actorOf, type Actor, type ProcessTree, type StepHit } from '../../process/index.ts';
import { BaseMatchMaker, type BaseMatch } from '../base-match.ts';
import { contentOf } from '../finding.ts';
import type { ScanPlan } from '../scanner.ts';
import type { Hit } from './hits.ts';

/** A match, and the process that acted. */
export interface StepMatch {
  readonly match: BaseMatch;
  /** What the event says, by which it is known again. */
  readonly content: string;
  readonly actor: Actor & { readonly time: number };
}

/** Creations that the matcher looks at together. */
const batchSize = 1000;
const creationIds = new Set([1, 4688]);

export class ChainSteps {
  /** Rules of the steps in the order written, and those that may not stand between. */
  readonly rules: readonly number[];
  readonly notBetween: readonly number[];
  readonly #set: RuleSet;
  readonly #maker: BaseMatchMaker;
  readonly #matcher: Matcher;
  readonly #fields = new FieldTable();
  readonly #matches = new Map<number, StepMatch[]>();
  readonly #known = new Map<number, Set<string>>();

  constructor(set: RuleSet, { slots, chain }: StoredCorrelation, fields: ScanPlan['fields']) {
    this.#set = set;
    this.#maker = new BaseMatchMaker(fields);
    this.#matcher = new Matcher(set, this.#fields);
    this.rules = slots.map(({ index }) => index);
    this.notBetween = chain?.notBetween ?? [];
  }

  /** Whether all that a rule can match are creations of processes. */
  isCreation(rule: number): boolean {
    const { route } = this.#set.rules[rule] as CompiledRule;
    const selectors = this.#set.routes[route] ?? [];
    return (
      selectors.length > 0 && selectors.every(({ eventId }) => eventId?.every((id) => creationIds.has(id)))
    );
  }

  matchesOf(rule: number): readonly StepMatch[] {
    return this.#matches.get(rule) ?? [];
  }

  /** Matches of rules that were found by searches of their own. */
  take(match: BaseMatch, content: string): void {
    const actor = actorOf(match.event);
    if (actor === null || actor.time === null) return;
    const known = this.#known.get(match.rule) ?? new Set();
    this.#known.set(match.rule, known);
    // Two searches, each about some processes, may give the same event.
    if (known.has(content)) return;
    known.add(content);
    const matches = this.#matches.get(match.rule) ?? [];
    this.#matches.set(match.rule, matches);
    matches.push({ match, content, actor: { ...actor, time: actor.time } });
  }

  takeHit(hit: Hit): void {
    this.#maker.forget();
    this.take(this.#maker.make(hit.match), hit.content);
  }

  /** Looks which of these rules creations match. */
  match(creations: readonly HuntEvent[], wanted: ReadonlySet<number>): void {
    for (let from = 0; from < creations.length; from += batchSize) {
      const events = creations.slice(from, from + batchSize);
      const batch = new ObjectBatch('', this.#fields);
      events.forEach((event, at) => batch.add(event, at + 1));
      this.#maker.forget();
      this.#matcher.match(batch.batch, (match) => {
        if (!wanted.has(match.rule)) return;
        this.take(this.#maker.make(match), contentOf(events[match.row] as HuntEvent));
      });
    }
  }

  /** The matches of steps, from the first to this one, as hits on a tree. */
  hits(tree: ProcessTree, count: number): StepHit[][] {
    return this.rules.slice(0, count).map((rule) =>
      this.matchesOf(rule).flatMap(({ actor }, event): StepHit[] => {
        const node = nodeOf(tree, actor);
        return node < 0 ? [] : [{ process: node, time: actor.time, event }];
      }),
    );
  }

  /** Processes that may not stand between two steps; null: none. */
  excluded(tree: ProcessTree): Uint8Array | null {
    if (this.notBetween.length === 0) return null;
    const marks = new Uint8Array(tree.length);
    for (const rule of this.notBetween)
      for (const { actor } of this.matchesOf(rule)) {
        const node = nodeOf(tree, actor);
        if (node >= 0) marks[node] = 1;
      }
    return marks;
  }
}

export function nodeOf(tree: ProcessTree, { host, guid, pid, time }: Actor): number {
  return tree.find(host, guid, pid, time);
}
