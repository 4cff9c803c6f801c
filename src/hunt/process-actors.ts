/**
 * A quick look at the cells of a row: may one of these processes have made this event? Says yes where that is not
 * sure, so that `actorOf` decides on the whole event.
 */
import { Field, parseInteger, type EventBatch, type FieldTable, type Value } from '../events/index.ts';
import type { ProcessInfo } from '../process/index.ts';

const guidFields = ['ProcessGuid', 'SourceProcessGUID'];
const pidFields = [
  'ProcessId',
  'SourceProcessId',
  'NewProcessId',
  'ClientProcessId',
  'CallerProcessId',
  'Execution_ProcessID',
];

/** What is asked for of one host. */
interface Wanted {
  readonly guids: Set<string>;
  readonly pids: Set<number>;
  /** Process ids of those that have no GUID. */
  readonly bare: Set<number>;
}

export class ActorTest {
  readonly #guids: ReadonlySet<number>;
  readonly #pids: ReadonlySet<number>;
  readonly #hosts = new Map<string, Wanted>();
  /** By the host as it is spelled; hosts repeat from row to row. */
  readonly #spelled = new Map<Value, Wanted | null>();

  /** Asks `fields` for what it looks at. */
  constructor(fields: FieldTable, processes: readonly ProcessInfo[]) {
    this.#guids = new Set(guidFields.map((name) => fields.add(name)));
    this.#pids = new Set(pidFields.map((name) => fields.add(name)));
    for (const { host, guid, pid } of processes) {
      const key = host.toLowerCase();
      const wanted = this.#hosts.get(key) ?? { guids: new Set(), pids: new Set(), bare: new Set() };
      this.#hosts.set(key, wanted);
      if (guid !== null) wanted.guids.add(guid);
      if (pid !== null) wanted.pids.add(pid);
      if (pid !== null && guid === null) wanted.bare.add(pid);
    }
  }

  maySay(batch: EventBatch, row: number): boolean {
    const to = batch.rowStart[row + 1] as number;
    let host: Value = null;
    let guid: string | null = null;
    const pids: number[] = [];
    for (let cell = batch.rowStart[row] as number; cell < to; cell++) {
      const field = batch.cellField[cell] as number;
      if (field === Field.Computer) host = batch.value(cell);
      else if (this.#guids.has(field)) guid ??= guidOf(batch.value(cell));
      else if (this.#pids.has(field)) pids.push(pidOf(batch.value(cell)));
    }
    const wanted = this.#wantedOf(host);
    if (wanted === null) return false;
    if (guid === null) return pids.some((pid) => wanted.pids.has(pid));
    return wanted.guids.has(guid) || pids.some((pid) => wanted.bare.has(pid));
  }

  #wantedOf(host: Value): Wanted | null {
    const known = this.#spelled.get(host);
    if (known !== undefined) return known;
    const found = this.#hosts.get(String(Array.isArray(host) ? host[0] : (host ?? '')).toLowerCase()) ?? null;
    if (this.#spelled.size < 10_000) this.#spelled.set(host, found);
    return found;
  }
}

/** Null for what is none, and for zeros. */
function guidOf(value: Value): string | null {
  const text = typeof value === 'string' ? value.trim().replaceAll(/[{}]/g, '').toLowerCase() : '';
  return /^[0-9a-f-]{36}$/.test(text) && /[1-9a-f]/.test(text) ? text : null;
}

function pidOf(value: Value): number {
  const number = typeof value === 'string' ? parseInteger(value.trim()) : value;
  return typeof number === 'number' || typeof number === 'bigint' ? Number(number) : -1;
}
