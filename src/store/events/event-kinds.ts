/** Which columns the events of each kind (event id and channel) have: views of one kind show only those. */

export interface EventKind {
  readonly eventId: string | null;
  readonly channel: string | null;
  /** Names of columns, in their order. */
  readonly columns: readonly string[];
}

/** Kinds that are told apart; event ids and channels come from hostile data. The rest counts as one kind. */
const maxKinds = 4096;
const ids = 1 << 20;

interface Kind {
  readonly eventId: string | null;
  readonly channel: string | null;
  seen: Uint8Array;
}

export class EventKinds {
  /** Texts by the ids of the row group. */
  readonly eventIds: string[] = [];
  readonly channels: string[] = [];
  readonly #byText = new Map<string, Kind>();
  /** By the ids of the row group. */
  readonly #byIds = new Map<number, Kind>();

  /** Where to note the columns of an event; -1 stands for no value. */
  seenBy(eventId: number, channel: number, columns: number): Uint8Array {
    const key = (eventId + 1) * ids + channel + 1;
    let kind = this.#byIds.get(key);
    if (kind === undefined) {
      kind = this.#find(this.eventIds[eventId] ?? null, this.channels[channel] ?? null);
      this.#byIds.set(key, kind);
    }
    if (kind.seen.length < columns) {
      const seen = new Uint8Array(columns * 2);
      seen.set(kind.seen);
      kind.seen = seen;
    }
    return kind.seen;
  }

  /** Ids mean something else from here on. */
  endGroup(): void {
    this.#byIds.clear();
    this.eventIds.length = this.channels.length = 0;
  }

  list(names: readonly string[]): EventKind[] {
    return [...this.#byText.values()].map(({ eventId, channel, seen }) => ({
      eventId,
      channel,
      columns: names.filter((_, index) => seen[index] === 1),
    }));
  }

  #find(eventId: string | null, channel: string | null): Kind {
    const full = this.#byText.size >= maxKinds;
    const text = full ? '' : JSON.stringify([eventId, channel]);
    let kind = this.#byText.get(text);
    if (kind === undefined) {
      kind = full
        ? { eventId: null, channel: null, seen: new Uint8Array(64) }
        : { eventId, channel, seen: new Uint8Array(64) };
      this.#byText.set(text, kind);
    }
    return kind;
  }
}
