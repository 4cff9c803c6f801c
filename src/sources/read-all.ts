/** Reads everything under some paths: one stream of batches, and a report of each input when it is done. */
import type { EventBatch } from '../events/index.ts';
import { listInputs, type InputList, type ListOptions } from './inputs.ts';
import type { Kind } from './kinds.ts';
import { openBatches, type OpenOptions } from './open.ts';

export interface InputReport {
  readonly name: string;
  /** Kind of the content; `unreadable` where it could not be opened. */
  readonly kind: Kind | 'unreadable';
  readonly events: number;
  /** Size of the input; for pipes 0. */
  readonly bytes: number;
  /** Archive members that were opened. */
  readonly members: number;
}

export interface ReadAllOptions extends OpenOptions {
  /** Told of each input after it was read, in order. */
  readonly onInput?: (report: InputReport) => void;
}

/** Files of unknown kind that were found in folders are named in one issue, this many of them. */
const namedUnknown = 50;

/** Lists and reads. Throws HB_NOT_FOUND before anything is read; later problems are issues. */
export async function* readAll(
  paths: readonly string[],
  options: ReadAllOptions & Pick<ListOptions, 'stdin'>,
): AsyncGenerator<EventBatch> {
  yield* readInputs(listInputs(paths, options), options);
}

/** Reads inputs that were listed, one after the other. `onProgress` counts over all of them. */
export async function* readInputs(list: InputList, options: ReadAllOptions): AsyncGenerator<EventBatch> {
  const { onProgress } = options;
  const unknown: string[] = [];
  let done = 0;
  for (const { input, named } of list.inputs) {
    let kind: InputReport['kind'] = 'unreadable';
    let members = 0;
    let events = 0;
    const open: OpenOptions = {
      ...options,
      onOpen: (opened, name) => {
        // The first that opens is the input itself; what is inside a compressed file has the same name.
        if (kind === 'unreadable') kind = opened;
        else if (name !== input.name) members++;
        options.onOpen?.(opened, name);
      },
      ...(named ? {} : { onUnknown: (name: string) => unknown.push(name) }),
      ...(onProgress ? { onProgress: (bytes: number) => onProgress(done + bytes) } : {}),
    };
    for await (const batch of openBatches(input, open)) {
      events += batch.length;
      yield batch;
    }
    const bytes = input.size ?? 0;
    done += bytes;
    onProgress?.(done);
    options.onInput?.({ name: input.name, kind, events, bytes, members });
  }
  if (unknown.length > 0) options.onIssue(unknownIssue(unknown));
}

function unknownIssue(names: readonly string[]): Parameters<ReadAllOptions['onIssue']>[0] {
  const shown = names.slice(0, namedUnknown).join(', ');
  const more = names.length > namedUnknown ? ` and ${names.length - namedUnknown} more` : '';
  const count = names.length === 1 ? '1 file is no event log' : `${names.length} files are no event logs`;
  return { code: 'HB_UNKNOWN_KIND', source: names[0] as string, message: `${count}: ${shown}${more}` };
}
