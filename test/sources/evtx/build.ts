/** Builds small EVTX files byte by byte, with just what the reader looks at. */
import {
  CHUNK_HEADER_SIZE,
  CHUNK_SIGNATURE,
  CHUNK_SIZE,
  ChunkHeader,
  chunkHeaderChecksum,
  chunkRecordsChecksum,
  FILE_HEADER_SIZE,
  FILE_SIGNATURE,
  FileHeader,
  fileHeaderChecksum,
  RECORD_SIGNATURE,
  Token,
  ValueType,
} from '../../../src/sources/evtx/index.ts';

/** A piece of content: text, a substitution, or what else XML allows. */
export type Piece =
  | string
  | { readonly sub: number }
  | { readonly char: number }
  | { readonly entity: string }
  | { readonly cdata: string }
  | { readonly type: number; readonly raw: Uint8Array };

export interface Tag {
  readonly tag: string;
  readonly attributes?: Readonly<Record<string, Piece[]>>;
  readonly content?: (Piece | Tag | Instance)[];
  readonly dependency?: number;
}

export interface Instance {
  readonly template: Tag;
  readonly values: TemplateValue[];
}

export interface TemplateValue {
  readonly type: number;
  readonly raw?: Uint8Array;
  readonly nested?: Instance;
}

export const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));
export const string = (text: string): TemplateValue => ({ type: ValueType.STRING, raw: utf16(text) });
export const none: TemplateValue = { type: ValueType.NULL };

export function number(type: number, size: number, value: bigint | number): TemplateValue {
  const raw = new Uint8Array(size);
  for (let i = 0, rest = BigInt.asUintN(64, BigInt(value)); i < size; i++, rest >>= 8n)
    raw[i] = Number(rest & 0xffn);
  return { type, raw };
}

export class ChunkBuilder {
  readonly bytes = new Uint8Array(CHUNK_SIZE);
  readonly #view = new DataView(this.bytes.buffer);
  #at: number = CHUNK_HEADER_SIZE;
  #names = new Map<string, number>();
  #templates = new Map<Tag, number>();
  #firstId: number | undefined;
  #lastId = 0;
  #lastRecord = 0;
  /** Start of each record. */
  readonly records: number[] = [];

  get end(): number {
    return this.#at;
  }

