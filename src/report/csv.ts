/** CSV (RFC 4180, CRLF, UTF-8): the columns a hunter sorts and filters by, not the whole event. */
import type { Writable } from 'node:stream';
import { csvField } from '../escape/index.ts';
import { chainText } from './process-chain.ts';
import { TextOut } from './text-out.ts';
import { distinctMatches, pickField, valueText } from './text.ts';
import type { Finding, FindingSink } from './types.ts';

export interface CsvOptions {
  /** Keep spreadsheets from running fields as formulas; on unless turned off. */
  readonly safe?: boolean;
}

/** Processes of a chain in one cell. */
const maxProcesses = 100;

const userFields = ['User', 'SubjectUserName', 'TargetUserName', 'SourceUser', 'TargetUser', 'UserName'];
const imageFields = ['Image', 'NewProcessName', 'SourceImage', 'ProcessName', 'Application'];
const commandFields = ['CommandLine', 'ProcessCommandLine', 'HostApplication'];

const columns: readonly (readonly [string, (finding: Finding) => string])[] = [
  ['time', ({ event }) => event.time ?? ''],
  ['level', ({ rule }) => rule.level ?? ''],
  ['title', ({ rule }) => rule.title],
  ['host', ({ event }) => event.host ?? ''],
  ['channel', ({ event }) => event.channel ?? ''],
  ['eventId', ({ event }) => valueText(event.eventId)],
  ['recordId', ({ event }) => valueText(event.recordId)],
  ['user', ({ event }) => pickField(event.fields, userFields)],
  ['image', ({ event }) => pickField(event.fields, imageFields)],
  ['commandLine', ({ event }) => pickField(event.fields, commandFields)],
  [
    'matched',
    ({ matched }) =>
      distinctMatches(matched)
        .map((m) => `${m.field ?? 'keyword'}=${valueText(m.value)}`)
        .join('; '),
  ],
  ['source', ({ event }) => event.source],
  ['ruleId', ({ rule }) => rule.id ?? ''],
  ['rulePath', ({ rule }) => rule.path],
  ['tags', ({ rule }) => rule.tags.join(' ')],
  ['id', (finding) => finding.id],
  ['correlation', ({ correlation }) => correlation?.type ?? ''],
  ['events', ({ correlation }) => (correlation ? String(correlation.count) : '')],
  ['first', ({ correlation }) => correlation?.first ?? ''],
  ['last', ({ correlation }) => correlation?.last ?? ''],
  ['chain', ({ chain }) => chainText(chain ?? [], maxProcesses)],
];

export function csvSink(stream: Writable, options: CsvOptions = {}): FindingSink {
  const out = new TextOut(stream);
  const field = { safe: options.safe ?? true };
  let before = columns.map(([name]) => name).join(',') + '\r\n';
  return {
    write(finding) {
      let row = before;
      before = '';
      for (let i = 0; i < columns.length; i++) {
        if (i > 0) row += ',';
        row += csvField((columns[i] as (typeof columns)[number])[1](finding), field);
      }
      return out.write(row + '\r\n');
    },
    async end() {
      await out.write(before);
      await out.end();
    },
  };
}
