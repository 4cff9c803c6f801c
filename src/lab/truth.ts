/** The truth file: which attacks are in the log, and exactly which events they made. */
import { systemTime } from './clock.ts';
import { labField, type LabEvent } from './event.ts';
import type { PlayedScene } from './simulate.ts';
import type { PlantedChain } from './world.ts';
import type { Place } from './writers/types.ts';

export interface TruthEvent {
  readonly stage: string;
  /** ISO 8601, UTC, seven decimals. */
  readonly time: string;
  readonly computer: string;
  readonly channel: string;
  readonly eventId: number;
  /** Number of the record in its channel on its computer: EventRecordID. */
  readonly recordId: number;
  /** The acting process, where the event names one. */
  readonly processGuid: string | null;
  /** Place in each file written: line of NDJSON, row of CSV (the header is 1), record of EVTX, from 1. */
  readonly places: readonly Place[];
}

export interface TruthScene {
  readonly id: string;
  readonly title: string;
  readonly technique: string;
  readonly tactic: string;
  readonly host: string;
  readonly user: string;
  readonly start: string;
  readonly end: string;
  readonly events: readonly TruthEvent[];
}

export interface Truth {
  readonly version: 1;
  /** The options that make this estate again. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly events: number;
  readonly computers: readonly string[];
  readonly scenes: readonly TruthScene[];
  /** Chains of processes that the scenes made. */
  readonly chains: readonly PlantedChain[];
}

export class TruthCollector {
  readonly #events = new Map<string, TruthEvent[]>();

  add(event: LabEvent, places: readonly Place[]): void {
    if (event.mark === null) return;
    const { scene, stage } = event.mark;
    let list = this.#events.get(scene);
    if (list === undefined) this.#events.set(scene, (list = []));
    const guid =
      labField(event, 'ProcessGuid') ??
      labField(event, 'SourceProcessGUID') ??
      labField(event, 'SourceProcessGuid');
    list.push({
      stage,
      time: systemTime(event.time),
      computer: event.computer,
      channel: event.schema.channel,
      eventId: event.schema.eventId,
      recordId: event.recordId,
      processGuid: typeof guid === 'string' ? guid : null,
      places,
    });
  }

  scenes(played: readonly PlayedScene[]): TruthScene[] {
    return played.map(({ scene, host, user }) => {
      const events = this.#events.get(scene.id) ?? [];
      return {
        id: scene.id,
        title: scene.title,
        technique: scene.technique,
        tactic: scene.tactic,
        host,
        user,
        start: events[0]?.time ?? '',
        end: events.at(-1)?.time ?? '',
        events,
      };
    });
  }
}
