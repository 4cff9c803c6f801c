/** A table for tests of the server alone: its searches give the rows that they are told to. */
import { HuntbookError } from '../../../src/errors.ts';
import type { EventTable } from '../../../src/lab/index.ts';

export type FakeRow = Readonly<Record<string, string | readonly string[] | null>>;

/** `search rows=N` gives N rows, `search fail` fails while it runs, `search bad` is none. */
export function fakeTable(rowOf: (at: number) => FakeRow, fields: readonly string[]): EventTable {
  return {
    check(text) {
      const unknown = /\|\s*(bad|frobnicate)\b/.exec(text)?.[1];
      if (unknown !== undefined) throw new HuntbookError('HB_SPL', `Unknown search command '${unknown}'.`);
    },
    async search(text, { signal }) {
      if (text.includes('fail')) throw new HuntbookError('HB_SPL', 'it failed');
      const wanted = Number(/rows=(\d+)/.exec(text)?.[1] ?? 0);
      async function* rows(): AsyncGenerator<FakeRow> {
        for (let at = 0; at < wanted; at++) {
          signal.throwIfAborted();
          if (text.includes('breaks') && at === wanted - 1) throw new HuntbookError('HB_SPL', 'it broke');
          yield rowOf(at);
        }
      }
      return { fields, rows: rows() };
    },
    facts: { events: 3, from: null, to: null },
    close: async () => {},
  };
}
