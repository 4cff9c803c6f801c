/** A database that belongs to one frame: opened when SQL is asked for, closed with the frame. */
import { Engine } from './engine.ts';
import type { SqlEngine } from './relation.ts';

export interface OwnEngine {
  get(): Promise<SqlEngine>;
  close(): void;
}

/** `given` is used instead, and not closed. */
export function ownEngine(given?: SqlEngine): OwnEngine {
  if (given) return { get: async () => given, close: () => {} };
  let opened: Promise<Engine> | undefined;
  return {
    get: () => (opened ??= Engine.open()),
    close: () => void opened?.then((engine) => engine.close()).catch(() => {}),
  };
}
