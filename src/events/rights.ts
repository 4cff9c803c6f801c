/**
 * Names of the bits of access masks: `GrantedAccess` of Sysmon's event 10, `AccessMask` of Security events. The bits
 * are those of winnt.h and winsvc.h, documented by Microsoft as "Process Security and Access Rights", "Thread Security
 * and Access Rights", "File Access Rights Constants", "Registry Key Security and Access Rights", "Access Rights for
 * Access-Token Objects", "Service Security and Access Rights", "Desktop Security and Access Rights", and "Standard
 * Access Rights" and "ACCESS_MASK" for the upper half that all kinds share.
 */
import { parseInteger, toInteger } from './integers.ts';

export type RightsKind =
  'process' | 'thread' | 'file' | 'registry' | 'token' | 'service' | 'desktop' | 'other';

type Bits = readonly (readonly [bit: number, name: string])[];

const shared: Bits = [
  [0x8000_0000, 'GENERIC_READ'],
  [0x4000_0000, 'GENERIC_WRITE'],
  [0x2000_0000, 'GENERIC_EXECUTE'],
  [0x1000_0000, 'GENERIC_ALL'],
  [0x0200_0000, 'MAXIMUM_ALLOWED'],
  [0x0100_0000, 'ACCESS_SYSTEM_SECURITY'],
  [0x0010_0000, 'SYNCHRONIZE'],
  [0x0008_0000, 'WRITE_OWNER'],
  [0x0004_0000, 'WRITE_DAC'],
  [0x0002_0000, 'READ_CONTROL'],
  [0x0001_0000, 'DELETE'],
];

/** Names in the order of the bits from 1 up, empty where a bit has none. */
function bitsOf(prefix: string, names: string): Bits {
  return names
    .split(' ')
    .map((name, place): [number, string] => [2 ** place, name === '' ? '' : prefix + name])
    .filter(([, name]) => name !== '')
    .reverse();
}

interface Kind {
  readonly bits: Bits;
  /** The mask of all rights and its name. */
  readonly all?: readonly [number, string];
}

const kinds: Readonly<Record<RightsKind, Kind>> = {
  process: {
    bits: bitsOf(
      'PROCESS_',
      'TERMINATE CREATE_THREAD SET_SESSIONID VM_OPERATION VM_READ VM_WRITE DUP_HANDLE CREATE_PROCESS SET_QUOTA SET_INFORMATION QUERY_INFORMATION SUSPEND_RESUME QUERY_LIMITED_INFORMATION SET_LIMITED_INFORMATION',
    ),
    all: [0x1f_ffff, 'PROCESS_ALL_ACCESS'],
  },
  thread: {
    bits: bitsOf(
      'THREAD_',
      'TERMINATE SUSPEND_RESUME  GET_CONTEXT SET_CONTEXT SET_INFORMATION QUERY_INFORMATION SET_THREAD_TOKEN IMPERSONATE DIRECT_IMPERSONATION SET_LIMITED_INFORMATION QUERY_LIMITED_INFORMATION RESUME',
    ),
    all: [0x1f_ffff, 'THREAD_ALL_ACCESS'],
  },
  file: {
    bits: bitsOf(
      'FILE_',
      'READ_DATA WRITE_DATA APPEND_DATA READ_EA WRITE_EA EXECUTE DELETE_CHILD READ_ATTRIBUTES WRITE_ATTRIBUTES',
    ),
    all: [0x1f_01ff, 'FILE_ALL_ACCESS'],
  },
  registry: {
    bits: bitsOf(
      'KEY_',
      'QUERY_VALUE SET_VALUE CREATE_SUB_KEY ENUMERATE_SUB_KEYS NOTIFY CREATE_LINK   WOW64_64KEY WOW64_32KEY',
    ),
    all: [0xf_003f, 'KEY_ALL_ACCESS'],
  },
  token: {
    bits: bitsOf(
      'TOKEN_',
      'ASSIGN_PRIMARY DUPLICATE IMPERSONATE QUERY QUERY_SOURCE ADJUST_PRIVILEGES ADJUST_GROUPS ADJUST_DEFAULT ADJUST_SESSIONID',
    ),
    all: [0xf_01ff, 'TOKEN_ALL_ACCESS'],
  },
  service: {
    bits: bitsOf(
      'SERVICE_',
      'QUERY_CONFIG CHANGE_CONFIG QUERY_STATUS ENUMERATE_DEPENDENTS START STOP PAUSE_CONTINUE INTERROGATE USER_DEFINED_CONTROL',
    ),
    all: [0xf_01ff, 'SERVICE_ALL_ACCESS'],
  },
  desktop: {
    bits: bitsOf(
      'DESKTOP_',
      'READOBJECTS CREATEWINDOW CREATEMENU HOOKCONTROL JOURNALRECORD JOURNALPLAYBACK ENUMERATE WRITEOBJECTS SWITCHDESKTOP',
    ),
  },
  other: { bits: [] },
};

/** Names of the rights in a mask, the highest bit first; bits without a name are one item in hexadecimal. */
export function rightNames(mask: number | bigint | string, kind: RightsKind = 'process'): string[] {
  const value = typeof mask === 'string' ? parseInteger(mask) : toInteger(BigInt(mask));
  if (typeof value !== 'number' || value < 0 || value > 0xffff_ffff) return [];
  const { bits, all } = kinds[kind];
  const names: string[] = [];
  let rest = value;
  const whole = all !== undefined && has(value, all[0]);
  if (whole) {
    names.push(all[1]);
    rest -= all[0];
  }
  for (const [bit, name] of [...shared, ...bits]) {
    if (!has(value, bit)) continue;
    names.push(name);
    if (has(rest, bit)) rest -= bit;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names;
}

const objectKinds: Readonly<Record<string, RightsKind>> = {
  process: 'process',
  thread: 'thread',
  file: 'file',
  key: 'registry',
  token: 'token',
  service: 'service',
  'service object': 'service',
  desktop: 'desktop',
};

/** The kind of rights for the `ObjectType` of a Security event. */
export function rightsOfObject(objectType: unknown): RightsKind {
  return typeof objectType === 'string' ? (objectKinds[objectType.toLowerCase()] ?? 'other') : 'other';
}

/** Bits beyond 2^31 can not be tested by `&` of numbers. */
function has(value: number, mask: number): boolean {
  return (value & mask) >>> 0 === mask >>> 0;
}
