/** Which matches go where: from rules to the correlations that name them, and from these to further ones. */
import { foldFieldName } from '../../events/index.ts';
import type { CorrelationSlot, StoredCorrelation } from './types.ts';

/** A way into a correlation. The numbers are places in the values that come along. */
export interface Feed {
  readonly correlation: number;
  readonly slot: number;
  readonly group: readonly number[];
  readonly fields: readonly number[];
  readonly carried: readonly number[];
}

/** A way into a chain of processes: as the event of a step, or (-1) as a process that may not stand between steps. */
export interface ChainFeed {
  readonly correlation: number;
  readonly step: number;
  /** Places of the group's values in those that come along. */
  readonly group: readonly number[];
}

interface Port {
  readonly names: string[];
  readonly feeds: Feed[];
  readonly chainFeeds: ChainFeed[];
}

/** Fields that tell which process acted, and when. */
const identityFields = [
  'ProcessGuid',
  'SourceProcessGUID',
  'ProcessId',
  'SourceProcessId',
  'NewProcessId',
  'UtcTime',
];

export class CorrelationPlan {
  readonly correlations: readonly StoredCorrelation[];
  /** Whether a correlation is run; also true for those that only serve others. */
  readonly runs: readonly boolean[];
  /** Whether its findings are wanted. */
  readonly reports: readonly boolean[];
  /** Fields of its events that each correlation hands on, besides its group. */
  readonly carried: readonly (readonly string[])[];
  readonly #rules = new Map<number, Port>();
  readonly #inner = new Map<number, Port>();

  /** `wanted`: whether the findings of a correlation are asked for; those it is made of run too. */
  constructor(
    correlations: readonly StoredCorrelation[],
    wanted: (correlation: number) => boolean = () => true,
  ) {
    this.correlations = correlations;
    this.reports = correlations.map(({ reports }, index) => reports && wanted(index));
    const runs = [...this.reports];
    const carried: string[][] = correlations.map(() => []);
    // Those that name others come after them.
    for (let index = correlations.length - 1; index >= 0; index--) {
      if (!runs[index]) continue;
      const { slots, chain } = correlations[index] as StoredCorrelation;
      if (chain) {
        this.#addChain(index, slots, chain.notBetween);
        continue;
      }
      const handedOn = carried[index] as string[];
      for (const [slot, to] of slots.entries()) {
        const port = this.#port(to, correlations);
        if (to.kind === 'correlation') runs[to.index] = true;
        const place = (name: string): number => placeOf(port.names, name);
        port.feeds.push({
          correlation: index,
          slot,
          group: to.group.map(place),
          fields: to.fields.map(place),
          carried: handedOn.map(place),
        });
        if (to.kind === 'correlation') {
          const { groupBy } = correlations[to.index] as StoredCorrelation;
          carried[to.index] = port.names.slice(groupBy.length);
        }
      }
    }
    this.runs = runs;
    this.carried = carried;
  }

  /** Rules whose matches are needed. */
  get rules(): readonly number[] {
    return [...this.#rules.keys()];
  }

  /** The fields whose values come with a match of a rule. */
  fieldsOf(rule: number): readonly string[] {
    return this.#rules.get(rule)?.names ?? [];
  }

  feedsOf(rule: number): readonly Feed[] {
    return this.#rules.get(rule)?.feeds ?? [];
  }

  /** The chains of processes that a rule is a part of. */
  chainFeedsOf(rule: number): readonly ChainFeed[] {
    return this.#rules.get(rule)?.chainFeeds ?? [];
  }

  feedsOfCorrelation(correlation: number): readonly Feed[] {
    return this.#inner.get(correlation)?.feeds ?? [];
  }

  #addChain(correlation: number, slots: readonly CorrelationSlot[], notBetween: readonly number[]): void {
    const add = (to: CorrelationSlot, step: number): void => {
      const port = this.#port(to, this.correlations);
      for (const name of identityFields) placeOf(port.names, name);
      port.chainFeeds.push({ correlation, step, group: to.group.map((name) => placeOf(port.names, name)) });
    };
    for (const [step, to] of slots.entries()) add(to, step);
    for (const index of notBetween) add({ kind: 'rule', index, group: [], fields: [] }, -1);
  }

  #port({ kind, index }: CorrelationSlot, correlations: readonly StoredCorrelation[]): Port {
    const ports = kind === 'rule' ? this.#rules : this.#inner;
    let port = ports.get(index);
    if (!port) {
      const names = kind === 'rule' ? [] : [...(correlations[index] as StoredCorrelation).groupBy];
      ports.set(index, (port = { names, feeds: [], chainFeeds: [] }));
    }
    return port;
  }
}

function placeOf(names: string[], name: string): number {
  const folded = foldFieldName(name);
  const place = names.findIndex((other) => foldFieldName(other) === folded);
  return place >= 0 ? place : names.push(name) - 1;
}
