/**
 * The end of the process: what has to be tidied up however it comes, and what Ctrl-C means. The first SIGINT asks
 * the work to stop, the second ends the process at once.
 */
import { ExitCode } from '../errors.ts';

const tasks = new Set<() => void>();
const signals = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;
let watching = false;

/** Runs `task` when the process ends, also by a signal, unless the returned function took it back before. */
export function onExit(task: () => void): () => void {
  tasks.add(task);
  watch();
  return () => tasks.delete(task);
}

/** From here on signals end the process by way of its `exit` event, at which temporary files go. */
function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const each of tasks) each();
  });
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      if (name !== 'SIGINT' || interruptions === 0) process.exit(code);
    });
  }
}

/** The work was stopped by the user: exit status 130 and not a word more. */
export class Interrupted extends Error {}

/** How long the work may take to stop by itself once it was asked to, in milliseconds. */
const grace = 2000;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Rejects with `Interrupted` when the work did not stop in time. */
  readonly expired: Promise<never>;
  /** Back to the usual meaning of Ctrl-C. */
  end(): void;
}

/** While it lasts, the first Ctrl-C aborts `signal` and calls `onStop`; `patience` in milliseconds. */
export function watchInterrupt(onStop: () => void, patience: number = grace): Interrupt {
  const abort = new AbortController();
  let expire: (error: Error) => void;
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => (expire = reject));
  expired.catch(() => {});
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(ExitCode.interrupted);
    abort.abort();
    timer = setTimeout(() => expire(new Interrupted()), patience);
    onStop();
  };
  interruptions++;
  watch();
  process.on('SIGINT', stop);
  return {
    signal: abort.signal,
    expired,
    end() {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      interruptions--;
    },
  };
}

/** Watches that are open; SIGINT is theirs then. */
let interruptions = 0;

/** Ends the process once everything written to the standard streams is out, or nobody takes it any more. */
export async function exit(code: number): Promise<never> {
  process.exitCode = code;
  const flushed = [process.stdout, process.stderr].map(
    (stream) =>
      new Promise<void>((resolve) => (stream.destroyed ? resolve() : stream.write('', () => resolve()))),
  );
  const patience = new Promise((resolve) => setTimeout(resolve, grace).unref());
  await Promise.race([Promise.all(flushed), patience]);
  process.exit(code);
}
