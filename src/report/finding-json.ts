/** The JSON text of a finding: the same keys in the same order always, bigint as digits (docs/report.md). */
import { toJson } from '../events/index.ts';
import type { Finding, FindingRule } from './types.ts';

/** Renders findings; keeps the text of each rule, because one rule makes many findings. */
export class FindingJson {
  #rules = new WeakMap<FindingRule, string>();

  render(finding: Finding): string {
    const event = finding.event;
    let matched = '';
    for (const match of finding.matched) {
      if (matched !== '') matched += ',';
      matched += `{"field":${json(match.field)},"value":${json(match.value)},"pattern":${json(match.pattern)}}`;
    }
    return (
      `{"id":${json(finding.id)},"rule":${this.#rule(finding.rule)},"event":{"source":${json(event.source)}` +
      `,"channel":${json(event.channel)},"provider":${json(event.provider)},"eventId":${json(event.eventId)}` +
      `,"recordId":${json(event.recordId)},"time":${json(event.time)},"host":${json(event.host)}` +
      `,"fields":${json(event.fields)}},"matched":[${matched}]}`
    );
  }

  #rule(rule: FindingRule): string {
    let text = this.#rules.get(rule);
    if (text === undefined) {
      const { id, title, level, status, path, tags } = rule;
      text = toJson({ id, title, level, status, path, tags });
      this.#rules.set(rule, text);
    }
    return text;
  }
}

/** As `toJson`, without its replacer where no bigint is in reach: that call costs several times more. */
function json(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
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
