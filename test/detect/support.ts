/** Rules and plain objects to the matcher and back: which of the rules hold for which of the events. */
import {
  logSourceTable,
  Matcher,
  RuleCompiler,
  type LogSourceMode,
  type RuleSet,
} from '../../src/detect/index.ts';
import { FieldTable, ObjectBatch, type EventFields, type HuntEvent } from '../../src/events/index.ts';
import { parseRules } from '../../src/sigma/index.ts';

export function compileText(text: string, mode: LogSourceMode = 'raw'): RuleSet {
  const compiler = new RuleCompiler(mode, logSourceTable);
  const { rules, errors } = parseRules(text, 'test.yml');
  for (const rule of rules) compiler.add(rule);
  for (const error of errors) compiler.refuse(error, 'test.yml', null, null);
  return compiler.finish(1);
}

export function eventOf(fields: EventFields): HuntEvent {
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
  return {
    source: 'test',
    channel: text('Channel'),
    provider: text('Provider_Name'),
    eventId: (fields['EventID'] as number | undefined) ?? null,
    recordId: null,
    time: text('SystemTime'),
    host: text('Computer'),
    fields,
  };
}

/** For each event, the indexes of the rules that match it. */
export function matchAll(set: RuleSet, events: readonly EventFields[]): number[][] {
  const fields = new FieldTable();
  const matcher = new Matcher(set, fields);
  const batch = new ObjectBatch('test', fields);
  events.forEach((event, i) => batch.add(eventOf(event), i + 1));
  const found: number[][] = events.map(() => []);
  matcher.match(batch.batch, ({ rule, row }) => (found[row] as number[]).push(rule));
  return found;
}

export function rule(detection: string, logsource = 'category: test'): string {
  const indented = detection.trim().replaceAll('\n', '\n  ');
  return `title: Test rule\nlogsource:\n  ${logsource}\ndetection:\n  ${indented}\nlevel: low\n`;
}
