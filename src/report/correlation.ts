/** What a finding of a correlation says besides its rule: how many events, when, and which. */
import { countOf, timeSpan, timeText } from './text.ts';
import type { CorrelatedEvent, Finding, FindingCorrelation } from './types.ts';

/** `28 events, 2026-03-02 09:15:30 → 09:15:58`. */
export function correlationText({ count, first, last }: FindingCorrelation): string {
  return `${countOf(count, 'event')}, ${timeSpan(first, last)}`;
}

/** When, where, in which file, and which rule it matched. */
export function correlatedEventText({ rule, event }: CorrelatedEvent): string {
  const time = event.time === null ? 'no time' : timeText(event.time);
  const place = event.recordId === null ? event.source : `${event.source} #${event.recordId}`;
  return [time, event.host ?? '', rule.title, place].filter(Boolean).join('  ');
}

/** The first events and the very last, at most `limit`. */
export function firstAndLast(events: readonly CorrelatedEvent[], limit: number): readonly CorrelatedEvent[] {
  return events.length <= limit ? events : [...events.slice(0, limit - 1), ...events.slice(-1)];
}

/** The hosts of a finding, each once: a correlation may have several. */
export function hostsOf({ event, correlation }: Finding): string[] {
  const hosts = new Set(correlation?.events.map((one) => one.event.host));
  hosts.add(event.host);
  hosts.delete(null);
  return [...hosts] as string[];
}
