/** Reads inputs of any kind into a Parquet file of texts. */
import { setImmediate } from 'node:timers/promises';
import { FieldTable } from '../../events/index.ts';
import {
  defaultLimits,
  readInputs,
  type InputList,
  type InputReport,
  type Limits,
  type SourceIssue,
} from '../../sources/index.ts';
import { EventTableWriter } from '../../store/index.ts';
import { eventFilter, type EventFilter, type FilterCounts } from '../event-filter.ts';
import type { HuntProgress } from '../options.ts';
import type { EventColumns } from './relation.ts';

export interface LoadOptions {
  /** Only these fields become columns, besides those that every event has. */
  readonly fields?: readonly string[];
  readonly filter?: EventFilter;
  readonly onProgress?: (progress: HuntProgress) => void;
  /** Ends the reading after the batch at hand. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<Limits>;
  /** Told of each input after it was read. */
  readonly onInput?: (report: InputReport) => void;
}

export interface LoadedEvents extends EventColumns {
  readonly events: number;
  /** Names of the fields, as events spell them; in the order of `fields`. */
  readonly names: readonly string[];
}

/** Where problems with the input go. */
export interface LoadIssues {
  add(issue: SourceIssue): void;
  /** A file in a folder that holds no events of a known kind. */
  addUnknown(name: string, what: string): void;
}

/** Reads inputs into a Parquet file of texts. What goes wrong with the input goes to `issues`. */
export async function loadEvents(
  list: InputList,
  file: string,
  { fields: wanted, filter, onProgress, signal, limits, onInput }: LoadOptions,
  issues: LoadIssues,
  firstRow = 0,
): Promise<LoadedEvents> {
  const fields = new FieldTable(wanted === undefined);
  for (const name of wanted ?? []) fields.add(name);
  const counts: FilterCounts = { withoutTime: 0 };
  const accept = eventFilter(filter ?? {}, counts);
  const writer = new EventTableWriter(file, fields, { firstRow });
  const { totalBytes } = list;
  let current = '';
  let lastTurn = performance.now();
  let before = 0;
  try {
    for (const { input, named } of list.inputs) {
      // Each input counts as named here: what is to be done with those of unknown kind is said by `onUnknown`.
      const one = { inputs: [{ input, named: true }], totalBytes };
      const tell = (bytes: number): void =>
        onProgress?.({ bytes: before + bytes, totalBytes, events: writer.events, current });
      const batches = readInputs(one, {
        fields,
        onIssue: (issue) => issues.add(issue),
        limits: { ...defaultLimits, ...limits },
        ...(!named && { onUnknown: (name: string, what: string) => issues.addUnknown(name, what) }),
        ...(onInput && { onInput }),
        ...(onProgress && { onProgress: tell }),
      });
      for await (const batch of batches) {
        if (signal?.aborted) break;
        current = batch.source;
        writer.add(batch, accept);
        // Some readers never wait: signals and timers get a turn now and then.
        if (performance.now() - lastTurn < 50) continue;
        await setImmediate();
        lastTurn = performance.now();
      }
      if (signal?.aborted) break;
      before += input.size ?? 0;
    }
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  if (counts.withoutTime > 0) {
    const message = `${counts.withoutTime} events without a time were left out of the time span`;
    issues.add({ code: 'HB_DAMAGED', source: 'events', message });
  }
  return {
    events: writer.events,
    fields: writer.columns.map(({ name }) => name),
    names: writer.columns.map(({ field }) => field),
    kinds: writer.kinds,
    more: writer.hasMore,
  };
}
