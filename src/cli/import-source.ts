/** `huntbook import --source`: loads events into an index of Elasticsearch or OpenSearch. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { FieldTable, type EventBatch } from '../events/index.ts';
import { terminalText } from '../escape/index.ts';
import { IssueLog, openSource } from '../hunt/index.ts';
import {
  defaultLimits,
  indexEvents,
  listInputs,
  readInputs,
  type ElasticEngine,
  type IndexReport,
} from '../sources/index.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { findSource, sayWarning } from './find-source.ts';
import { sayIssues } from './issues.ts';
import { startProgress } from './progress.ts';

export interface ImportSourceOptions {
  readonly source: string;
  readonly index?: string;
  readonly config?: string;
  readonly quiet?: boolean;
}

/** Reasons and fields that are listed. */
const shown = 10;

/** Throws HB_USAGE for a source that takes no events, HB_NOT_FOUND, and what the server says. */
export async function runImportSource(paths: string[], options: ImportSourceOptions): Promise<void> {
  const { source: name, quiet = false } = options;
  const source = await findSource(name, options.config);
  const { settings } = source;
  if (settings.kind === 'splunk' || settings.kind === 'files')
    throw new HuntbookError('HB_USAGE', `source ${name} is of kind ${settings.kind}, which takes no events`, {
      hint: 'Name a source of kind elasticsearch or opensearch, or a folder with --to.',
    });
  const index = options.index ?? settings.index;
  if (index === undefined || /[*,]/.test(index))
    throw new HuntbookError('HB_USAGE', `source ${name} does not say one index to load into`, {
      hint: 'Give it with --index NAME.',
    });
  const issues = new IssueLog();
  const onIssue = (issue: Parameters<IssueLog['add']>[0]): void => issues.add(issue);
  const list = listInputs(paths, { onIssue });
  const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);
  const engine = await openSource(source, { onWarning: sayWarning });
  const progress = startProgress(quiet);
  const interrupt = watchInterrupt(() => {
    progress.end();
    say('stopping; press Ctrl-C again to end at once');
  });
  const { signal } = interrupt;
  const at = { bytes: 0, totalBytes: list.totalBytes, events: 0, current: '' };
  async function* batches(): AsyncGenerator<EventBatch> {
    const onProgress = (bytes: number): void => void (at.bytes = bytes);
    const limits = defaultLimits;
    // All fields are read with the event; none is wanted as a cell.
    const fields = new FieldTable(false);
    for await (const batch of readInputs(list, { fields, onIssue, onProgress, limits })) {
      if (signal.aborted) return;
      at.current = batch.source;
      yield batch;
    }
  }
  const onProgress = (events: number): void => progress.update({ ...at, events });
  try {
    const loading = indexEvents(engine as ElasticEngine, batches(), { index, onProgress });
    const report = await Promise.race([loading, interrupt.expired]);
    progress.end();
    sayReport(report, `${name}, index ${index}`, quiet, say);
    if (signal.aborted) {
      say('interrupted; loading again adds the rest');
      throw new Interrupted();
    }
    if (sayIssues(issues.list(), quiet) || report.failed > 0) process.exitCode = ExitCode.partial;
  } finally {
    progress.end();
    await engine.close().catch(() => {});
    interrupt.end();
  }
}

function sayReport(report: IndexReport, where: string, quiet: boolean, say: (text: string) => void): void {
  const { events, added, known, failed, failures, places, long, foreign } = report;
  process.stdout.write(`${count(added, 'event')} of ${number(events)} loaded into ${terminalText(where)}\n`);
  if (known > 0) process.stdout.write(`${count(known, 'event')} had been loaded before\n`);
  if (failed > 0) {
    say(`${count(failed, 'event')} refused by the server:`);
    for (const [reason, times] of [...failures].slice(0, shown))
      say(`  ${places.get(reason) ?? ''}: ${reason}${times > 1 ? ` (${number(times)} times)` : ''}`);
    if (failures.size > shown) say(`  … ${failures.size - shown} more reasons`);
  }
  if (foreign)
    say("the index was made with a mapping that is not huntbook's: what rules find there depends on it");
  if (quiet) return;
  for (const [field, times] of [...long].slice(0, shown))
    say(`${field}: ${count(times, 'value')} too long for a keyword, kept in huntbook_long`);
}

function count(amount: number, what: string): string {
  return `${number(amount)} ${what}${amount === 1 ? '' : 's'}`;
}

function number(amount: number): string {
  return amount.toLocaleString('en');
}
