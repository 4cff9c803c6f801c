/** The estate of `huntbook demo`: small enough to make in about a second, with every attack scene in it. */
import { writeLab, type LabResult } from './write-lab.ts';

/**
 * Writes the demo's estate to a folder, replacing an earlier one: the domain controller's events as JSON lines, as a
 * collector has them, and the other hosts' as EVTX, as a responder brings them. Each event is written once.
 */
export function demoEstate(out: string): Promise<LabResult> {
  const collected = (computer: string): boolean => computer.startsWith('BW-DC');
  return writeLab({
    out,
    hosts: 6,
    hours: 10,
    events: 20_000,
    formats: ['evtx', 'ndjson'],
    only: { ndjson: collected, evtx: (computer) => !collected(computer) },
    force: true,
  });
}
