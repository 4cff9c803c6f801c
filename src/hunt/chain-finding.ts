/**
 * Findings of process chains: one for each chain, with the whole line of processes as evidence. The same chain has the
 * same id whether files, threads or a search engine gave it: the id is made of the rule and of which processes did the
 * steps, and when. What a chain is: `src/process/chain/types.ts`; for users: docs/chains.md.
 */
import { hash } from 'node:crypto';
import { isoTime, type RuleSet, type StoredCorrelation } from '../detect/index.ts';
import type { HuntEvent, Value } from '../events/index.ts';
import type { ProcessInfo } from '../process/index.ts';
import { ruleOf } from './finding.ts';
import type { Finding, FindingProcess } from './types.ts';

const ticksPerMillisecond = 1e4;

/** One chain, with all that a finding says of it. */
export interface FoundChain {
  /** Index of the process_chain among the correlations of the rule set. */
  readonly correlation: number;
  /** A value for each group-by name, as the event of the last step spells it. */
  readonly group: readonly Value[];
  /** All processes from the highest step to the lowest. */
  readonly path: readonly ProcessInfo[];
  /** In the order of the rules. */
  readonly steps: readonly FoundStep[];
  /** `correlationTime` of the first and the last event, creations between the steps included. */
  readonly first: number;
  readonly last: number;
}

export interface FoundStep {
  /** Place of its process in `path`. */
  readonly place: number;
  /** The event that matched. */
  readonly event: HuntEvent;
  /** `correlationTime`, of Sysmon's UtcTime where it has one. */
  readonly time: number;
}

export function chainFinding(rules: Pick<RuleSet, 'rules' | 'correlations'>, found: FoundChain): Finding {
  const { info, type, seconds, groupBy, slots } = rules.correlations[found.correlation] as StoredCorrelation;
  const group = groupBy.map((field, i) => ({ field, value: found.group[i] ?? null }));
  const steps = found.steps.map((step, i) => {
    const { id = null, title = '' } = rules.rules[slots[i]?.index ?? -1]?.info ?? {};
    return { ...step, rule: { id, title } };
  });
  const titles = new Map(steps.map(({ place, rule }) => [place, rule.title]));
  // From the ancestor down, whatever the order of the rules.
  const down = steps.toSorted((a, b) => a.place - b.place);
  const value = steps.length;
  return {
    id: idOf(info.id ?? info.title, found),
    rule: ruleOf(info),
    event: (down.at(-1) as FoundStep).event,
    matched: [
      ...group.map((one) => ({ ...one, pattern: 'group-by' })),
      { field: type, value, pattern: `${value} steps within ${seconds} s` },
    ],
    correlation: {
      type,
      timespan: seconds,
      group,
      value,
      count: value,
      first: isoTime(found.first),
      last: isoTime(found.last),
      events: down.map(({ rule, event }) => ({ rule, event })),
    },
    // What is above the first step is not looked at.
    chain: found.path.map((process, place) => ({
      ...process,
      ...(place === 0 && { link: null }),
      step: titles.get(place) ?? null,
    })),
  };
}

/** Processes of no chain: those above a finding's process, and itself. */
export function asFindingProcesses(path: readonly ProcessInfo[]): FindingProcess[] {
  return path.map((process) => ({ ...process, step: null }));
}

/** Milliseconds are what every store of events keeps of a time. */
function idOf(rule: string, { steps, path }: FoundChain): string {
  const content = steps.map(({ place, time }) => {
    const { host, guid, pid, start } = path[place] as ProcessInfo;
    const process = guid ?? `${pid} ${start === null ? '' : Date.parse(start)}`;
    return [host.toLowerCase(), process, Math.floor(time / ticksPerMillisecond)];
  });
  return hash('sha256', `${rule}\n${JSON.stringify(content)}`, 'hex').slice(0, 32);
}
