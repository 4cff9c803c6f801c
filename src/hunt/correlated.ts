/** The correlations of a hunt, the chains of processes among them, as one: what they are fed and what they found. */
import type { CorrelationPlan, RuleSet } from '../detect/index.ts';
import type { ProcessFact } from '../process/index.ts';
import type { BaseMatch } from './base-match.ts';
import { ChainRun } from './chain-run.ts';
import { CorrelationRun, type CorrelationRunOptions, type TimedFinding } from './correlation-run.ts';
import type { Finding, HuntSummary, SummaryIssue } from './types.ts';

export class Correlated {
  readonly plan: CorrelationPlan;
  readonly #correlations: CorrelationRun;
  readonly #chains: ChainRun | null;

  constructor(rules: RuleSet, plan: CorrelationPlan, options: CorrelationRunOptions = {}) {
    this.plan = plan;
    this.#correlations = new CorrelationRun(rules, plan, options);
    this.#chains = ChainRun.of(rules, plan, options);
  }

  /** The matches of an event come one after the other. */
  add(match: BaseMatch): void {
    this.#correlations.add(match);
    this.#chains?.add(match);
  }

  process(fact: ProcessFact): void {
    this.#chains?.process(fact);
  }

  /** The matches of another input come next. */
  nextInput(): void {
    this.#correlations.nextInput();
  }

  /** Events up to this time (ISO 8601) were read. */
  async advance(time: string | null): Promise<void> {
    this.#correlations.advance(time);
    await this.#chains?.advance(time);
  }

  /** As `CorrelationRun.finish`. */
  async finish(last: string | null, until?: number): Promise<void> {
    this.#correlations.finish(last, until);
    await this.#chains?.finish();
  }

  /** What was found since the last call, in order of time. */
  take(): Finding[] {
    return this.#correlations
      .takeTimed()
      .concat(this.#chains?.takeTimed() ?? [])
      .sort((a: TimedFinding, b: TimedFinding) => a.last - b.last || a.correlation - b.correlation)
      .map(({ finding }) => finding);
  }

  /** Correlations with findings. */
  get found(): ReadonlySet<number> {
    return this.#correlations.found.union(this.#chains?.found ?? new Set());
  }

  /** Findings so far. */
  get reported(): number {
    return this.#correlations.reported + (this.#chains?.reported ?? 0);
  }

  /** How many findings each correlation has that were not taken. */
  countHits(): Map<number, number> {
    return new Map([...this.#correlations.countHits(), ...(this.#chains?.countHits() ?? [])]);
  }

  /** Whether a correlation had matches, but none with the fields to group by. */
  isUngrouped(correlation: number): boolean {
    return this.#correlations.isUngrouped(correlation) || (this.#chains?.isUngrouped(correlation) ?? false);
  }

  issues(): SummaryIssue[] {
    return [...this.#correlations.issues(), ...(this.#chains?.issues() ?? [])];
  }

  /** What findings rest on that is not plain. */
  notices(): HuntSummary['notices'] {
    return this.#chains?.notices() ?? [];
  }
}
