/**
 * Inputs to Parquet files of texts, on several threads when there is enough to read. The events, their order and the
 * problems reported are those of one thread.
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { InputList } from '../../sources/index.ts';
import type { IssueLog } from '../issue-log.ts';
import { agree, divide, kindsOf } from './load-group.ts';
import { loadGroups } from './load-threads.ts';
import { loadEvents, type LoadedEvents, type LoadOptions } from './load.ts';

export interface LoadedFile {
  readonly file: string;
  readonly loaded: LoadedEvents;
}

/** Below this many bytes a second thread costs more than it gives. */
const worthThreads = 96 * 1024 * 1024;

/** Loads inputs into files in a folder, whose rows follow each other; each counts its rows from 0. */
export async function loadFiles(
  list: InputList,
  folder: string,
  options: LoadOptions,
  issues: IssueLog,
  wanted?: number,
): Promise<LoadedFile[]> {
  const groups = divide(list, threadCount(list, wanted));
  if (groups.length > 1) {
    const files = groups.map((_, index) => join(folder, `events-${index}.parquet`));
    const found = await loadGroups(groups, files, list.totalBytes, options);
    const loaded = found.map((group) => group.loaded);
    if (options.signal?.aborted || agree(loaded)) {
      for (const group of found) {
        issues.merge(group.issues);
        for (const [name, what] of group.unknown) issues.addUnknown(name, what);
        for (const report of group.inputs) options.onInput?.(report);
      }
      noteWithoutTime(loaded, issues);
      const kinds = kindsOf(loaded);
      return found.map((group, index) => ({
        file: group.file,
        loaded: { ...group.loaded, kinds: index === 0 ? kinds : [] },
      }));
    }
    for (const file of files) rmSync(file, { force: true });
  }
  const file = join(folder, 'events.parquet');
  const loaded = await loadEvents(list, file, options, issues);
  noteWithoutTime([loaded], issues);
  return [{ file, loaded }];
}

function threadCount({ inputs, totalBytes }: InputList, wanted: number | undefined): number {
  // Standard input and pipes can not be handed to another thread.
  if (inputs.some(({ input }) => input.path === undefined || input.size === undefined)) return 1;
  const useful = totalBytes > worthThreads ? Math.min(4, availableParallelism()) : 1;
  return Math.max(1, Math.min(wanted ?? useful, inputs.length));
}

function noteWithoutTime(loaded: readonly LoadedEvents[], issues: IssueLog): void {
  const count = loaded.reduce((sum, { withoutTime }) => sum + withoutTime, 0);
  if (count === 0) return;
  const message = `${count} events without a time were left out of the time span`;
  issues.add({ code: 'HB_DAMAGED', source: 'events', message });
}
