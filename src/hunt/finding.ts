/** From matches to findings: the whole event, the evidence, and an id that is the same on every run. */
import { hash } from 'node:crypto';
import {
  foldFieldName,
  toIsoTime,
  type EventBatch,
  type HuntEvent,
  type Scalar,
  type Value,
} from '../events/index.ts';
import type { Match, RuleInfo, RuleSet } from '../detect/index.ts';
import type { Finding, FindingRule } from './types.ts';

/** Makes the findings of a batch. Rules and events are shared between findings, which must not change them. */
export class FindingMaker {
  readonly #rules: (FindingRule | undefined)[] = [];
  readonly #set: RuleSet;
  #batch: EventBatch | null = null;
  #row = -1;
  #event: HuntEvent | null = null;
  #content = '';

  constructor(set: RuleSet) {
    this.#set = set;
  }

  /** To be called when a batch was read: batches are used again. */
  forget(): void {
    this.#row = -1;
  }

  /**
   * The id is a digest of the rule and of what the event says, not of where its file lies: the same event read from
   * two copies, or after the folder moved, is the same finding.
   */
  make(match: Match): Finding {
    if (match.row !== this.#row || match.batch !== this.#batch) this.#look(match);
    const { info } = this.#set.rules[match.rule] as { info: RuleInfo };
    return {
      id: findingId(info, this.#content),
      rule: (this.#rules[match.rule] ??= ruleOf(info)),
      event: this.#event as HuntEvent,
      matched: match.evidence(this.#event as HuntEvent),
    };
  }

  #look({ batch, row }: Match): void {
    this.#batch = batch;
    this.#row = row;
    this.#event = batch.event(row);
    this.#content = contentOf(this.#event);
  }
}

/**
 * What an event says, wherever it lies: a number and its text are the same, the order of fields is nothing, a field
 * without a value is none, and names that differ only by case or by spaces are one field. So the event of a file and
 * its copy in a search engine or in a lake say the same.
 */
export function contentOf(event: HuntEvent): string {
  const { channel, provider, eventId, recordId, time, host } = event;
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(event.fields)) {
    if (value === null) continue;
    const key = foldFieldName(name);
    const before = fields.get(key);
    fields.set(key, before === undefined ? sameText(value) : [before, sameText(value)].flat());
  }
  return JSON.stringify([
    // Some readers give seven decimals, some as many as there are.
    [channel, provider, eventId, recordId, toIsoTime(time) ?? time, host].map(sameText),
    [...fields].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** A value in the form in which equal values of different types are equal. */
export function sameText(value: Value): unknown {
  if (value === null) return null;
  return Array.isArray(value) ? value.map(sameText) : String(value as Scalar);
}

export function findingId(info: RuleInfo, content: string): string {
  return hash('sha256', `${info.id ?? info.title}\n${content}`, 'hex').slice(0, 32);
}

export function ruleOf({ id, title, level, status, path, tags }: RuleInfo): FindingRule {
  return { id, title, level, status, path, tags };
}
