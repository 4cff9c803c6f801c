/** The estate of `huntbook demo`: small enough to make in about a second, with every attack scene in it. */
import { writeLab, type LabResult } from './write-lab.ts';

/** Writes the demo's estate to a folder, replacing an earlier one. */
export function demoEstate(out: string): Promise<LabResult> {
  return writeLab({ out, hosts: 6, hours: 10, events: 20_000, formats: ['ndjson'], force: true });
}
