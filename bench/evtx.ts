/**
 * EVTX to columns against evtx_dump (`cargo install evtx`; HUNTBOOK_EVTX_DUMP or PATH), in turn, whole processes.
 *
 *   node bench/evtx.ts [rounds]         builds a file of about 500 MB on first use, then compares CPU time
 *   node bench/evtx.ts --run MODE FILE  one run: columns (all fields), fields (about 60), walk (none)
 *
 * The file repeats the chunks of data/evtx that are more than 60 % full, so values repeat more than in real logs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { closeSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXTRA, type EventBatch, FieldTable, type Value } from '../src/events/index.ts';
import { CHUNK_SIZE, ChunkHeader, FILE_HEADER_SIZE, readEvtx } from '../src/sources/evtx/index.ts';
import { fileInput } from '../src/sources/file-input.ts';
import { defaultLimits } from '../src/sources/types.ts';

const wantedFields =
  `Image OriginalFileName CommandLine ParentImage ParentCommandLine User IntegrityLevel Hashes CurrentDirectory Product
  Company Description FileVersion ProcessId ParentProcessId LogonId TargetFilename TargetObject Details EventType
  ImageLoaded Signed Signature SignatureStatus SourceImage TargetImage GrantedAccess CallTrace StartModule StartFunction
  StartAddress PipeName QueryName QueryResults QueryStatus DestinationIp DestinationPort DestinationHostname Initiated
  SourceIp SourcePort Protocol ServiceName ServiceFileName ImagePath StartType ScriptBlockText Payload ContextInfo
  HostApplication SubjectUserName TargetUserName TargetUserSid LogonType IpAddress WorkstationName ObjectName AccessMask
  ShareName RelativeTargetName TaskName Status AuthenticationPackageName Data param1 param2 Level Keywords Task`.split(
    /\s+/,
  );

async function run(mode: string, file: string): Promise<void> {
  const fields = new FieldTable(mode === 'columns');
  if (mode === 'fields') for (const name of wantedFields) fields.add(name);
  const options = { fields, limits: defaultLimits, onIssue: (issue: object) => console.error(issue) };
  const columns = new Columns();
  const begin = process.cpuUsage();
  let events = 0;
  let cells = 0;
  for await (const batch of readEvtx(fileInput(file), options)) {
    if (mode !== 'walk') columns.add(batch, events);
    events += batch.length;
    cells += batch.cells;
  }
  const { user, system } = process.cpuUsage(begin);
  const reading = (user + system) / 1e6;
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ events, cells, distinct: columns.values.length, memory, reading }));
}

/** Values interned by kind and bytes; a column is the rows and ids of one field. */
class Columns {
  readonly values: Value[] = [];
  #slots = new Int32Array(1 << 16).fill(-1);
  /**
   * For each value: hash, key (kind and size), and its bytes: those of values of up to 8 bytes as two numbers, of
   * longer ones the place of their words in the pool.
   */
  #entries = new Int32Array(1 << 17);
  #pool = new Int32Array(1 << 20);
  #used = 0;
  /** By field: the id and the row of the value before, ids in blocks, and how much of the last block is used. */
  #last = new Int32Array(64).fill(-1);
  #rows = new Int32Array(64).fill(-2);
  #lengths = new Int32Array(64);
  #blocks: Int32Array[] = [];
  readonly #full: Int32Array[][] = [];
  /** By field: where a run of rows begins, and the ids before it. Most columns are long runs. */
  readonly #runs: number[][] = [];

  add(batch: EventBatch, firstRow: number): void {
    const { cellField, cellKind, cellStart, cellEnd, bytes, rowStart } = batch;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < batch.length; row++) {
      const end = rowStart[row + 1] as number;
      for (let cell = rowStart[row] as number; cell < end; cell++) {
        const field = cellField[cell] as number;
        if (field >= this.#last.length) this.#growFields(field);
        const kind = cellKind[cell] as number;
        const before = this.#last[field] as number;
        const id =
          kind === EXTRA
            ? this.values.push(batch.value(cell)) - 1
            : this.#intern(
                batch,
                cell,
                view,
                kind,
                cellStart[cell] as number,
                cellEnd[cell] as number,
                before,
              );
        this.#last[field] = id;
        if (this.#rows[field] !== firstRow + row - 1) this.#newRun(field, firstRow + row);
        this.#rows[field] = firstRow + row;
        let block = this.#blocks[field];
        let at = this.#lengths[field] as number;
        if (block === undefined || at === block.length) {
          block = this.#nextBlock(field, block);
          at = 0;
        }
        block[at] = id;
        this.#lengths[field] = at + 1;
      }
    }
  }

