/**
 * The findings a page shows: the first of each rule, bounded in number and in characters. When the total is
 * reached, the share of every rule is lowered alike, so that a noisy rule never hides a quiet one and the choice
 * depends on the order of findings only.
 */
import { isChainRule } from '../process-chain.ts';
import { correlatedEventText, correlationText, firstAndLast } from '../correlation.ts';
import { distinctMatches, valueText } from '../text.ts';
import type { RuleTally } from '../tally.ts';
import type { Finding } from '../types.ts';
import { sampleChain, type SampleChain } from './chain.ts';

export interface Sample {
  readonly time: string | null;
  readonly host: string;
  readonly event: string;
  readonly source: string;
  readonly matched: readonly SampleMatch[];
  readonly fields: readonly (readonly [string, string])[];
  readonly moreFields: number;
  /** Of a correlation: what it is made of. */
  readonly correlated: SampleEvents | null;
  readonly chain: SampleChain | null;
  readonly size: number;
}

export interface SampleEvents {
  readonly text: string;
  readonly events: readonly string[];
  readonly more: number;
}

/** One value of one field, with every pattern of the rule that it satisfied. */
export interface SampleMatch {
  readonly field: string;
  readonly value: string;
  readonly patterns: readonly string[];
}

export interface SampleLimits {
  readonly perRule: number;
  readonly total: number;
}

const maxChars = 32 * 1024 * 1024;
const maxPerSample = 24_000;
const maxValue = 2_000;
const maxName = 200;
const maxMatched = 24;
const maxPatterns = 8;
const maxPattern = 400;
const maxEvents = 20;

export class Samples {
  readonly #lists = new Map<RuleTally, Sample[]>();
  readonly #total: number;
  #share: number;
  #chars = 0;
  count = 0;

  constructor(limits: SampleLimits) {
    this.#share = limits.perRule;
    this.#total = limits.total;
  }

  add(tally: RuleTally, finding: Finding): void {
    let list = this.#lists.get(tally);
    if ((list?.length ?? 0) >= this.#share) return;
    if (this.#full() && this.#share <= 1) return;
    const sample = sampleOf(finding);
    if (list === undefined) this.#lists.set(tally, (list = []));
    list.push(sample);
    this.count++;
    this.#chars += sample.size;
    while (this.#full() && this.#share > 1) this.#lowerShare();
  }

  /** The findings kept of a rule, earliest first. */
  of(tally: RuleTally): Sample[] {
    const list = this.#lists.get(tally) ?? [];
    return list.toSorted((a, b) =>
      (a.time ?? '~') < (b.time ?? '~') ? -1 : (a.time ?? '~') > (b.time ?? '~') ? 1 : 0,
    );
  }

  #full(): boolean {
    return this.count > this.#total || this.#chars > maxChars;
  }

  #lowerShare(): void {
    this.#share--;
    for (const list of this.#lists.values()) {
      while (list.length > this.#share) {
        this.#chars -= (list.pop() as Sample).size;
        this.count--;
      }
    }
  }
}

function sampleOf(finding: Finding): Sample {
  const { event, matched, correlation } = finding;
  const fields: [string, string][] = [];
  let size = 400;
  let moreFields = 0;
  for (const [name, value] of Object.entries(event.fields)) {
    if (size > maxPerSample) {
      moreFields++;
      continue;
    }
    const text = clip(valueText(value), maxValue);
    fields.push([clip(name, maxName), text]);
    size += name.length + text.length + 40;
  }
  const shown = distinctMatches(matched)
    .slice(0, maxMatched)
    .map(({ field, value }) => ({
      field: clip(field ?? 'any field', maxName),
      value: clip(valueText(value), maxValue),
      patterns: matched
        .filter((match) => match.field === field && match.value === value)
        .slice(0, maxPatterns)
        .map(({ pattern }) => clip(pattern, maxPattern)),
    }));
  for (const { value, patterns } of shown) size += value.length + 80 + patterns.join('').length;
  const events = firstAndLast(correlation?.events ?? [], maxEvents);
  const correlated = correlation
    ? {
        text: correlationText(correlation),
        events: events.map((one) => clip(correlatedEventText(one), maxName * 2)),
        more: correlation.count - events.length,
      }
    : null;
  for (const line of correlated?.events ?? []) size += line.length + 20;
  const chain = sampleChain(finding.chain, isChainRule(finding), clip);
  size += chain?.size ?? 0;
  const id = event.eventId === null ? '' : `${event.eventId}`;
  return {
    time: event.time === null ? null : clip(event.time, maxName),
    host: clip(event.host ?? '', maxName),
    event: clip([event.channel ?? event.provider ?? '', id].filter(Boolean).join(' · '), maxName),
    source: clip(event.source, maxName * 2) + (event.recordId === null ? '' : ` #${event.recordId}`),
    matched: shown,
    fields,
    moreFields,
    correlated,
    chain,
    size,
  };
}

/** Copies what it cuts: a slice would keep the whole text in memory. */
function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const start = Buffer.from(text.slice(0, limit), 'utf16le').toString('utf16le');
  return `${start}… (${text.length - limit} more characters)`;
}
