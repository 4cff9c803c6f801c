/**
 * A hunt where the data are: each rule becomes a search in the engine's language, a few run at a time, and what they
 * find is reported as by the hunt over files: same findings, same ids where the event says the same, same summary.
 * A rule that fails is listed and the others go on; a source that can not be reached or lets nobody in ends the run.
 */
import { CorrelationPlan, type RuleInfo, type RuleSet } from '../../detect/index.ts';
import { asHuntbookError } from '../../errors.ts';
import { findingId, ruleOf } from '../finding.ts';
import { IssueLog } from '../issue-log.ts';
import { planScan } from '../plan-scan.ts';
import { TimeSpan } from '../time-span.ts';
import type { Finding, HuntSummary, NeverFiringRule } from '../types.ts';
import { BaseHits } from './base-hits.ts';
import { ChainHunt, chainsOf } from './chain-hunt.ts';
import { canJudge, HitReader, type Hit } from './hits.ts';
import { InTurn } from './in-turn.ts';
import { Patience } from './patience.ts';
import { Searcher } from './searcher.ts';
import type { RuleSearch } from './translate.ts';
import { Translations } from './translations.ts';
import { HuntStopped, type RemoteHuntOptions } from './types.ts';

const defaultJobs = 4;
const unknownForm = 'the search is wider than the rule, and huntbook does not know the form of these events';
/** Throws what ends the run, `HuntStopped` when it comes in the middle; all else is in the summary. */
export function huntRemote(options: RemoteHuntOptions): Promise<HuntSummary> {
  return new RemoteHunt(options).run();
}

class RemoteHunt {
  readonly #options: RemoteHuntOptions;
  readonly #set: RuleSet;
  readonly #plan: ReturnType<typeof planScan>;
  readonly #correlationPlan: CorrelationPlan;
  readonly #translations: Translations;
  readonly #searcher: Searcher;
  readonly #reader: HitReader;
  readonly #baseHits: BaseHits;
  readonly #issues = new IssueLog();
  readonly #span = new TimeSpan();
  readonly #turns: InTurn<Finding>;
  readonly #abort = new AbortController();
  readonly #patience = new Patience();
  readonly #matched = new Set<number>();
  readonly #refused: RuleSet['refused'][number][] = [];
  readonly #never: NeverFiringRule[] = [];
  readonly #notices: HuntSummary['notices'][number][] = [];
  #events = 0;
  #findings = 0;
  #done = 0;