  /** Adds a record. Names and templates are shared with the records before unless `apart`. */
  record(id: number, content: Instance | Tag, apart = false): this {
    if (apart) {
      this.#names = new Map();
      this.#templates = new Map();
    }
    const start = this.#at;
    this.records.push(start);
    this.#u32(RECORD_SIGNATURE);
    this.#u32(0);
    this.#u64(BigInt(id));
    this.#u64(132_500_000_000_000_000n + BigInt(id));
    this.#fragment(content);
    this.#u8(Token.END);
    while ((this.#at - start) % 4 !== 0) this.#u8(0);
    const size = this.#at - start + 4;
    this.#u32(size);
    this.#view.setUint32(start + 4, size, true);
    this.#firstId ??= id;
    this.#lastId = id;
    this.#lastRecord = start;
    return this;
  }

  /** The chunk with its header as Windows would write it. */
  finish(): Uint8Array {
    const view = this.#view;
    this.bytes.set(CHUNK_SIGNATURE);
    view.setBigUint64(ChunkHeader.firstNumber, BigInt(this.#firstId ?? 0), true);
    view.setBigUint64(ChunkHeader.lastNumber, BigInt(this.#lastId), true);
    view.setBigUint64(ChunkHeader.firstId, BigInt(this.#firstId ?? 0), true);
    view.setBigUint64(ChunkHeader.lastId, BigInt(this.#lastId), true);
    view.setUint32(ChunkHeader.headerSize, 128, true);
    view.setUint32(ChunkHeader.lastRecord, this.#lastRecord, true);
    view.setUint32(ChunkHeader.freeSpace, this.#at, true);
    view.setUint32(ChunkHeader.recordsChecksum, chunkRecordsChecksum(this.bytes, this.#at), true);
    view.setUint32(ChunkHeader.checksum, chunkHeaderChecksum(this.bytes), true);
    return this.bytes;
  }

  #fragment(content: Instance | Tag): void {
    this.#put(Uint8Array.of(Token.FRAGMENT, 1, 1, 0));
    if ('template' in content) this.#instance(content);
    else this.#tag(content, false);
  }

  #instance({ template, values }: Instance): void {
    this.#u8(Token.TEMPLATE);
    this.#u8(1);
    this.#u32(0x11111111);
    const known = this.#templates.get(template);
    this.#u32(known ?? this.#at + 4);
    if (known === undefined) {
      this.#templates.set(template, this.#at);
      this.#put(new Uint8Array(20));
      const size = this.#at;
      this.#u32(0);
      this.#put(Uint8Array.of(Token.FRAGMENT, 1, 1, 0));
      this.#tag(template, true);
      this.#u8(Token.END);
      this.#view.setUint32(size, this.#at - size - 4, true);
    }
    this.#u32(values.length);
    const descriptors = this.#at;
    this.#put(new Uint8Array(values.length * 4));
    values.forEach((value, i) => {
      const from = this.#at;
      if (value.nested !== undefined) this.#fragment(value.nested);
      else if (value.raw !== undefined) this.#put(value.raw);
      this.#view.setUint16(descriptors + i * 4, this.#at - from, true);
      this.#view.setUint8(descriptors + i * 4 + 2, value.type);
    });
  }

  #tag(tag: Tag, definition: boolean): void {
    const attributes = Object.entries(tag.attributes ?? {});
    this.#u8(Token.OPEN_ELEMENT | (attributes.length > 0 ? Token.MORE : 0));
    if (definition) this.#u16(tag.dependency ?? 0xffff);
    this.#u32(0);
    this.#name(tag.tag);
    if (attributes.length > 0) this.#u32(0);
    attributes.forEach(([name, pieces], i) => {
      this.#u8(Token.ATTRIBUTE | (i + 1 < attributes.length ? Token.MORE : 0));
      this.#name(name);
      for (const piece of pieces) this.#piece(piece);
    });
    if (tag.content === undefined) {
      this.#u8(Token.CLOSE_EMPTY);
      return;
    }
    this.#u8(Token.CLOSE_START);
    for (const child of tag.content) {
      if (typeof child === 'object' && 'tag' in child) this.#tag(child, definition);
      else if (typeof child === 'object' && 'template' in child) this.#instance(child);
      else this.#piece(child);
    }
    this.#u8(Token.END_ELEMENT);
  }

  #piece(piece: Piece): void {
    if (typeof piece === 'string') {
      this.#put(Uint8Array.of(Token.VALUE, ValueType.STRING));
      this.#text(piece);
    } else if ('sub' in piece) {
      this.#u8(Token.OPTIONAL_SUBSTITUTION);
      this.#u16(piece.sub);
      this.#u8(ValueType.STRING);
    } else if ('char' in piece) {
      this.#u8(Token.CHAR_REF);
      this.#u16(piece.char);
    } else if ('entity' in piece) {
      this.#u8(Token.ENTITY_REF);
      this.#name(piece.entity);
    } else if ('cdata' in piece) {
      this.#u8(Token.CDATA);
      this.#text(piece.cdata);
    } else {
      this.#put(Uint8Array.of(Token.VALUE, piece.type));
      this.#put(piece.raw);
    }
  }

  /** Offset of a name; the name itself follows where it is new: link, hash, length, text, NUL. */
  #name(name: string): void {
    const known = this.#names.get(name);
    this.#u32(known ?? this.#at + 4);
    if (known !== undefined) return;
    this.#names.set(name, this.#at);
    this.#put(new Uint8Array(6));
    this.#text(name);
    this.#u16(0);
  }

  #text(text: string): void {
    this.#u16(text.length);
    this.#put(utf16(text));
  }

  #put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #u8(value: number): void {
    this.bytes[this.#at++] = value;
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  #u64(value: bigint): void {
    this.#view.setBigUint64(this.#at, value, true);
    this.#at += 8;
  }
}

/** A file of chunks, behind a header. */
export function buildFile(...chunks: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_SIZE + chunks.length * CHUNK_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(FILE_SIGNATURE);
  view.setUint32(FileHeader.headerSize, 128, true);
  view.setUint16(FileHeader.minorVersion, 1, true);
  view.setUint16(FileHeader.majorVersion, 3, true);
  view.setUint16(FileHeader.blockSize, FILE_HEADER_SIZE, true);
  view.setUint16(FileHeader.chunkCount, chunks.length, true);
  view.setUint32(FileHeader.checksum, fileHeaderChecksum(bytes), true);
  chunks.forEach((chunk, i) => bytes.set(chunk, FILE_HEADER_SIZE + i * CHUNK_SIZE));
  return bytes;
}

const dataTemplate: Tag = {
  tag: 'EventData',
  content: [
    { tag: 'Data', attributes: { Name: ['Image'] }, content: [{ sub: 0 }] },
    { tag: 'Data', attributes: { Name: ['ProcessId'] }, content: [{ sub: 1 }] },
  ],
};

const eventTemplate: Tag = {
  tag: 'Event',
  content: [
    {
      tag: 'System',
      content: [
        { tag: 'Provider', attributes: { Name: ['Test-Provider'] } },
        { tag: 'EventID', attributes: { Qualifiers: [{ sub: 1 }] }, dependency: 0, content: [{ sub: 0 }] },
        { tag: 'TimeCreated', attributes: { SystemTime: [{ sub: 2 }] } },
        { tag: 'EventRecordID', content: [{ sub: 3 }] },
        { tag: 'Channel', content: [{ sub: 4 }] },
        { tag: 'Computer', content: ['host.example'] },
      ],
    },
    { sub: 5 },
  ],
};

/** An event like Windows' own: a template for all of it, and EventData in one of its values. */
export function sampleEvent(id: number, image = `C:\\${id}.exe`): Instance {
  return {
    template: eventTemplate,
    values: [
      number(ValueType.UINT16, 2, 1),
      none,
      number(ValueType.FILETIME, 8, 132_500_000_000_000_000n + BigInt(id)),
      number(ValueType.UINT64, 8, id),
      string('Test/Operational'),
      {
        type: ValueType.BINXML,
        nested: { template: dataTemplate, values: [string(image), number(ValueType.UINT32, 4, id * 4)] },
      },
    ],
  };
}

/** A chunk of `count` such events from number `first` on; `apart`: each holds its own templates and names. */
export function sampleChunk(first: number, count: number, apart = false): ChunkBuilder {
  const builder = new ChunkBuilder();
  for (let id = first; id < first + count; id++) builder.record(id, sampleEvent(id), apart);
  builder.finish();
  return builder;
}

/** An event with `content` in its EventData, in a template with `values`. */
export function dataEvent(content: (Piece | Tag)[], values: TemplateValue[] = []): Instance {
  return { template: { tag: 'Event', content: [{ tag: 'EventData', content }] }, values };
}
