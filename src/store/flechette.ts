/** What we need of @uwdata/flechette (https://idl.uw.edu/flechette/api), an optional dependency. */
import { HuntbookError } from '../errors.ts';

export interface ArrowType {
  readonly typeId: number;
  readonly unit?: number;
  readonly dictionary?: ArrowType;
}

export interface ArrowField {
  name: string;
  type: ArrowType;
  metadata: Map<string, string> | null | undefined;
}

export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: ArrowField[] };
  getChildAt(index: number): { at(row: number): unknown };
}

/** Ids of types in Arrow's schema, as flechette counts them. */
export const typeIds = {
  dictionary: -1,
  int: 2,
  float: 3,
  bool: 6,
  timestamp: 10,
  list: 12,
  largeList: 21,
} as const;

interface Library {
  tableFromArrays(data: unknown, options: object): ArrowTable;
  tableToIPC(table: ArrowTable, options: object): Uint8Array;
  tableFromIPC(bytes: Uint8Array, options: object): ArrowTable;
  readonly TimeUnit: { readonly NANOSECOND: number };
  timestamp(unit: number, zone: string): ArrowType;
  utf8(): ArrowType;
  int64(): ArrowType;
  uint64(): ArrowType;
  float64(): ArrowType;
  bool(): ArrowType;
  list(item: ArrowType): ArrowType;
}

export interface Flechette extends Library {
  /** Throws HB_DAMAGED. */
  read(bytes: Uint8Array): ArrowTable;
}

const name: string = '@uwdata/flechette';

/** Throws HB_MISSING_DEP where it is not installed. */
export async function loadFlechette(): Promise<Flechette> {
  const library = await import(name).then(
    (loaded: unknown) => loaded as Library,
    (error: unknown) => {
      throw new HuntbookError('HB_MISSING_DEP', `Arrow needs the package ${name}, which is not installed`, {
        cause: error,
        hint: `Install it with: npm install ${name}`,
      });
    },
  );
  return { ...library, read: (bytes) => readTable(library, bytes) };
}

function readTable(library: Library, bytes: Uint8Array): ArrowTable {
  try {
    const table = library.tableFromIPC(bytes, { useBigInt: true, useBigIntTimestamp: true });
    if (!Array.isArray(table.schema?.fields)) throw new Error('no schema');
    return table;
  } catch (error) {
    throw new HuntbookError('HB_DAMAGED', 'the bytes are not Arrow IPC that can be read', {
      cause: error,
      hint: 'It reads the stream and the file format, without compression.',
    });
  }
}
