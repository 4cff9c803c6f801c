/**
 * EVTX files, as a responder would collect them: one per host and channel, or one per channel with all hosts as a
 * collector keeps them. A file that grows beyond 2 GiB goes on in another.
 */
import { crc32 } from 'node:zlib';
import { HuntbookError } from '../../errors.ts';
import type { EventSchema, LabEvent } from '../event.ts';
import { EvtxChunk, type EventTemplates } from './evtx-chunk.ts';
import { dataTemplate, systemTemplate, type Template } from './evtx-template.ts';
import { writeU64 } from './evtx-values.ts';
import type { OutputFile, OutputFolder } from './output.ts';
import type { LabWriter, Place } from './types.ts';

export type EvtxLayout = 'host' | 'channel';

const HEADER_BLOCK = 4096;
const MAX_CHUNKS = 32_768;

/** Writes EVTX files below `events/evtx/`. The place of an event is the number of its record in its file, from 1. */
export function openEvtx(folder: OutputFolder, layout: EvtxLayout, maxChunks = MAX_CHUNKS): LabWriter {
  const files = new Map<string, EvtxFile>();
  const templates = new TemplateSet();
  const open = (key: string, event: LabEvent, part: number): EvtxFile => {
    const channel = event.schema.channel.replaceAll('/', '%4');
    const host = event.computer.split('.', 1)[0]!;
    const name = `${layout === 'host' ? `${host}/` : ''}${channel}${part > 1 ? `-${part}` : ''}.evtx`;
    const file = new EvtxFile(folder.open(`events/evtx/${name}`), part);
    files.set(key, file);
    return file;
  };
  return {
    write(event): Place {
      const key = layout === 'host' ? `${event.computer} ${event.schema.channel}` : event.schema.channel;
      let file = files.get(key) ?? open(key, event, 1);
      if (file.chunks >= maxChunks) {
        file.finish();
        file = open(key, event, file.part + 1);
      }
      const position = file.add(event, layout === 'host' ? event.recordId : null, templates.of(event.schema));
      return { file: file.name, position };
    },
    finish(): void {
      for (const file of files.values()) file.finish();
    },
  };
}

class EvtxFile {
  readonly part: number;
  readonly #file: OutputFile;
  readonly #chunk = new EvtxChunk();
  #chunks = 0;
  #records = 0;
  #nextId = 1;

  constructor(file: OutputFile, part: number) {
    this.part = part;
    this.#file = file;
    file.write(new Uint8Array(HEADER_BLOCK));
  }

  get name(): string {
    return this.#file.name;
  }

  get chunks(): number {
    return this.#chunks;
  }

  /** Adds a record; `id` null numbers it within the file. Returns its number in the file. */
  add(event: LabEvent, id: number | null, templates: EventTemplates): number {
    const recordId = id ?? this.#records + 1;
    if (!this.#chunk.add(event, recordId, templates)) {
      this.#flush();
      if (!this.#chunk.add(event, recordId, templates)) {
        throw new HuntbookError(
          'HB_LIMIT',
          `An event ${event.schema.eventId} is larger than a chunk of an EVTX file.`,
        );
      }
    }
    this.#nextId = recordId + 1;
    return ++this.#records;
  }

  finish(): void {
    this.#flush();
    const header = Buffer.alloc(HEADER_BLOCK);
    header.write('ElfFile\0', 0, 'latin1');
    writeU64(header, 16, Math.max(0, this.#chunks - 1));
    writeU64(header, 24, this.#nextId);
    header.writeUInt32LE(128, 32);
    header.writeUInt16LE(1, 36);
    header.writeUInt16LE(3, 38);
    header.writeUInt16LE(HEADER_BLOCK, 40);
    header.writeUInt16LE(this.#chunks, 42);
    header.writeUInt32LE(crc32(header.subarray(0, 120)), 124);
    this.#file.write(header, 0);
    this.#file.close();
  }

  #flush(): void {
    const { count } = this.#chunk;
    if (count > 0) {
      this.#file.write(this.#chunk.finish(this.#records - count + 1));
      this.#chunks++;
    }
    this.#chunk.reset();
  }
}

/** Templates by kind of event; System templates are shared by the events of a provider in a channel. */
class TemplateSet {
  readonly #ready = new Map<EventSchema, EventTemplates>();
  readonly #system = new Map<string, Template>();

  of(schema: EventSchema): EventTemplates {
    let templates = this.#ready.get(schema);
    if (templates === undefined) {
      const system = systemTemplate(schema);
      const key = system.guid.toString('hex');
      const shared = this.#system.get(key) ?? system;
      this.#system.set(key, shared);
      templates = { system: shared, data: dataTemplate(schema), keywords: BigInt(schema.keywords) };
      this.#ready.set(schema, templates);
    }
    return templates;
  }
}
