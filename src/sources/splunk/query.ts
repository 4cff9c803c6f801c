/**
 * The search as it is sent: `search` in front when it begins with terms, `| head N` for a limit, `| fields` for the
 * fields that are wanted, which makes Splunk extract them in its fast mode too.
 */
import { HuntbookError } from '../../errors.ts';
import { splQuote } from '../../escape/index.ts';
import { refuseRisky, riskNotices } from './risky.ts';
import { scanSpl, type SplScan } from './spl-scan.ts';

export interface QueryOptions {
  readonly limit?: number;
  readonly fields?: readonly string[];
  readonly noInternal?: boolean;
  readonly allowRisky?: boolean;
}

export interface PreparedQuery {
  readonly text: string;
  readonly notices: readonly string[];
  readonly scan: SplScan;
}

/** Commands that begin a search. Written as the first word they are taken for commands, not for words to find. */
const generating = new Set(
  `datamodel dbinspect eventcount from gentimes inputcsv inputlookup loadjob makeresults mcatalog metadata metasearch
  mpreview msearch mstats multisearch pivot rest savedsearch tstats typeahead union walklex`.split(/\s+/),
);

export function prepareQuery(query: string, options: QueryOptions = {}): PreparedQuery {
  const scan = scanSpl(query);
  if (scan.problem !== null) throw new HuntbookError('HB_QUERY', `the search has ${scan.problem}`);
  if (scan.begin === query.length) throw new HuntbookError('HB_QUERY', 'the search is empty');
  // Without what is in front of it: whether a comment may stand before a pipe depends on the version.
  const text = lead(query, scan) + query.slice(scan.begin).trim() + tail(options);
  if (!options.allowRisky) refuseRisky(text);
  return { text, scan, notices: riskNotices(scan) };
}

function lead(query: string, { begin, commands }: SplScan): string {
  if (query[begin] === '|') return '';
  const first = commands.find(({ at }) => at === begin && query[at] !== '"');
  if (!first) return 'search ';
  const command = first.name === 'search' || generating.has(first.name);
  // A field may have the name of a command: `search=1`, `from!=x`.
  if (!command || /^\s*(?:!=|[=<>])/.test(first.rest) || !/^(?:[\s([]|$)/.test(first.rest)) return 'search ';
  return first.name === 'search' ? '' : '| ';
}

function tail({ fields = [], limit = 0, noInternal = false }: QueryOptions): string {
  if (!Number.isInteger(limit) || limit < 0) {
    throw new HuntbookError('HB_USAGE', `a limit is a whole number from 0, not ${limit}`);
  }
  const internal = fields.filter((name) => name.startsWith('_'));
  const dropped = noInternal || (fields.length > 0 && internal.length === 0);
  return [
    ...(limit > 0 ? [`head ${limit}`] : []),
    ...(fields.length > 0 ? [`fields ${fields.map(fieldName).join(', ')}`] : []),
    // `fields` leaves the internal ones in, and the text of an event is most of what is sent.
    ...(dropped ? ['fields - _*'] : fields.length > 0 && !internal.includes('_raw') ? ['fields - _raw'] : []),
  ]
    .map((command) => ` | ${command}`)
    .join('');
}

/** An asterisk in the name stays a wildcard, as `fields` has it. */
function fieldName(name: string): string {
  if (name.trim() === '') throw new HuntbookError('HB_USAGE', 'a field without a name was asked for');
  return /^[\p{L}_*][\p{L}\p{N}_.*]*$/u.test(name) ? name : splQuote(name);
}

/** Commands after which a search of events still gives each event once, so that its count is that of the result. */
const rowByRow = new Set(
  'search fields rename eval rex regex where spath extract kv fillnull replace lookup convert'.split(' '),
);

export const keepsRows = (scan: SplScan): boolean =>
  scan.commands.every(({ depth, name }, index) => depth > 0 || index === 0 || rowByRow.has(name));

export const hasCommand = (scan: SplScan, name: string): boolean =>
  scan.commands.some((command) => command.depth === 0 && command.name === name);
