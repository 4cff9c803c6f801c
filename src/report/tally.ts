/**
 * What is kept of findings when they themselves are let go: per rule the count, the hosts, the first and the last
 * time. Memory grows with the number of rules only; host names come from hostile data and are capped.
 */
import { hostsOf } from './correlation.ts';
import { levelOf, levelRank, type Level } from './levels.ts';
import { countText, isBefore } from './text.ts';
import type { Finding, FindingRule } from './types.ts';

/** Distinct hosts remembered per rule; more are said as "at least". */
const maxHosts = 1000;
const maxName = 200;

export interface RuleTally {
  readonly rule: FindingRule;
  readonly level: Level;
  /** Place in the order of first appearance. */
  readonly index: number;
  count: number;
  first: string | null;
  last: string | null;
  readonly hosts: HostCounts;
}

export class HostCounts {
  readonly counts = new Map<string, number>();
  readonly #max: number;
  overflow = false;

  constructor(max = maxHosts) {
    this.#max = max;
  }

  add(name: string): void {
    const host = name.length > maxName ? name.slice(0, maxName) : name;
    const count = this.counts.get(host);
    if (count !== undefined) this.counts.set(host, count + 1);
    else if (this.counts.size < this.#max) this.counts.set(host, 1);
    else this.overflow = true;
  }

  /** The hosts with most findings first; equal ones by name. */
  top(limit: number): string[] {
    const entries = [...this.counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return entries.slice(0, limit).map(([host]) => host);
  }

  /** The busiest hosts and how many more there are: `WS01, WS02 + 3 more`. */
  text(limit: number): string {
    const names = this.top(limit);
    const more = this.counts.size - names.length;
    return (
      names.join(', ') + (more > 0 ? ` + ${countText(more)}${this.overflow ? ' or more' : ' more'}` : '')
    );
  }
}

export class Tallies {
  readonly #byKey = new Map<string, RuleTally>();
  readonly hosts = new HostCounts(10_000);
  readonly byLevel = new Map<Level, number>();
  total = 0;

  add(finding: Finding): RuleTally {
    const { rule, event, correlation } = finding;
    const key = `${rule.path}\0${rule.id}\0${rule.title}`;
    let tally = this.#byKey.get(key);
    if (tally === undefined) {
      const index = this.#byKey.size;
      const level = levelOf(rule.level);
      tally = { rule, level, index, count: 0, first: null, last: null, hosts: new HostCounts() };
      this.#byKey.set(key, tally);
    }
    tally.count++;
    this.total++;
    this.byLevel.set(tally.level, (this.byLevel.get(tally.level) ?? 0) + 1);
    for (const host of hostsOf(finding)) {
      tally.hosts.add(host);
      this.hosts.add(host);
    }
    const first = correlation?.first ?? event.time;
    const last = correlation?.last ?? event.time;
    if (first !== null && (tally.first === null || isBefore(first, tally.first))) tally.first = first;
    if (last !== null && (tally.last === null || isBefore(tally.last, last))) tally.last = last;
    return tally;
  }

  get rules(): number {
    return this.#byKey.size;
  }

  /** Most severe first, then most findings, then title: the same order on every run. */
  sorted(): RuleTally[] {
    return [...this.#byKey.values()].sort(
      (a, b) =>
        levelRank(a.level) - levelRank(b.level) ||
        b.count - a.count ||
        compare(a.rule.title, b.rule.title) ||
        compare(a.rule.path, b.rule.path) ||
        a.index - b.index,
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
