/** The steps of a chain as searches of their own: which is the rarest, and what they find. */
import type { EngineRow } from '../../sources/index.ts';
import type { ChainSteps } from './chain-steps.ts';
import { plainHelk } from './helk-rows.ts';
import { canJudge, type HitReader } from './hits.ts';
import { bothOf, unitedSpl } from './process-query.ts';
import type { ProcessSearch } from './process-search.ts';
import type { ProcessWeb } from './process-web.ts';
import type { SearchSpan } from './searcher.ts';
import type { RuleSearch, Translation } from './translate.ts';

export interface StepSearchOptions {
  readonly steps: ChainSteps;
  readonly search: ProcessSearch;
  readonly web: ProcessWeb;
  readonly reader: HitReader;
  readonly helk: boolean;
  readonly translate: (rule: number) => Promise<Translation>;
  /** Rules whose matches `steps` has already, since they are searched for themselves. */
  readonly searched: ReadonlySet<number>;
}

/** Matches of one step that are followed; a chain of steps that are all more common is no detection. */
const mostMatches = 100_000;
const current = 'steps';

export class StepSearch {
  readonly #options: StepSearchOptions;
  readonly #searches = new Map<number, readonly RuleSearch[]>();

  constructor(options: StepSearchOptions) {
    this.#options = options;
  }

  /** Gives why one of the rules can not match, if so. Throws HuntbookError where no search can be made of one. */
  async translate(rules: ReadonlySet<number>): Promise<string | null> {
    const { search, searched, translate } = this.#options;
    for (const rule of rules) {
      if (searched.has(rule)) continue;
      const { searches, neverFires } = await translate(rule);
      if (neverFires !== undefined) return neverFires;
      this.#searches.set(rule, search.kind === 'splunk' ? unitedSpl(searches) : searches);
    }
    return null;
  }

  /** The rule with the fewest hits, of several the last; null where one has none. */
  async rarest(): Promise<number | null> {
    const { steps, search } = this.#options;
    const rules = new Set(steps.rules);
    const counts = new Map<number, number>();
    const count = async (rule: number): Promise<boolean> => {
      counts.set(rule, await this.#count(rule));
      return true;
    };
    await search.side([...rules].map((rule) => () => count(rule)));
    let rarest: number | null = null;
    let least = Infinity;
    for (const rule of steps.rules.toReversed()) {
      const own = counts.get(rule) ?? Infinity;
      if (own === 0) return null;
      if (rarest !== null && own >= least) continue;
      rarest = rule;
      least = own;
    }
    return rarest;
  }

  /** Infinity: nobody can tell. */
  async #count(rule: number): Promise<number> {
    const { steps, search, searched } = this.#options;
    if (searched.has(rule)) return steps.matchesOf(rule).length;
    let sum = 0;
    for (const one of this.#searches.get(rule) ?? []) {
      const count = search.mayAsk(current) ? await search.searcher.count(one) : null;
      sum += count ?? Infinity;
    }
    return sum;
  }

  /** Hits of a rule, all or those of some processes. */
  async search(
    rule: number,
    processes: readonly RuleSearch[] | null,
    span: SearchSpan | null,
  ): Promise<void> {
    const work = (this.#searches.get(rule) ?? []).flatMap((own) =>
      (processes ?? [null]).map(
        (some) => () => this.#one(rule, some === null ? own : bothOf(own, some), span),
      ),
    );
    await this.#options.search.side(work);
  }

  async #one(rule: number, one: RuleSearch, span: SearchSpan | null): Promise<boolean> {
    const { search, reader, steps, helk, web } = this.#options;
    if (!search.mayAsk(current)) return false;
    const { truncated } = await search.searcher.run(
      one,
      (rows, came) =>
        reader.read(rule, helk ? plain(rows) : rows, (hit) => {
          came();
          if (one.approximate && !hit.confirmed && canJudge(hit.event, one.asked)) return;
          web.add(hit.event);
          steps.takeHit(hit);
        }),
      span,
      mostMatches,
    );
    search.tell(current);
    if (truncated !== null) search.cut.add(`a step: not all hits came: ${truncated}`);
    return truncated === null;
  }
}

async function* plain(rows: AsyncIterable<EngineRow>): AsyncGenerator<EngineRow> {
  for await (const row of rows) yield plainHelk(row);
}