  #intern(
    batch: EventBatch,
    cell: number,
    view: DataView,
    kind: number,
    start: number,
    end: number,
    before: number,
  ): number {
    const size = end - start;
    const key = kind | (size << 8);
    const entries = this.#entries;
    let low = 0;
    let high = 0;
    let hash = key;
    if (size <= 8) {
      if (size >= 4) {
        low = view.getInt32(start, true);
        if (size === 8) high = view.getInt32(start + 4, true);
        else if (size > 4) high = tail(view, start + 4, end);
      } else {
        low = tail(view, start, end);
      }
      if (before >= 0) {
        const entry = before * 4;
        if (entries[entry + 1] === key && entries[entry + 2] === low && entries[entry + 3] === high)
          return before;
      }
      hash = Math.imul(Math.imul(hash, 0x5bd1e995) ^ low, 0x2c1b3c6d) ^ high;
      hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
    } else {
      if (before >= 0 && entries[before * 4 + 1] === key) {
        if (this.#equal(entries[before * 4 + 2] as number, view, start, end)) return before;
      }
      const whole = end - 4;
      let at = start;
      for (; at <= whole; at += 4)
        hash = Math.imul(hash ^ view.getInt32(at, true), 0x5bd1e995) ^ (hash >>> 15);
      if (at < end) hash = Math.imul(hash ^ tail(view, at, end), 0x5bd1e995);
    }
    hash ^= hash >>> 13;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id < 0) break;
      const entry = id * 4;
      if (entries[entry] === hash && entries[entry + 1] === key) {
        if (size <= 8) {
          if (entries[entry + 2] === low && entries[entry + 3] === high) return id;
        } else if (this.#equal(entries[entry + 2] as number, view, start, end)) {
          return id;
        }
      }
      slot = (slot + 1) & mask;
    }
    if (size > 8) low = this.#keep(view, start, end);
    return this.#new(batch.value(cell), hash, slot, key, low, high);
  }

  #equal(pool: number, view: DataView, start: number, end: number): boolean {
    const held = this.#pool;
    const whole = end - 4;
    let at = start;
    for (; at <= whole; at += 4) if (held[pool++] !== view.getInt32(at, true)) return false;
    return at === end || held[pool] === tail(view, at, end);
  }

  #keep(view: DataView, start: number, end: number): number {
    const from = this.#used;
    while (from + ((end - start + 3) >> 2) > this.#pool.length) this.#pool = doubled(this.#pool);
    let at = start;
    for (; at <= end - 4; at += 4) this.#pool[this.#used++] = view.getInt32(at, true);
    if (at < end) this.#pool[this.#used++] = tail(view, at, end);
    return from;
  }

  #new(value: Value, hash: number, slot: number, key: number, low: number, high: number): number {
    const id = this.values.push(value) - 1;
    if (id * 4 + 4 > this.#entries.length) this.#entries = doubled(this.#entries);
    const entry = id * 4;
    this.#entries[entry] = hash;
    this.#entries[entry + 1] = key;
    this.#entries[entry + 2] = low;
    this.#entries[entry + 3] = high;
    this.#slots[slot] = id;
    if (id * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
      const mask = this.#slots.length - 1;
      for (let i = 0; i <= id; i++) {
        let free = (this.#entries[i * 4] as number) & mask;
        while ((this.#slots[free] as number) >= 0) free = (free + 1) & mask;
        this.#slots[free] = i;
      }
    }
    return id;
  }

  /** Blocks are kept, not copied, when one is full. */
  #nextBlock(field: number, block: Int32Array | undefined): Int32Array {
    if (block !== undefined) (this.#full[field] ??= []).push(block);
    const next = new Int32Array(block === undefined ? 16 : Math.min(block.length * 4, 1 << 16));
    this.#blocks[field] = next;
    return next;
  }

  #newRun(field: number, row: number): void {
    (this.#runs[field] ??= []).push(row, this.#lengths[field] as number);
  }

  #growFields(field: number): void {
    const rows = new Int32Array(field * 2).fill(-2);
    rows.set(this.#rows);
    this.#rows = rows;
    const next = new Int32Array(field * 2).fill(-1);
    next.set(this.#last);
    this.#last = next;
    const lengths = new Int32Array(field * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}

/** The last one to three bytes as a number. */
function tail(view: DataView, at: number, end: number): number {
  let word = 0;
  for (; at < end; at++) word = (word << 8) | view.getUint8(at);
  return word;
}

function doubled(old: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(old.length * 2);
  next.set(old);
  return next;
}

function compareAll(rounds: number): void {
  const file = bigFile();
  const megabytes = statSync(file).size / 1e6;
  const own = (mode: string): string => `${process.execPath} ${import.meta.filename} --run ${mode} ${file}`;
  const commands: Record<string, string> = {
    'evtx_dump -t 1 -o jsonl': `${process.env['HUNTBOOK_EVTX_DUMP'] ?? 'evtx_dump'} -t 1 -o jsonl ${file}`,
    'columns (all fields)': own('columns'),
    [`fields (${wantedFields.length})`]: own('fields'),
    'walk (no fields)': own('walk'),
  };
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) times.get(name)?.push(cpuSeconds(command));
  }
  const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] as number;
  const reference = median(times.get('evtx_dump -t 1 -o jsonl') ?? []);
  console.log(`${megabytes.toFixed(0)} MB, CPU (user+sys) of whole processes, median of ${rounds}`);
  for (const [name, list] of times) {
    const cpu = median(list);
    const ratio = `${(cpu / reference).toFixed(2)}x`;
    console.log(
      `${name.padEnd(26)} ${cpu.toFixed(2)} s  ${(megabytes / cpu).toFixed(0).padStart(5)} MB/s  ${ratio}`,
    );
  }
}

function cpuSeconds(command: string): number {
  const script = `TIMEFORMAT='%U %S'; time ${command} > /dev/null`;
  // The published package is compiled: Node's compile cache saves the bench from stripping types in every run.
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(tmpdir(), 'huntbook-bench', 'compile-cache') };
  const { stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  const [user, system] = (stderr.trim().split('\n').at(-1) as string).split(' ').map(Number);
  return (user as number) + (system as number);
}

function bigFile(): string {
  const folder = path.join(tmpdir(), 'huntbook-bench');
  const file = path.join(folder, 'big.evtx');
  if (existsSync(file)) return file;
  const data = path.resolve(import.meta.dirname, '../../shared/data/evtx');
  const chunks: Uint8Array[] = [];
  let header = new Uint8Array(FILE_HEADER_SIZE);
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.toLowerCase().endsWith('.evtx')) continue;
    const bytes = readFileSync(path.join(data, name));
    header = new Uint8Array(bytes.subarray(0, FILE_HEADER_SIZE));
    for (let at = FILE_HEADER_SIZE; at + CHUNK_SIZE <= bytes.length; at += CHUNK_SIZE) {
      const chunk = bytes.subarray(at, at + CHUNK_SIZE);
      const full = chunk.readUInt32LE(ChunkHeader.freeSpace) > 0.6 * CHUNK_SIZE;
      if (chunk.toString('latin1', 0, 7) === 'ElfChnk' && full) chunks.push(chunk);
    }
  }
  mkdirSync(folder, { recursive: true });
  const out = openSync(`${file}.part`, 'w');
  writeSync(out, header);
  for (let size = 0; size < 500e6;) {
    for (const chunk of chunks) size += writeSync(out, chunk);
  }
  closeSync(out);
  renameSync(`${file}.part`, file);
  return file;
}

if (process.argv[2] === '--run') await run(process.argv[3] as string, process.argv[4] as string);
else compareAll(Number(process.argv[2] ?? 3));
