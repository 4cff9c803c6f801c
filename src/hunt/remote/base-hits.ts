/**
 * Hits of rules that correlations are about, kept until all searches are done: the same event found by several rules is
 * one event again, and all come in order of time. Then the correlations of the file hunt judge them.
 */
import { hash } from 'node:crypto';
import type { CorrelationPlan, RuleSet } from '../../detect/index.ts';
import type { ProcessFact } from '../../process/index.ts';
import { BaseMatchMaker, type BaseMatch } from '../base-match.ts';
import { Correlated } from '../correlated.ts';
import type { ScanPlan } from '../scanner.ts';
import type { Hit } from './hits.ts';

/** Hits that are kept; a search for everything should be correlated where the data are. */
const maxHits = 1_000_000;

export class BaseHits {
  readonly #maker: BaseMatchMaker;
  readonly #fields: ScanPlan['fields'];
  /** By content; equal events of one rule are several, each with a number. */
  readonly #events = new Map<string, BaseMatch[]>();
  readonly #seen = new Map<string, number>();
  /** Beginnings and ends of processes, for chains. */
  readonly #facts: ProcessFact[] = [];
  #count = 0;
  /** Hits that were not kept. */
  dropped = 0;

  constructor(fields: ScanPlan['fields']) {
    this.#fields = fields;
    this.#maker = new BaseMatchMaker(fields);
  }

  wants(rule: number): boolean {
    return this.#fields[rule] !== null;
  }

  add(hit: Hit): void {
    if (++this.#count > maxHits) {
      this.dropped++;
      return;
    }
    this.#maker.forget();
    this.put(this.#maker.make(hit.match), hit.content);
  }

  /** The same where the match was made already. */
  put(match: BaseMatch, whole: string): void {
    const content = hash('sha256', whole, 'base64');
    const own = `${match.rule} ${content}`;
    const number = (this.#seen.get(own) ?? 0) + 1;
    this.#seen.set(own, number);
    const key = `${content} ${number}`;
    const known = this.#events.get(key);
    if (known === undefined) this.#events.set(key, [match]);
    else known.push(match);
  }

  /** Hits of a rule, with what their events say. */
  *of(rule: number): Generator<{ readonly match: BaseMatch; readonly content: string }> {
    for (const [content, matches] of this.#events)
      for (const match of matches) if (match.rule === rule) yield { match, content };
  }

  process(fact: ProcessFact): void {
    this.#facts.push(fact);
  }

  /** Judges all hits. `until` in milliseconds since 1970: nothing was asked for from then on. */
  async correlate(set: RuleSet, plan: CorrelationPlan, until?: number): Promise<Correlated> {
    const run = new Correlated(set, plan);
    for (const fact of this.#facts) run.process(fact);
    const events = [...this.#events.values()].sort((a, b) => (a[0]?.time ?? 0) - (b[0]?.time ?? 0));
    for (const [serial, matches] of events.entries())
      for (const match of matches.sort((a, b) => a.rule - b.rule)) run.add({ ...match, serial });
    // What was not found leaves no trace here: windows are taken to be over at the present or at the end asked for.
    await run.finish(new Date().toISOString(), until);
    return run;
  }
}
