/**
 * Processes of files: the tree of all creations by one pass over the inputs, and the events of chosen processes by
 * another. Rows are turned away by their cells; whole events are made only of those that may be meant.
 */
import { correlationTime } from '../detect/index.ts';
import { Field, FieldTable, toMillis, type EventBatch, type HuntEvent, type Value } from '../events/index.ts';
import {
  actorOf,
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
import { unseenOf, withUnseen, type UnseenProcess } from './process-unseen.ts';
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
    const { focus, unseen, notes } =
      start.kind === 'record'
        ? await this.#actors(tree, start, signal)
        : { focus: focusOf(tree, start), unseen: null, notes: [] };
    const more = focus.length > 0 ? null : (unseen ?? (await this.#unseen(start, signal)));
    if (more !== null)
      return { tree: withUnseen(tree, more), focus: [tree.length], notes, cut: [], cost: null };
    if (focus.length === 0 && notes.length === 0) notes.push(...nearFocus(tree, start));
    return { tree, focus, notes, cut: [], cost: null };
  }

  /** The processes that act in events with this number; `unseen` where that is one the tree does not have. */
  async #actors(
    tree: ProcessTree,
    query: Extract<ProcessQuery, { kind: 'record' }>,
    signal?: AbortSignal,
  ): Promise<{ focus: number[]; unseen: UnseenProcess | null; notes: string[] }> {
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
    let unseen: UnseenProcess | null = null;
    for await (const batch of this.#inputs.batches(fields, signal))
      for (let row = 0; row < batch.length; row++) {
        if (found === maxRecords || !isRecord(batch, row)) continue;
        found++;
        const actor = unseenOf(batch.event(row));
        const node = actor === null ? -1 : tree.find(actor.host, actor.guid, actor.pid, actor.time);
        if (node >= 0) focus.add(node);
        else unseen ??= actor;
      }
    const notes = recordNotes(query.record, found, unseen !== null || focus.size > 0);
    return { focus: [...focus].sort((a, b) => a - b), unseen, notes };
  }

  /** The process of a GUID that no creation tells of, from the first event that it made. */
  async #unseen(start: ProcessQuery, signal?: AbortSignal): Promise<UnseenProcess | null> {
    const asked = start.kind === 'process' ? start.process : start.kind === 'guid' ? start : null;
    if (asked === null || asked.guid === null) return null;
    const ms = start.kind === 'process' ? start.time : null;
    const time = ms === null ? null : correlationTime(new Date(ms).toISOString());
    const guid = asked.guid.replaceAll(/[{}]/g, '').toLowerCase();
    const fields = new FieldTable();
    const names = ['ProcessGuid', 'SourceProcessGUID'].map((name) => fields.add(name));
    const accept = eventFilter(asked.host === undefined ? {} : { hosts: [asked.host] }, { withoutTime: 0 });
    for await (const batch of this.#inputs.batches(fields, signal))
      for (let row = 0; row < batch.length; row++) {
        const isIt = (name: number): boolean =>
          String(cellValue(batch, row, name))
            .replaceAll(/[{}]/g, '')
            .toLowerCase() === guid;
        if (!names.some(isIt) || !(accept?.(batch, row) ?? true)) continue;
        const actor = unseenOf(batch.event(row));
        if (actor?.guid === guid) return { ...actor, time };
      }
    return null;
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

function recordNotes(record: string, found: number, known: boolean): string[] {
  if (found === 0) return [`no event has the record number ${record}`];
  if (found === 1) return known ? [] : ['the event names no process that acts'];
  const many = found === maxRecords ? `the first ${found}` : found;
  return [`${many} events have the record number ${record}; choose with --channel and --host`];
}

function isChannel(value: Value, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const name = String(value ?? '').toLowerCase();
  // `Security` and `Sysmon` say enough of a channel.
  const short = wanted.toLowerCase();
  return name === short || name === `microsoft-windows-${short}/operational`;
}
