/** Events as tables for the time of a command: with progress and Ctrl-C, closed however the command ends. */
import type { EventStore, OpenEventsOptions } from '../hunt/index.ts';
import { Interrupted, onExit, watchInterrupt, type Interrupt } from './exit.ts';
import { startProgress } from './progress.ts';

/** Throws what `open` and `use` throw; Interrupted after Ctrl-C, also where a part was read. */
export async function withEvents<T extends EventStore>(
  open: (how: Required<Pick<OpenEventsOptions, 'signal' | 'onProgress'>>) => Promise<T>,
  quiet: boolean,
  use: (store: T, interrupt: Interrupt) => Promise<void>,
): Promise<void> {
  const progress = startProgress(quiet);
  const interrupt = watchInterrupt(() => progress.end());
  try {
    const opening = open({
      signal: interrupt.signal,
      onProgress: (report) => progress.update(report),
    });
    const store = await Promise.race([opening, interrupt.expired]);
    const forget = onExit(() => void store.close());
    try {
      progress.end();
      // A part of the events would answer another question.
      if (interrupt.signal.aborted) throw new Interrupted();
      await use(store, interrupt);
    } finally {
      forget();
      await store.close();
    }
  } catch (error) {
    if (interrupt.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    progress.end();
    interrupt.end();
  }
}
