/** Takes circles out of a forest: events that name each other as parents, by mistake or on purpose. */
import { Link } from './types.ts';

/**
 * Of each circle the member with the least number (processes are numbered by time, then by what they say) loses its
 * parent. Returns how many there were. Numbers beyond the arrays have no parents.
 */
export function breakCycles(parent: Int32Array, link: Uint8Array): number {
  /** The walk that came by, plus one; all before the one at hand ended without a circle, or it was cut. */
  const seen = new Int32Array(parent.length);
  let cycles = 0;
  for (let start = 0; start < parent.length; start++) {
    let node = start;
    while (node >= 0 && node < parent.length && seen[node] === 0) {
      seen[node] = start + 1;
      node = parent[node] as number;
    }
    if (node < 0 || node >= parent.length || seen[node] !== start + 1) continue;
    // The walk came back to itself.
    const first = least(parent, node);
    parent[first] = -1;
    link[first] = Link.none;
    cycles++;
  }
  return cycles;
}

function least(parent: Int32Array, member: number): number {
  let first = member;
  for (let node = parent[member] as number; node !== member; node = parent[node] as number)
    if (node < first) first = node;
  return first;
}
