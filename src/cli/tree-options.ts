/** The options of `huntbook tree`, as process-commands.ts declares them, and what they ask for. */
import { existsSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { parseMoment, parseSpan } from '../hunt/index.ts';
import type { ProcessQuery, TreeQuery } from '../process/index.ts';
import type { FoundFinding } from './finding-file.ts';

export type PictureFormat = 'text' | 'svg' | 'html' | 'json' | 'ndjson' | 'mermaid' | 'dot';

export interface TreeCliOptions {
  readonly record?: string;
  readonly channel?: string;
  readonly pid?: number;
  readonly at?: string;
  readonly finding?: string;
  readonly findingId?: string;
  readonly search?: string;
  readonly host?: string;
  readonly source?: string;
  readonly config?: string;
  readonly since?: string;
  readonly until?: string;
  readonly maxSearches?: number;
  readonly jobs?: number;
  readonly timeout?: number;
  readonly up?: number;
  readonly down?: number;
  readonly before?: string;
  readonly after?: string;
  readonly siblings?: boolean;
  readonly events?: boolean;
  readonly eventsTo?: string;
  readonly sql?: string;
  readonly rules?: string[];
  readonly maxNodes?: number;
  readonly maxEvents?: number;
  readonly format?: PictureFormat | 'table' | 'csv' | 'parquet';
  readonly output?: string;
  readonly force?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

const guidText = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;

/** Milliseconds around the beginning of a process that are looked at. */
const usualBefore = 60_000;
const usualAfter = 600_000;

/** What is a GUID among the arguments, and what are paths. Throws HB_USAGE for several GUIDs. */
export function splitArguments(given: readonly string[]): { guid: string | null; paths: string[] } {
  const guids = given.filter((text) => guidText.test(text) && !existsSync(text));
  if (guids.length > 1)
    throw new HuntbookError('HB_USAGE', `tree: ${guids.length} GUIDs; a tree is that of one process`);
  return { guid: guids[0] ?? null, paths: given.filter((text) => !guids.includes(text)) };
}

/** Ways to choose a process, by the option that stands for each. */
export function chosenBy(guid: string | null, options: TreeCliOptions): string[] {
  const { record, pid, finding, search } = options;
  const ways = { 'a GUID': guid ?? undefined, '--record': record, '--pid': pid, '--finding': finding };
  return Object.entries({ ...ways, '--search': search }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
}

/** Throws HB_USAGE where a process is chosen in no way, in two ways, or half. */
export function startOfOptions(
  guid: string | null,
  options: TreeCliOptions,
  finding: FoundFinding | null,
): ProcessQuery {
  const { record, channel, pid, at, search, host } = options;
  const ways = chosenBy(guid, options);
  if (ways.length === 0)
    throw new HuntbookError('HB_USAGE', 'tree: which process?', {
      hint: "Give its ProcessGuid, or --record, --pid with --at, --finding FILE, or --search 'winword.exe'.",
    });
  if (ways.length > 1)
    throw new HuntbookError('HB_USAGE', `tree: ${ways.join(' and ')} choose a process each; give one`);
  refuseAlone('--channel', channel, '--record', record);
  refuseAlone('--at', at, '--pid', pid);
  refuseAlone('--finding-id', options.findingId, '--finding', options.finding);
  const where = host === undefined ? {} : { host };
  if (finding !== null) return finding.start;
  if (guid !== null) return { kind: 'guid', guid: guid.replaceAll(/[{}]/g, '').toLowerCase(), ...where };
  if (record !== undefined)
    return { kind: 'record', record, ...(channel !== undefined && { channel }), ...where };
  if (search !== undefined) return { kind: 'image', images: imagesOf(search), ...where };
  if (at === undefined)
    throw new HuntbookError('HB_USAGE', 'tree: --pid needs --at TIME: ids are used again and again', {
      hint: 'Any time at which the process ran will do.',
    });
  return { kind: 'pid', pid: pid as number, time: parseMoment(at, '--at'), ...where };
}

/** Generations and milliseconds; Infinity stands for all. */
export function rangeOf(options: TreeCliOptions): Pick<TreeQuery, 'up' | 'down' | 'before' | 'after'> {
  const span = (text: string | undefined, option: string, usual: number): number =>
    text === undefined ? usual : text === 'all' ? Infinity : parseSpan(text, option);
  return {
    up: options.up ?? Infinity,
    down: options.down ?? Infinity,
    before: span(options.before, '--before', usualBefore),
    after: span(options.after, '--after', usualAfter),
  };
}

function imagesOf(search: string): string[] {
  const images = search
    .split('|')
    .map((image) => image.trim().replace(/^(['"])(.*)\1$/, '$2'))
    .filter(Boolean);
  if (images.length > 0) return images;
  throw new HuntbookError('HB_USAGE', "--search: no image name; write 'winword.exe|excel.exe'");
}

function refuseAlone(option: string, value: unknown, other: string, needed: unknown): void {
  if (value !== undefined && needed === undefined)
    throw new HuntbookError('HB_USAGE', `tree: ${option} is for ${other}`);
}
