/** The JSON text of a finding: the same keys in the same order always, bigint as digits (docs/report.md). */
import { toJson } from '../events/index.ts';
import type { Finding, FindingEvent, FindingRule } from './types.ts';

/**
 * Renders findings. Keeps the text of each rule, because one rule makes many findings, and of the last event,
 * because one event often satisfies several rules.
 */
export class FindingJson {
  readonly #rules = new WeakMap<FindingRule, string>();
  #event: FindingEvent | undefined;
  #eventText = '';

  render({ id, rule, event, matched }: Finding): string {
    if (event !== this.#event) {
      const { source, channel, provider, eventId, recordId, time, host, fields } = event;
      this.#eventText = json({ source, channel, provider, eventId, recordId, time, host, fields });
      this.#event = event;
    }
    const matches = matched.map(({ field, value, pattern }) => ({ field, value, pattern }));
    return (
      `{"id":${JSON.stringify(id)},"rule":${this.#rule(rule)}` +
      `,"event":${this.#eventText},"matched":${json(matches)}}`
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
