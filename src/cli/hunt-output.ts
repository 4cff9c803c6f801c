/** What becomes of the findings of a hunt: the form they are written in, and the exit status. */
import type { Writable } from 'node:stream';
import { ExitCode } from '../errors.ts';
import { levelRank, type HuntSummary } from '../hunt/index.ts';
import { csvSink, htmlSink, jsonSink, ndjsonSink, tableSink, type FindingSink } from '../report/index.ts';
import { useColor } from './color.ts';
import type { HuntCliOptions } from './hunt-options.ts';

export function formatOf(output: string | undefined): NonNullable<HuntCliOptions['format']> {
  const ending = /\.(json|ndjson|jsonl|csv|html?)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  if (ending === 'jsonl') return 'ndjson';
  if (ending === 'htm') return 'html';
  return (ending as 'json' | 'ndjson' | 'csv' | 'html' | undefined) ?? 'table';
}

export function makeSink(format: string, out: Writable, options: HuntCliOptions): FindingSink {
  switch (format) {
    case 'ndjson':
      return ndjsonSink(out);
    case 'json':
      return jsonSink(out);
    case 'csv':
      return csvSink(out, { safe: !options.csvRaw });
    case 'html':
      return htmlSink(out);
    default: {
      const terminal = out === process.stdout ? process.stdout : undefined;
      return tableSink(out, {
        color: terminal !== undefined && useColor(options.color, terminal),
        width: terminal?.columns ?? 100,
        ...(options.details !== undefined && { details: options.details }),
      });
    }
  }
}

/** What is not in these data or can not be asked of this source is no failure, nor is DuckDB, which may be left out. */
const expected = [
  'HB_RULE_LOGSOURCE',
  'HB_RULE_UNSUPPORTED',
  'HB_TARGET_UNSUPPORTED',
  'HB_PIPELINE_RULE',
  'HB_MAPPING',
  'HB_MISSING_DEP',
];

/** 130 interrupted; 1 findings at or above --fail-on; 6 some rules or inputs failed; 0 otherwise. */
export function exitCodeOf(
  summary: HuntSummary,
  worst: number,
  options: HuntCliOptions,
  interrupted: boolean,
): number {
  if (interrupted) return ExitCode.interrupted;
  if (options.failOn !== undefined && worst >= levelRank(options.failOn)) return ExitCode.findings;
  const brokenRule = summary.refused.some(({ code }) => !expected.includes(code));
  // Folders hold all sorts of files; those that were passed over without having been named have no source.
  const brokenInput = summary.issues.some(
    ({ code, source }) => code !== 'HB_EMPTY' && (code !== 'HB_UNKNOWN_KIND' || source !== ''),
  );
  return brokenRule || brokenInput ? ExitCode.partial : ExitCode.ok;
}
