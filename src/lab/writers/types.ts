import type { LabEvent } from '../event.ts';

/** Where an event went: the file, and its place in it (line or record, from 1). */
export interface Place {
  readonly file: string;
  readonly position: number;
}

export interface LabWriter {
  /** Writes one event; returns its place. */
  write(event: LabEvent): Place;
  /** Writes what is still held back. Files get their names later, from their folder. */
  finish(): void;
}
