/** The processes above findings of files: a pass before the hunt reads all creations of the input. */
import { HuntbookError } from '../../errors.ts';
import type { ListedInput } from '../../sources/index.ts';
import type { HuntOptions } from '../options.ts';
import { fileProcesses } from '../process-files.ts';
import { treeAncestry } from './tree.ts';
import type { Ancestry } from './types.ts';

/**
 * Throws HB_USAGE where an input can be read only once. Creations before `since` are read too: who started a process is
 * often older than what it did.
 */
export async function fileAncestry(
  { paths, filter, limits, signal, onProgress }: HuntOptions,
  inputs: readonly ListedInput[],
): Promise<Ancestry> {
  const once = inputs.find(({ input }) => input.path === undefined || input.size === undefined);
  if (once)
    throw new HuntbookError('HB_USAGE', `${once.input.name}: chains of processes need a second pass`, {
      hint: 'What comes through a pipe can be read once: save it to a file, and name that file.',
    });
  const { hosts } = filter ?? {};
  const processes = fileProcesses(paths, {
    ...(hosts && { filter: { hosts } }),
    ...(limits && { limits }),
    ...(onProgress && { onProgress }),
  });
  try {
    return treeAncestry(await processes.readTree(signal));
  } finally {
    processes.close();
  }
}
