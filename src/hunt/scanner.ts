/** Runs a rule set over inputs, one after the other: the part of a hunt that one thread does. */
import { setImmediate } from 'node:timers/promises';
import { FieldTable, type EventBatch } from '../events/index.ts';
import {
  Matcher,
  onRegexTimeout,
  regexBudget,
  rulesThatNeverFire,
  type NeverFires,
  type RuleSet,
} from '../detect/index.ts';
import { ProcessReader, type ProcessFact } from '../process/index.ts';
import {
  defaultLimits,
  openBatches,
  type ByteInput,
  type Limits,
  type SourceIssue,
} from '../sources/index.ts';
import { BaseMatchMaker, type BaseMatch } from './base-match.ts';
import { eventFilter, type EventFilter, type FilterCounts } from './event-filter.ts';
import { FindingMaker } from './finding.ts';
import { IssueLog } from './issue-log.ts';
import { TimeSpan } from './time-span.ts';
import type { Finding, SummaryIssue } from './types.ts';

/** What a thread has to know of the rules besides the rules; plain data. */
export interface ScanPlan {
  /** Rules that are run. */
  readonly active: readonly boolean[];
  /** Rules whose matches are findings. */
  readonly reports: readonly boolean[];
  /** For each rule the fields that correlations ask for; null: none is about it. */
  readonly fields: readonly (readonly string[] | null)[];
  /** Whether creations and ends of processes are wanted: chains need them all. */
  readonly processes: boolean;
}

export interface ScanHandlers {
  readonly onFinding: (finding: Finding) => void | Promise<void>;
  /** Matches that correlations are about, those of one event one after the other. */
  readonly onMatch: (match: BaseMatch) => void;
  /** Creations and ends of processes, where the plan wants them. */
  readonly onProcess?: (fact: ProcessFact) => void;
  /** After each batch. */
  readonly onBatch?: () => void | Promise<void>;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface ScanOptions {
  readonly filter: EventFilter;
  readonly limits?: Partial<Limits>;
  readonly verifyChecksums?: boolean;
  /** Ends the scan after the batch at hand. */
  readonly signal?: AbortSignal;
}

/** What one thread found out, as plain data. */
export interface ScanResult {
  readonly events: number;
  readonly findings: number;
  readonly matchedRules: readonly number[];
  readonly neverFires: readonly NeverFires[];
  readonly issues: readonly SummaryIssue[];
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

export class Scanner {
  readonly issues = new IssueLog();
  readonly #set: RuleSet;
  readonly #plan: ScanPlan;
  readonly #matcher: Matcher;
  readonly #fields = new FieldTable();
  readonly #options: ScanOptions;
  readonly #accept: ReturnType<typeof eventFilter>;
  /** The same, counting apart: no event is counted twice. */
  readonly #acceptProcess: ReturnType<typeof eventFilter>;
  readonly #counts: FilterCounts = { withoutTime: 0 };
  readonly #span = new TimeSpan();
  readonly #maker: FindingMaker;
  readonly #baseMaker: BaseMatchMaker;
  readonly #processes: ProcessReader | null;
  readonly #matched: Uint8Array;
  #lastTurn = performance.now();
  #events = 0;
  #findings = 0;

  constructor(set: RuleSet, plan: ScanPlan, options: ScanOptions) {
    this.#set = set;
    this.#plan = plan;
    this.#options = options;
    this.#matcher = new Matcher(set, this.#fields, (rule) => plan.active[rule] as boolean);
    this.#baseMaker = new BaseMatchMaker(plan.fields);
    this.#accept = eventFilter(options.filter, this.#counts);
    this.#acceptProcess = eventFilter(options.filter, { withoutTime: 0 });
    this.#processes = plan.processes ? new ProcessReader(this.#fields) : null;
    this.#matched = new Uint8Array(set.rules.length);
    this.#maker = new FindingMaker(set);
    onRegexTimeout((regex) => {
      const text = regex.source.length > 80 ? `${regex.source.slice(0, 80)}…` : regex.source;
      const message = `the expression /${text}/ took longer than ${regexBudget} ms on a value and was taken as no match`;
      this.issues.add({ code: 'HB_LIMIT', source: 'rules', message });
    });
  }

  /** Reads one input; problems go to `issues`. `named`: the user gave this very path. */
  async scan(
    input: ByteInput,
    named: boolean,
    { onFinding, onMatch, onProcess, onBatch, onProgress }: ScanHandlers,
  ): Promise<void> {
    const onIssue = (issue: SourceIssue): void => this.issues.add(issue);
    const batches = openBatches(input, {
      fields: this.#fields,
      onIssue,
      limits: { ...defaultLimits, ...this.#options.limits },
      verifyChecksums: this.#options.verifyChecksums ?? false,
      ...(onProgress && { onProgress }),
      // Folders hold all sorts of files; only what was asked for by name is worth a line each.
      ...(!named && { onUnknown: (name: string, what: string) => this.issues.addUnknown(name, what) }),
    });
    const found: Finding[] = [];
    for await (const batch of batches) {
      if (this.#options.signal?.aborted) break;
      await this.#breathe();
      this.#events += batch.length;
      this.#span.add(batch);
      if (onProcess) this.#readProcesses(batch, onProcess);
      this.#matcher.match(
        batch,
        (match) => {
          this.#matched[match.rule] = 1;
          if (this.#plan.reports[match.rule]) found.push(this.#maker.make(match));
          if (this.#baseMaker.wants(match.rule)) onMatch(this.#baseMaker.make(match));
        },
        this.#accept,
      );
      this.#maker.forget();
      this.#baseMaker.forget();
      this.#findings += found.length;
      for (const finding of found) {
        const wait = onFinding(finding);
        if (wait) await wait;
      }
      found.length = 0;
      if (onBatch) await onBatch();
    }
  }

  #readProcesses(batch: EventBatch, onProcess: (fact: ProcessFact) => void): void {
    if (!this.#processes) return;
    for (let row = 0; row < batch.length; row++) {
      const fact = this.#processes.read(batch, row);
      if (fact !== null && (this.#acceptProcess?.(batch, row) ?? true)) onProcess(fact);
    }
  }

  /** Some readers never wait: signals and timers get a turn now and then. */
  async #breathe(): Promise<void> {
    const now = performance.now();
    if (now - this.#lastTurn < 50) return;
    await setImmediate();
    this.#lastTurn = performance.now();
  }

  get events(): number {
    return this.#events;
  }

  /** Time of the last event so far. */
  get lastTime(): string | null {
    return this.#span.last;
  }

  result(): ScanResult {
    if (this.#counts.withoutTime > 0) {
      const message = `${this.#counts.withoutTime} events without a time were left out of the time span`;
      this.issues.add({ code: 'HB_DAMAGED', source: 'events', message });
      this.#counts.withoutTime = 0;
    }
    const { cut } = this.#baseMaker;
    if (cut > 0) {
      const message = `${cut} correlated events are shown with the fields that rules ask for only: too many matched`;
      this.issues.add({ code: 'HB_LIMIT', source: 'correlations', message });
    }
    const matched = this.#matched;
    return {
      events: this.#events,
      findings: this.#findings,
      matchedRules: this.#set.rules.flatMap((_, rule) => (matched[rule] ? [rule] : [])),
      neverFires: rulesThatNeverFire(
        this.#set,
        this.#matcher,
        this.#fields,
        (rule) => this.#plan.active[rule] as boolean,
        (rule) => matched[rule] === 1,
      ),
      issues: this.issues.list(),
      firstTime: this.#span.first,
      lastTime: this.#span.last,
    };
  }
}
