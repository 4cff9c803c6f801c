/**
 * Whether text is CSV with a header line, and with which delimiter.
 *
 * Any text with commas in it would do as CSV, so a header must look like one: short distinct names, and either a
 * column that event exports are known to have, or a second line with as many cells.
 */
import { foldFieldName } from '../../events/index.ts';
import { CsvSplitter, type CsvRecord } from './split.ts';

export interface Dialect {
  readonly delimiter: string;
  /** Lines before the header: Excel's `sep=`, PowerShell's `#TYPE`. */
  readonly skip: number;
}

const delimiters = [',', '\t', ';', '|'] as const;
const maxNameLength = 128;
const maxSample = 64 * 1024;

/** Columns that tell an export of events: Event Viewer, EvtxECmd, Splunk, Elastic, hayabusa, chainsaw. */
const known = new Set(
  `eventid eventcode event_id event.code winlog.event_id recordid eventrecordid recordnumber message _raw _time
  @timestamp timecreated systemtime dateandtime timestamp channel computer computername provider providername
  provider_name hostname image commandline processid processguid targetfilename payload ruletitle`
    .split(/\s+/)
    .map(foldFieldName),
);
const namePattern = /^[\p{L}\p{N}_@#$<(][\p{L}\p{N}\p{M}_ .:@()/%#<>$&[\]{}*?'-]*$/u;

export function looksLikeCsv(head: Uint8Array): boolean {
  for (const byte of head.subarray(0, 4096)) {
    if (byte < 9 || (byte > 13 && byte < 32)) return false;
  }
  return findDialect(sampleText(head)) !== null;
}

/** The dialect of the text, or null when it is not CSV with a header. */
export function findDialect(sample: string): Dialect | null {
  const { text, skip, only } = withoutPreamble(sample);
  let best: { dialect: Dialect; cells: number } | null = null;
  // A table of one column has no delimiter; the first is tried for all.
  const tried = delimiters.filter((delimiter, at) => at === 0 || text.includes(delimiter));
  for (const delimiter of only === null ? tried : [only]) {
    const [header, row] = headerAndRow(text, delimiter);
    if (header === undefined || !isHeader(header.cells, row?.cells)) continue;
    if (best === null || header.cells.length > best.cells) {
      best = { dialect: { delimiter, skip }, cells: header.cells.length };
    }
  }
  return best?.dialect ?? null;
}

export function sampleText(head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, maxSample)).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function withoutPreamble(sample: string): { text: string; skip: number; only: string | null } {
  const preamble = /^(?:sep=(.)|#TYPE [^\n]*)\r?\n/.exec(sample);
  if (preamble === null) return { text: sample, skip: 0, only: null };
  return { text: sample.slice(preamble[0].length), skip: 1, only: preamble[1] ?? null };
}

function headerAndRow(text: string, delimiter: string): CsvRecord[] {
  const ignore = (): void => {};
  const bytes = Buffer.from(text);
  const splitter = new CsvSplitter({
    delimiter,
    maxRecord: bytes.length,
    most: 2,
    onUnclosed: ignore,
    onTooLong: ignore,
  });
  const records = splitter.push(bytes);
  // The sample may be all there is, or stop inside the second record: then its cells are not counted on.
  if (text.length < maxSample || records.length === 0) records.push(...splitter.end());
  return records;
}

function isHeader(cells: readonly string[], row: readonly string[] | undefined): boolean {
  const names = cells.map((cell) => foldFieldName(cell.trim()));
  const filled = names.filter((name) => name !== '');
  if (filled.length < names.length - 1 || new Set(filled).size < filled.length) return false;
  if (
    !cells.every((cell) => cell === '' || (cell.length <= maxNameLength && namePattern.test(cell.trim())))
  ) {
    return false;
  }
  if (filled.some((name) => known.has(name))) return true;
  return names.length > 1 && row !== undefined && row.length === names.length;
}
