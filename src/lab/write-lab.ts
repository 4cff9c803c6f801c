/** Writes an estate to a folder: events in the formats asked for, and the truth file. */
import path from 'node:path';
import { HuntbookError } from '../errors.ts';
import { systemTime } from './clock.ts';
import { resolveOptions, type LabOptions } from './options.ts';
import { simulate } from './simulate.ts';
import { TruthCollector, type Truth } from './truth.ts';
import { openCsv } from './writers/csv.ts';
import { openEvtx, type EvtxLayout } from './writers/evtx.ts';
import { openJsonLines, type JsonShape } from './writers/json-lines.ts';
import { OutputFolder } from './writers/output.ts';
import type { LabWriter, Place } from './writers/types.ts';

export type LabFormat = 'ndjson' | 'csv' | 'evtx';

export interface WriteLabOptions extends LabOptions {
  /** Output folder; made when absent. */
  readonly out: string;
  /** Default `['ndjson']`. */
  readonly formats?: readonly LabFormat[];
  /** Shape of the JSON lines; default `evtx`. */
  readonly shape?: JsonShape;
  /**
   * EVTX files per host and channel (as collected from each host), or per channel with all hosts in it. Default:
   * `host` up to 64 hosts, `channel` above.
   */
  readonly evtxLayout?: EvtxLayout;
  /**
   * Which computers' events a format gets, by their full names; default all. With it an estate can be spread over
   * formats so that each event is written once.
   */
  readonly only?: Readonly<Partial<Record<LabFormat, (computer: string) => boolean>>>;
  /** Replace files that exist. Default false. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Called now and then with the number of events written so far. */
  readonly onProgress?: (events: number) => void;
}

export interface LabResult {
  readonly folder: string;
  /** Folder with nothing but event files in it: what a hunt takes. */
  readonly eventsFolder: string;
  readonly events: number;
  /** Files written, relative to the folder, with `/`, by name; sizes in bytes. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly truth: Truth;
}

const YIELD_EVERY = 4096;
const MAX_HOST_FILES = 64;

/**
 * Generates and writes an estate. Memory does not grow with the number of events. All files appear together at
 * the end; a failed or aborted run leaves none. Throws HB_USAGE, HB_EXISTS or HB_WRITE.
 */
export async function writeLab(options: WriteLabOptions): Promise<LabResult> {
  const settings = resolveOptions(options);
  const formats = [...new Set(options.formats ?? (['ndjson'] as const))];
  const folder = new OutputFolder(options.out, options.force ?? false);
  const estate = simulate(options);
  const truth = new TruthCollector();
  let count = 0;
  try {
    const writers = formats.map((format) => ({
      writer: openWriter(format, folder, options, settings.hosts),
      wants: options.only?.[format] ?? null,
    }));
    const truthFile = folder.open('truth.json');
    for (const event of estate.events) {
      const places: Place[] = [];
      for (const { writer, wants } of writers) {
        if (wants === null || wants(event.computer)) places.push(writer.write(event));
      }
      if (event.mark !== null) truth.add(event, places);
      if (++count % YIELD_EVERY === 0) {
        options.onProgress?.(count);
        await new Promise((resolve) => setImmediate(resolve));
        options.signal?.throwIfAborted();
      }
    }
    for (const { writer } of writers) writer.finish();
    const contents: Truth = {
      version: 1,
      options: { ...settings, start: systemTime(settings.start) },
      events: count,
      computers: estate.computers,
      scenes: truth.scenes(estate.played),
      chains: estate.chains,
    };
    truthFile.write(Buffer.from(`${JSON.stringify(contents, null, 1)}\n`));
    const files = folder
      .commit()
      .map(({ name, bytes }) => ({ name, bytes }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return {
      folder: options.out,
      eventsFolder: path.join(options.out, 'events'),
      events: count,
      files,
      truth: contents,
    };
  } catch (error) {
    folder.discard();
    // A full disk shows itself while writing, as an error of the system.
    throw isSystemError(error)
      ? new HuntbookError('HB_WRITE', `Cannot write to ${options.out}: ${error.message}`, { cause: error })
      : error;
  }
}

function openWriter(
  format: LabFormat,
  folder: OutputFolder,
  options: WriteLabOptions,
  hosts: number,
): LabWriter {
  if (format === 'ndjson') return openJsonLines(folder, 'events/events.ndjson', options.shape ?? 'evtx');
  if (format === 'csv') return openCsv(folder, 'events/events.csv');
  if (format === 'evtx')
    return openEvtx(folder, options.evtxLayout ?? (hosts <= MAX_HOST_FILES ? 'host' : 'channel'));
  throw new HuntbookError(
    'HB_USAGE',
    `There is no lab format "${String(format)}". Known: ndjson, csv, evtx.`,
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
