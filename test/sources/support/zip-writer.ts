/** A zip writer for tests: small, in memory, and able to write what an honest tool would not. */
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';

export interface ZipMember {
  name: string | Uint8Array;
  data: Uint8Array | string;
  method?: 0 | 8 | 93;
  /** General purpose flags; 8 puts the sizes behind the data. */
  flags?: number;
  /** Unix mode, for links. */
  mode?: number;
  /** Lies about the sizes, or the checksum. */
  claim?: { size?: number; packedSize?: number; crc?: number; method?: number };
  zip64?: boolean;
}

const pack = { 0: (data: Uint8Array) => data, 8: deflateRawSync, 93: zstdCompressSync };

export function zip(members: readonly ZipMember[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const local = localPart(member);
    locals.push(local);
    directory.push(directoryEntry(member, offset));
    offset += local.length;
  }
  return Buffer.concat([...locals, endOf(directory, offset, comment)]);
}

/** Members that all share one local part, as in the bombs that overlap. */
export function overlappingZip(member: ZipMember, count: number): Buffer {
  const directory: Buffer[] = [];
  for (let n = 0; n < count; n++) directory.push(directoryEntry({ ...member, name: `${n}.json` }, 0));
  const local = localPart(member);
  return Buffer.concat([local, endOf(directory, local.length, '')]);
}

export function localPart(member: ZipMember): Buffer {
  const { name, data, packed, crc, method, flags } = partsOf(member);
  const sizesFollow = (flags & 8) !== 0;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(sizesFollow ? 0 : crc, 14);
  header.writeUInt32LE(sizesFollow ? 0 : packed.length, 18);
  header.writeUInt32LE(sizesFollow ? 0 : data.length, 22);
  header.writeUInt16LE(name.length, 26);
  const descriptor = Buffer.alloc(sizesFollow ? 16 : 0);
  if (sizesFollow) {
    descriptor.writeUInt32LE(0x08074b50, 0);
    descriptor.writeUInt32LE(crc, 4);
    descriptor.writeUInt32LE(packed.length, 8);
    descriptor.writeUInt32LE(data.length, 12);
  }
  return Buffer.concat([header, name, packed, descriptor]);
}

function directoryEntry(member: ZipMember, offset: number): Buffer {
  const { name, data, packed, crc, method, flags } = partsOf(member);
  const packedSize = member.claim?.packedSize ?? packed.length;
  const size = member.claim?.size ?? data.length;
  const extra = Buffer.alloc(member.zip64 ? 28 : 0);
  if (member.zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    [size, packedSize, offset].forEach((value, at) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * at));
  }
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(member.mode === undefined ? 20 : 0x0314, 4);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(member.claim?.method ?? method, 10);
  entry.writeUInt32LE(member.claim?.crc ?? crc, 16);
  entry.writeUInt32LE(member.zip64 ? 0xffffffff : packedSize, 20);
  entry.writeUInt32LE(member.zip64 ? 0xffffffff : size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(((member.mode ?? 0) << 16) >>> 0, 38);
  entry.writeUInt32LE(member.zip64 ? 0xffffffff : offset, 42);
  return Buffer.concat([entry, name, extra]);
}

function endOf(entries: readonly Buffer[], offset: number, comment: string): Buffer {
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length & 0xffff, 8);
  end.writeUInt16LE(entries.length & 0xffff, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([directory, end, Buffer.from(comment)]);
}

function partsOf(member: ZipMember): {
  name: Buffer;
  data: Buffer;
  packed: Buffer;
  crc: number;
  method: 0 | 8 | 93;
  flags: number;
} {
  const data = Buffer.from(member.data as Uint8Array);
  const method = member.method ?? 8;
  return {
    name: Buffer.from(member.name as Uint8Array),
    data,
    packed: Buffer.from(pack[method](data)),
    crc: crc32(data),
    method,
    flags: member.flags ?? 0,
  };
}
