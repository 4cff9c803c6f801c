/**
 * Processes of files: the tree of all creations by one pass over the inputs, and the events of chosen processes by
 * another. Rows are turned away by their cells; whole events are made only of those that may be meant.
 */
import { Field, FieldTable, toMillis, type EventBatch, type HuntEvent, type Value } from '../events/index.ts';
import {
  actorOf,
  type Actor,
  endOf,
  processFields,
  ProcessReader,
  ProcessTreeBuilder,
  startOf,
  type ProcessInfo,
  type ProcessQuery,
  type ProcessSource,
  type ProcessTree,
  type SourceTree,
  type TreeQuery,
} from '../process/index.ts';
import { cellValue, eventFilter, type EventFilter, type FilterCounts } from './event-filter.ts';
import { ActorTest } from './process-actors.ts';
import { focusOf, nearFocus } from './process-focus.ts';
import { RepeatedInputs, type RepeatedInputsOptions } from './process-inputs.ts';
import type { SummaryIssue } from './types.ts';

export interface FileProcessesOptions extends RepeatedInputsOptions {
  /** Of the creations and ends that the tree is made of. */
  readonly filter?: EventFilter;
}

export interface FileProcesses extends ProcessSource {
  /** All processes of the inputs; read once. */
  readTree(signal?: AbortSignal): Promise<ProcessTree>;
  /** What was wrong with the inputs, once they were read. */
  readonly issues: readonly SummaryIssue[];
  /** Events in the inputs, once they were read. */
  readonly read: number;
  /** Removes temporary files. */
  close(): void;
}

/** Events of one record number that are taken; in the logs of many hosts a number stands for many. */
const maxRecords = 100;

/** Nothing is read before the first question. That throws HB_NOT_FOUND for paths that are not there. */
export function fileProcesses(paths: readonly string[], options: FileProcessesOptions = {}): FileProcesses {
  return new Files(paths, options);
}

class Files implements FileProcesses {
  readonly cost = null;
  readonly #inputs: RepeatedInputs;
  readonly #filter: EventFilter;
  readonly #counts: FilterCounts = { withoutTime: 0 };
  #tree: Promise<ProcessTree> | null = null;

  constructor(paths: readonly string[], { filter, ...options }: FileProcessesOptions) {
    this.#inputs = new RepeatedInputs(paths, options);
    this.#filter = filter ?? {};
  }

  get issues(): readonly SummaryIssue[] {
    const { withoutTime } = this.#counts;
    if (withoutTime === 0) return this.#inputs.issues;
    const message = `${withoutTime} events without a time were left out of the time span`;
    return [...this.#inputs.issues, { code: 'HB_DAMAGED', source: 'events', message, count: 1 }];
  }

  get read(): number {
    return this.#inputs.events;
  }

  close(): void {
    this.#inputs.close();
  }

  readTree(signal?: AbortSignal): Promise<ProcessTree> {
    return (this.#tree ??= this.#build(signal));
  }

  async #build(signal?: AbortSignal): Promise<ProcessTree> {
    const fields = new FieldTable();
    for (const name of processFields) fields.add(name);
    const reader = new ProcessReader(fields);
    const builder = new ProcessTreeBuilder();
    const accept = eventFilter(this.#filter, this.#counts);
    for await (const batch of this.#inputs.batches(fields, signal))
      for (let row = 0; row < batch.length; row++) {
        if (accept !== undefined && !accept(batch, row)) continue;
        const fact = reader.read(batch, row);
        if (fact === null) continue;
        if (fact.kind === 'start') builder.add(fact);
        else builder.end(fact);
      }
    return builder.build();
  }

  async tree({ start, signal }: TreeQuery): Promise<SourceTree> {
    const tree = await this.readTree(signal);
    const notes: string[] = [];
    const focus =
      start.kind === 'record' ? await this.#actors(tree, start, notes, signal) : focusOf(tree, start);
    if (focus.length === 0 && notes.length === 0) notes.push(...nearFocus(tree, start));
    return { tree, focus, notes, cut: [], cost: null };
  }

  /** The processes that act in events with this number. */
  async #actors(
    tree: ProcessTree,
    query: Extract<ProcessQuery, { kind: 'record' }>,
    notes: string[],
    signal?: AbortSignal,
  ): Promise<number[]> {
    const fields = new FieldTable();
    const record = fields.add('EventRecordID');
    const accept = eventFilter(query.host === undefined ? {} : { hosts: [query.host] }, { withoutTime: 0 });
    const isRecord = (batch: EventBatch, row: number): boolean => {
      const value = cellValue(batch, row, record);
      if (String(value === null ? batch.position(row) : (value as never)) !== query.record) return false;
      return isChannel(cellValue(batch, row, Field.Channel), query.channel) && (accept?.(batch, row) ?? true);
    };
    const focus = new Set<number>();
    let found = 0;
    let unseen: Actor | null = null;
    for await (const batch of this.#inputs.batches(fields, signal))
      for (let row = 0; row < batch.length; row++) {
        if (found === maxRecords || !isRecord(batch, row)) continue;
        found++;
        const actor = actorOf(batch.event(row));
        const node = actor === null ? -1 : tree.find(actor.host, actor.guid, actor.pid, actor.time);
        if (node < 0) unseen = actor;
        else focus.add(node);
      }
    if (found === 0) notes.push(`no event has the record number ${query.record}`);
    else if (focus.size === 0) notes.push(unknownActor(unseen));
    else if (found > 1)
      notes.push(
        `${found === maxRecords ? `the first ${found}` : found} events have the record number ${query.record}; choose with --channel and --host`,
      );
    return [...focus].sort((a, b) => a - b);
  }

  async *events(
    processes: readonly ProcessInfo[],
    {
      from,
      to,
      signal,
    }: { readonly from: number | null; readonly to: number | null; readonly signal?: AbortSignal },
  ): AsyncGenerator<HuntEvent> {
    const fields = new FieldTable();
    const test = new ActorTest(fields, processes);
    const utcTime = fields.add('UtcTime');
    const isInTime = (batch: EventBatch, row: number): boolean => {
      if (from === null && to === null) return true;
      const ms =
        toMillis(cellValue(batch, row, utcTime)) ?? toMillis(cellValue(batch, row, Field.SystemTime));
      return ms === null || ((from === null || ms >= from) && (to === null || ms <= to));
    };
    for await (const batch of this.#inputs.batches(fields, signal))
      for (let row = 0; row < batch.length; row++) {
        if (!test.maySay(batch, row) || !isInTime(batch, row)) continue;
        const event = batch.event(row);
        if (startOf(event) === null && endOf(event) === null && actorOf(event) !== null) yield event;
      }
  }
}

function unknownActor(actor: Actor | null): string {
  if (actor === null) return 'the event names no process that acts';
  return `the event is of process ${actor.pid ?? actor.guid} of ${actor.host}, of which no creation is there`;
}

function isChannel(value: Value, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const name = String(value ?? '').toLowerCase();
  // `Security` and `Sysmon` say enough of a channel.
  const short = wanted.toLowerCase();
  return name === short || name === `microsoft-windows-${short}/operational`;
}
