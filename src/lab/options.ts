/** Options of the lab, their defaults and their bounds. */
import { HuntbookError } from '../errors.ts';

export interface LabOptions {
  /** Whole number; the same seed and options give the same bytes. Default 1. */
  readonly seed?: number;
  /** Computers: one domain controller, about a fifth servers, the rest workstations. 3 to 20,000; default 12. */
  readonly hosts?: number;
  /** People of the company. Default: one per workstation and three more. */
  readonly users?: number;
  /** Hours that the log covers, from `start`. More than 0, at most 8,760; default 10. */
  readonly hours?: number;
  /** Events over the whole estate, met within a few per cent. 500 to 1,000,000,000; default 50,000. */
  readonly events?: number;
  /** Start of the log, ISO 8601; without a zone it is UTC. Default 2025-03-03T08:00:00Z, a Monday. */
  readonly start?: string;
  /** Attack scenes to play: all (the default), none, or a list of scene names. */
  readonly attacks?: 'all' | 'none' | readonly string[];
}

export interface LabSettings {
  readonly seed: number;
  readonly hosts: number;
  readonly users: number;
  readonly hours: number;
  readonly events: number;
  /** Microseconds since 1970. */
  readonly start: number;
  readonly attacks: 'all' | 'none' | readonly string[];
}

/** Fills in defaults; a value out of bounds is a usage error that names the option. */
export function resolveOptions(options: LabOptions): LabSettings {
  const hosts = inBounds('hosts', options.hosts ?? 12, 3, 20_000, true);
  const startText = options.start ?? '2025-03-03T08:00:00Z';
  const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/i.test(startText) || !startText.includes('T');
  const start = Date.parse(zoned ? startText : `${startText}Z`);
  if (Number.isNaN(start) || start < 0) {
    throw new HuntbookError('HB_USAGE', `The start "${startText}" is not an ISO 8601 time after 1970.`);
  }
  return {
    seed: inBounds('seed', options.seed ?? 1, -0x8000_0000, 0xffff_ffff, true),
    hosts,
    users: inBounds('users', options.users ?? Math.max(6, hosts + 1), 1, 100_000, true),
    hours: inBounds('hours', options.hours ?? 10, 0.1, 8760, false),
    events: inBounds('events', options.events ?? 50_000, 500, 1_000_000_000, true),
    start: start * 1000,
    attacks: options.attacks ?? 'all',
  };
}

function inBounds(name: string, value: number, low: number, high: number, whole: boolean): number {
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  throw new HuntbookError(
    'HB_USAGE',
    `The lab's ${name} must be ${whole ? 'a whole number ' : ''}from ${low} to ${high}, not ${value}.`,
  );
}
