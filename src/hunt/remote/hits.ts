/**
 * What a search gave, as events of the matcher: canonical names, evidence for the rule, and the event's content, by
 * which a finding has the id that it has in a file.
 */
import { Matcher, type Evidence, type Match, type RuleSet } from '../../detect/index.ts';
import { canonicalise, FieldTable, foldFieldName, ObjectBatch, type HuntEvent } from '../../events/index.ts';
import type { EngineRow } from '../../sources/index.ts';
import { eventFilter, type EventFilter } from '../event-filter.ts';
import { contentOf } from '../finding.ts';

export interface Hit {
  readonly event: HuntEvent;
  readonly content: string;
  /** Empty where the matcher does not see what the engine saw. */
  readonly evidence: readonly Evidence[];
  /** Whether the matcher says the same. */
  readonly confirmed: boolean;
  readonly match: Match;
}

/** Rows that the matcher looks at together. */
const batchSize = 200;

export class HitReader {
  readonly #matcher: Matcher;
  readonly #fields = new FieldTable();
  readonly #source: string;
  readonly #onHost: ReturnType<typeof eventFilter>;

  constructor(set: RuleSet, source: string, filter: EventFilter = {}) {
    this.#matcher = new Matcher(set, this.#fields);
    this.#source = source;
    // Times are the engine's own affair: what it calls the time of an event decided already.
    this.#onHost = filter.hosts?.length
      ? eventFilter({ hosts: filter.hosts }, { withoutTime: 0 })
      : undefined;
  }

  /** Calls `onHit` for each row, in order; rows of other hosts are left out. */
  async read(
    rule: number,
    rows: AsyncIterable<EngineRow>,
    onHit: (hit: Hit) => void | Promise<void>,
  ): Promise<void> {
    let held: HuntEvent[] = [];
    const flush = async (): Promise<void> => {
      const events = held;
      held = [];
      for (const hit of this.#hits(rule, events)) {
        const wait = onHit(hit);
        if (wait) await wait;
      }
    };
    for await (const row of rows) {
      held.push(canonicalise(asLoaded(row), this.#source));
      if (held.length === batchSize) await flush();
    }
    await flush();
  }

  #hits(rule: number, events: readonly HuntEvent[]): Hit[] {
    // Searches run side by side: each has a batch of its own.
    const { batch } = fill(this.#source, this.#fields, events);
    const found = new Map<number, Match & { readonly seen: readonly Evidence[] }>();
    this.#matcher.match(batch, (match) => {
      if (match.rule !== rule) return;
      found.set(match.row, { ...match, seen: match.evidence(events[match.row] as HuntEvent) });
    });
    return events.flatMap((event, row): Hit[] => {
      if (event.host !== null && this.#onHost && !this.#onHost(batch, row)) return [];
      const own = found.get(row);
      const match = own ?? { rule, row, batch, aliases: null, evidence: () => [] };
      const evidence = own?.seen ?? [];
      return [{ event, content: contentOf(event), evidence, confirmed: own !== undefined, match }];
    });
  }
}

/** What every form of an event has, whatever it calls the fields that a rule is about. */
const envelope = new Set(['Channel', 'EventID', 'Provider_Name', 'Computer'].map(foldFieldName));

/** Whether the matcher knows any of the fields of a rule in an event; else it can not look at the event again. */
export function canJudge({ fields }: HuntEvent, asked: readonly string[]): boolean {
  const names = new Set(asked.map(foldFieldName).filter((name) => !envelope.has(name)));
  return names.size === 0 || Object.keys(fields).some((name) => names.has(foldFieldName(name)));
}

/** The event as it was before a search engine stored it: without what huntbook and the engine put beside it. */
export function asLoaded(row: EngineRow): EngineRow {
  if (row['_id'] === undefined || row['_index'] === undefined) return row;
  const own = Object.entries(row).filter(
    ([name]) => name !== '_id' && name !== '_index' && name !== '_score',
  );
  // The form of huntbook's own index, as docs/elastic.md has it.
  if (!own.some(([name]) => name === 'Channel' || name === 'EventID')) return Object.fromEntries(own);
  const {
    '@timestamp_text': written,
    '@timestamp': _,
    ...event
  } = Object.fromEntries(own.filter(([name]) => !name.startsWith('huntbook_')));
  return written === undefined ? event : { ...event, '@timestamp': written };
}

function fill(source: string, fields: FieldTable, events: readonly HuntEvent[]): ObjectBatch {
  const batch = new ObjectBatch(source, fields);
  events.forEach((event, index) => batch.add(event, index + 1));
  return batch;
}
