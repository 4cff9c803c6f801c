/** Questions about many processes as parts, each within what one search may hold. */
import type { ProcessAsk } from './process-query.ts';

/** GUIDs of one search: servers take 65,536 terms, and there are four forms of each; Splunk reads all as text. */
const mostGuids = { elastic: 8000, splunk: 400 };
/** Comparisons of other values in one search; servers take 1,024 clauses (`indices.query.bool.max_clause_count`). */
const mostClauses = 400;
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
    const clauses = ask.of === 'any' && ask.by === 'pid' ? 12 : ask.of === 'creation' ? 4 : 2;
    const cost = byGuid ? 1 / mostGuids[kind] : clauses / mostClauses;
    const own = byGuid ? 0 : hostClauses / mostClauses;
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
