/** Questions about many processes as parts, each within what one search may hold. */
import type { ProcessAsk } from './process-query.ts';

/** GUIDs of one search: servers take 65,536 terms, and there are four forms of each; Splunk reads all as text. */
const mostGuids = { elastic: 8000, splunk: 400 };
/** Comparisons of other values in one search; servers take 1,024 clauses (`indices.query.bool.max_clause_count`). */
const mostClauses = { elastic: 600, splunk: 3000 };
/** A host, and the condition that holds it and its values together. */
const hostClauses = 4;

export function* processBatches(
  asks: readonly ProcessAsk[],
  kind: 'elastic' | 'splunk',
): Generator<ProcessAsk[]> {
  let batch: ProcessAsk[] = [];
  let room = 1;
  for (const ask of asks) {
    const byGuid = ask.by === 'guid' || ask.by === 'parentGuid';
    const names = ask.of === 'any' && ask.by === 'pid' ? 6 : 2;
    const isList = kind === 'elastic' && (ask.by === 'pid' || ask.by === 'parentPid');
    // Process ids of a host are one clause there.
    const cost = byGuid || isList ? 1 / mostGuids[kind] : (2 * names) / mostClauses[kind];
    const own = byGuid ? 0 : (hostClauses * names) / mostClauses[kind];
    let part = new Map<string | null, string[]>();
    const take = (): void => {
      if (part.size > 0) batch.push({ ...ask, values: part });
      part = new Map();
    };
    for (const [host, values] of ask.values)
      for (const value of values) {
        const needed = cost + (part.has(host) ? 0 : own);
        if (room < needed && (batch.length > 0 || part.size > 0)) {
          take();
          yield batch;
          batch = [];
          room = 1;
        }
        room -= part.has(host) ? cost : cost + own;
        const known = part.get(host);
        if (known === undefined) part.set(host, [value]);
        else known.push(value);
      }
    take();
  }
  if (batch.length > 0) yield batch;
}