  constructor(options: RemoteHuntOptions) {
    const { rules, source, filter, onFinding } = options;
    const chosen = options.rule ?? ((): boolean => true);
    this.#options = options;
    this.#set = rules;
    this.#correlationPlan = new CorrelationPlan(rules.correlations, (index) =>
      chosen((rules.correlations[index] as RuleSet['correlations'][number]).info),
    );
    this.#plan = planScan(rules, this.#correlationPlan, chosen);
    this.#translations = new Translations({ ...options, signal: this.#abort.signal });
    this.#searcher = new Searcher({ ...options, signal: this.#abort.signal });
    this.#reader = new HitReader(rules, source, filter);
    this.#baseHits = new BaseHits(this.#plan.fields);
    this.#turns = new InTurn(onFinding);
  }

  async run(): Promise<HuntSummary> {
    const started = performance.now();
    const { signal, jobs = defaultJobs, filter, onFinding } = this.#options;
    const stop = (): void => {
      this.#abort.abort();
      this.#turns.stop();
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const needed = this.#set.rules.flatMap((_, rule) => (this.#plan.active[rule] ? [rule] : []));
    const active = needed.filter((rule) => this.#isSearched(rule));
    const chains = chainsOf(this.#correlationPlan);
    const total = active.length + chains.length;
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < active.length && !this.#abort.signal.aborted) {
        const turn = next++;
        await this.#hunt(active[turn] as number, turn, total);
        await this.#turns.end(turn);
      }
    };
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      failures.push(error);
      stop();
    };
    await Promise.all(Array.from({ length: Math.max(1, jobs) }, () => work().catch(failed)));
    if (failures.length === 0) await this.#huntChains(chains, total).catch(failed);
    signal?.removeEventListener('abort', stop);
    const { answered, ended } = this.#patience;
    if (failures.length > 0 && !(answered && failures[0] === ended)) throw failures[0];
    await this.#turns.drain();
    const { dropped } = this.#baseHits;
    if (dropped > 0) this.#issue('HB_LIMIT', 'there are too many hits of rules for correlations', dropped);
    const correlations = await this.#baseHits.correlate(this.#set, this.#correlationPlan, filter?.until);
    for (const finding of correlations.take()) await onFinding(finding);
    this.#issues.merge(correlations.issues());
    const summary: HuntSummary = {
      source: this.#options.source,
      files: 0,
      events: this.#events,
      bytes: 0,
      findings: this.#findings + correlations.reported,
      rulesLoaded: needed.length + this.#correlationPlan.runs.filter(Boolean).length,
      rulesMatched:
        [...this.#matched].filter((rule) => this.#plan.reports[rule]).length + correlations.found.size,
      refused: [...this.#set.refused, ...this.#refused],
      notices: [...this.#set.notices, ...this.#notices, ...correlations.notices()],
      neverFire: this.#never,
      issues: this.#issues.list(),
      firstTime: this.#span.first,
      lastTime: this.#span.last,
      seconds: (performance.now() - started) / 1000,
      truncated: ended !== null || (signal?.aborted ?? false),
    };
    if (ended !== null) throw new HuntStopped(ended, summary);
    return summary;
  }

  async #hunt(rule: number, turn: number, total: number): Promise<void> {
    const compiled = this.#set.rules[rule] as RuleSet['rules'][number];
    const { info } = compiled;
    this.#tell(info.title, total);
    let searches: readonly RuleSearch[] = [];
    try {
      const translation = await this.#translations.of(rule);
      searches = translation.searches;
      for (const { code, message } of translation.problems)
        this.#issue(code, `${info.title}: in part: ${message}`);
      const { neverFires: reason } = translation;
      if (reason !== undefined) this.#never.push({ path: info.path, title: info.title, reason });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#patience.endOn(error);
      const { code, message } = asHuntbookError(error, 'HB_INTERNAL', info.path);
      this.#refused.push({ path: info.path, line: info.line, title: info.title, code, message });
    }
    const found = new Set<string>();
    for (const search of searches) {
      if (this.#abort.signal.aborted) break;
      // An event that two searches of a rule give is one; events that one search gives twice are two.
      const before = new Set(found);
      await this.#search(rule, info, search, async (hit) => {
        const id = findingId(info, hit.content);
        if (before.has(id)) return;
        if (searches.length > 1) found.add(id);
        await this.#report(rule, info, id, hit, turn);
      });
    }
    this.#done++;
    this.#tell(info.title, total);
  }

  /** Whether a rule is searched for by itself: not where it only serves chains of processes. */
  #isSearched(rule: number): boolean {
    return (this.#plan.reports[rule] ?? false) || this.#correlationPlan.feedsOf(rule).length > 0;
  }

  async #huntChains(chains: readonly number[], total: number): Promise<void> {
    const hunt = new ChainHunt({
      ...this.#options,
      set: this.#set,
      fieldsOf: this.#plan.fields,
      hits: this.#baseHits,
      reader: this.#reader,
      signal: this.#abort.signal,
      isSearched: (rule) => this.#isSearched(rule),
      translate: (rule) => this.#translations.of(rule),
      onProgress: ({ current }) => this.#tell(current, total),
    });
    for (const chain of chains) {
      if (this.#abort.signal.aborted) return;
      const { title } = (this.#set.correlations[chain] as RuleSet['correlations'][number]).info;
      this.#tell(title, total);
      try {
        const { events, cut, neverFires, notice } = await hunt.run(chain);
        this.#patience.success();
        this.#events += events;
        for (const text of cut) this.#issue('HB_LIMIT', `${title}: ${text}`);
        if (neverFires !== null) this.#never.push(neverFires);
        else this.#notices.push(notice);
      } catch (error) {
        this.#failed(title, error);
      }
      this.#done++;
    }
  }

  async #search(
    rule: number,
    info: RuleInfo,
    search: RuleSearch,
    onHit: (hit: Hit) => Promise<void>,
  ): Promise<void> {
    try {
      const { truncated, messages } = await this.#searcher.run(search, (rows, came) =>
        this.#reader.read(rule, rows, async (hit) => {
          came();
          this.#events++;
          if (search.approximate && !hit.confirmed) {
            if (canJudge(hit.event, search.asked)) return;
            this.#issue('HB_RULE_UNSUPPORTED', `${info.title}: hits that may be too many: ${unknownForm}`);
          }
          await onHit(hit);
        }),
      );
      this.#patience.success();
      if (truncated !== null) this.#issue('HB_LIMIT', `${info.title}: not all hits came: ${truncated}`);
      for (const { level, text } of messages)
        if (/error|fatal/i.test(level)) this.#issue('HB_SEARCH', `${info.title}: ${text}`);
    } catch (error) {
      this.#failed(info.title, error);
    }
  }

  /** Throws what all others would meet too. */
  #failed(title: string, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#patience.endOn(error);
    const { code, message } = asHuntbookError(error, 'HB_SEARCH');
    this.#issue(code, `${title}: ${message}`);
  }

  async #report(rule: number, info: RuleInfo, id: string, hit: Hit, turn: number): Promise<void> {
    const { event, evidence } = hit;
    this.#matched.add(rule);
    this.#span.merge(event.time, event.time);
    if (this.#baseHits.wants(rule)) this.#baseHits.add(hit);
    if (!this.#plan.reports[rule]) return;
    this.#findings++;
    await this.#turns.put(turn, { id, rule: ruleOf(info), event, matched: [...evidence] });
  }

  #issue(code: string, message: string, count = 1): void {
    this.#issues.merge([{ code, source: this.#options.source, message, count }]);
  }

  #tell(current: string, total: number): void {
    const { onProgress } = this.#options;
    onProgress?.({ done: this.#done, total, events: this.#events, findings: this.#findings, current });
  }
}
