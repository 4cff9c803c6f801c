/** The process_chain rules of a hunt on an engine: what each takes is found, kept for the judging, and counted. */
import type { CorrelationPlan, RuleSet, StoredCorrelation } from '../../detect/index.ts';
import type { ScanPlan } from '../scanner.ts';
import type { HuntSummary, NeverFiringRule } from '../types.ts';
import type { BaseHits } from './base-hits.ts';
import { ChainSearch } from './chain-search.ts';
import { ChainSteps } from './chain-steps.ts';
import type { HitReader } from './hits.ts';
import { ProcessSearch, type ProcessSearchOptions } from './process-search.ts';
import { AuditLook, ProcessWeb } from './process-web.ts';
import type { Translation } from './translate.ts';

export interface ChainHuntOptions extends ProcessSearchOptions {
  readonly set: RuleSet;
  readonly fieldsOf: ScanPlan['fields'];
  /** Hits of rules that were searched for themselves; takes what is found for chains. */
  readonly hits: BaseHits;
  readonly reader: HitReader;
  readonly isSearched: (rule: number) => boolean;
  readonly translate: (rule: number) => Promise<Translation>;
}

export interface ChainCost {
  readonly events: number;
  /** What was not looked at, each as a sentence. */
  readonly cut: readonly string[];
  readonly neverFires: NeverFiringRule | null;
  /** What it took, for the summary. */
  readonly notice: HuntSummary['notices'][number];
}

export function chainsOf({ correlations, runs }: CorrelationPlan): number[] {
  return correlations.flatMap(({ chain }, index) => (chain && runs[index] ? [index] : []));
}

export class ChainHunt {
  readonly #options: ChainHuntOptions;
  readonly #audit = new AuditLook();
  /** Events that were handed on: two chains may have a step in common. */
  readonly #given = new Set<string>();

  constructor(options: ChainHuntOptions) {
    this.#options = options;
  }

  /** Throws what a search throws that is not only one's own. */
  async run(correlation: number): Promise<ChainCost> {
    const { set, fieldsOf, hits, reader, fields, isSearched, translate } = this.#options;
    const stored = set.correlations[correlation] as StoredCorrelation;
    const search = new ProcessSearch(this.#options);
    const web = new ProcessWeb(search, this.#audit);
    const steps = new ChainSteps(set, stored, fieldsOf);
    const searched = new Set([...steps.rules, ...steps.notBetween].filter(isSearched));
    for (const rule of searched)
      for (const { match, content } of hits.of(rule)) {
        web.add(match.event);
        steps.take(match, content);
      }
    const helk = fields === 'helk';
    const how = { stored, steps, search, web, reader, helk, translate, searched };
    const found = await new ChainSearch(how).run();
    for (const { match, content } of found.matches) {
      const key = `${match.rule} ${content}`;
      if (this.#given.has(key)) continue;
      this.#given.add(key);
      hits.put(match, content);
    }
    for (const fact of found.facts) hits.process(fact);
    const { searches, events } = search.searcher;
    const { path, line, title } = stored.info;
    const reason = found.neverFires;
    return {
      events,
      cut: [...search.cut],
      neverFires: reason === null ? null : { path, title, reason },
      notice: { path, line, message: `${title}: ${searches} searches, ${events} events` },
    };
  }
}
