/** What engines of SQL write differently in correlations. */
import { correlationTypes } from '../correlation.ts';
import type { HuntbookError } from '../../errors.ts';
import type { TargetSupport } from './types.ts';

/** Times are integers: `perSecond` of them make a second. */
export interface SqlEngine {
  readonly title: string;
  readonly perSecond: number;
  readonly column: (name: string) => string;
  /** The column of the event time. */
  readonly time: (options: Readonly<Record<string, string>>) => string;
  readonly table: (options: Readonly<Record<string, string>>) => string;
  /** The time of a column as an integer; null where it is none. */
  readonly ticks: (column: string) => string;
  /** Such an integer as a time to read. */
  readonly shown: (ticks: string) => string;
  /** Text without case, to compare with. */
  readonly folded: (column: string) => string;
  /** The number in a column, null where there is none. */
  readonly number: (column: string) => string;
  /** Texts and numbers one after the other; null when one is null. */
  readonly joined: (parts: readonly string[]) => string;
  readonly no: string;
  /** Over a window; missing: asked for each window by itself. */
  readonly distinctOver?: (value: string, window: string) => string;
  readonly percentileOver?: (value: string, part: number, window: string) => string;
  /** Of the rows of a subquery that gives `v`; used where there is none over a window. */
  readonly percentileOf: (rows: string, part: number) => string;
}

/** The steps of a query (`WITH`) in the making. */
export interface SqlSteps {
  /** Returns the name under which others can read it. */
  add(step: string, query: string): string;
  unsupported(what: string): HuntbookError;
}

/** What all engines write alike. */
export const usual = {
  joined: (parts: readonly string[]) => parts.join(' || '),
} as const;

export const allCorrelations: TargetSupport['correlations'] = [
  ...correlationTypes.filter((type) => type !== 'process_chain'),
  'expression',
  'aliases',
  'chained',
];

/** What all SQL dialects say alike. */
export const sqlWords = {
  formats: { default: { description: 'SELECT statements' } },
  precedence: ['not', 'and', 'or'],
  and: ' AND ',
  or: ' OR ',
  not: (operand: string) => `NOT coalesce(${operand}, false)`,
  group: (inner: string) => `(${inner})`,
} as const;

export const sqlOptions = {
  table: { description: 'table to select from', default: 'logs' },
  timestamp: { description: 'column of the event time, for correlations', default: 'timestamp' },
} as const;

export const correlationNotes: readonly string[] = [
  'correlations: windows slide and may begin at any event; one row for each group and run of overlapping windows',
  'correlations of correlations: only by fields that the inner one is grouped by',
];
