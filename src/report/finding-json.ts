/** The JSON text of a finding: the same keys in the same order always, bigint as digits (docs/report.md). */
import { toJson } from '../events/index.ts';
import type { Finding, FindingCorrelation, FindingEvent, FindingProcess, FindingRule } from './types.ts';

/**
 * Renders findings. Keeps the text of each rule, because one rule makes many findings, and of the last event,
 * because one event often satisfies several rules.
 */
export class FindingJson {
  readonly #rules = new WeakMap<FindingRule, string>();
  #event: FindingEvent | undefined;
  #eventText = '';

  render({ id, rule, event, matched, correlation, chain }: Finding): string {
    if (event !== this.#event) {
      this.#eventText = eventJson(event);
      this.#event = event;
    }
    const matches = matched.map(({ field, value, pattern }) => ({ field, value, pattern }));
    const more =
      (correlation ? `,"correlation":${correlationJson(correlation)}` : '') +
      (chain ? `,"chain":${JSON.stringify(chain.map(processOf))}` : '');
    return (
      `{"id":${JSON.stringify(id)},"rule":${this.#rule(rule)}` +
      `,"event":${this.#eventText},"matched":${json(matches)}${more}}`
    );
  }

  #rule(rule: FindingRule): string {
    let text = this.#rules.get(rule);
    if (text === undefined) {
      const { id, title, level, status, path, tags } = rule;
      text = JSON.stringify({ id, title, level, status, path, tags });
      this.#rules.set(rule, text);
    }
    return text;
  }
}

function eventJson(event: FindingEvent): string {
  const { source, channel, provider, eventId, recordId, time, host, fields } = event;
  return json({ source, channel, provider, eventId, recordId, time, host, fields });
}

function correlationJson(correlation: FindingCorrelation): string {
  const { type, timespan, group, value, count, first, last, events } = correlation;
  const groups = group.map((one) => ({ field: one.field, value: one.value }));
  const head = json({ type, timespan, group: groups, value, count, first, last });
  const list = events.map(
    ({ rule, event }) => `{"rule":${json({ id: rule.id, title: rule.title })},"event":${eventJson(event)}}`,
  );
  return `${head.slice(0, -1)},"events":[${list.join(',')}]}`;
}

function processOf(process: FindingProcess): FindingProcess {
  const { host, guid, pid, image, commandLine, user, start, end, known, link, step } = process;
  return { host, guid, pid, image, commandLine, user, start, end, known, link, step };
}

/** As `toJson`, without its replacer where no bigint is in reach: with it, JSON.stringify costs several times more. */
function json(value: object): string {
  return hasBigint(value) ? toJson(value) : JSON.stringify(value);
}

function hasBigint(value: object): boolean {
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'bigint') return true;
    if (typeof item === 'object' && item !== null && hasBigint(item)) return true;
  }
  return false;
}
