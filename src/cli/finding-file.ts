/**
 * Findings as `huntbook hunt` writes them, JSON or NDJSON, read back: which process a finding is about, and what was
 * found on which processes.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { asHuntbookError, HuntbookError } from '../errors.ts';
import { toMillis, type HuntEvent } from '../events/index.ts';
import { isoTime } from '../detect/index.ts';
import { actorOf, type ProcessName, type ProcessQuery } from '../process/index.ts';

const text = v.nullable(v.string());
const number = v.union([v.number(), v.string()]);
const event = v.object({
  source: v.string(),
  channel: text,
  provider: text,
  eventId: v.nullable(number),
  recordId: v.nullable(number),
  time: text,
  host: text,
  fields: v.record(v.string(), v.unknown()),
});
const process = v.object({
  host: v.string(),
  guid: text,
  pid: v.nullable(v.number()),
  start: text,
  step: text,
});
const finding = v.object({
  id: v.string(),
  rule: v.object({ title: v.string(), level: text }),
  event,
  correlation: v.optional(v.object({ events: v.array(v.object({ event })) })),
  chain: v.optional(v.array(process)),
});
/** The form of `--format json`. */
const document = v.object({ data: v.array(finding) });
type FindingText = v.InferOutput<typeof finding>;
type ProcessText = v.InferOutput<typeof process>;

/** As much of a finding as is needed here, from a file or from a hunt. */
type FindingFacts = Pick<FindingText, 'rule'> & {
  readonly event: object;
  readonly correlation?: { readonly events: readonly { readonly event: object }[] } | undefined;
  readonly chain?: readonly ProcessText[] | undefined;
};

/** A process that a finding is about. */
export interface FoundOn {
  readonly process: ProcessName;
  readonly title: string;
  readonly level: string | null;
  /** When it ran; ISO 8601 in UTC. */
  readonly at: string | null;
}

export interface FoundFinding {
  readonly start: ProcessQuery;
  /** What all findings of the file are about, to be marked in a picture. */
  readonly marks: readonly FoundOn[];
}

/** More would be no picture. */
const maxMarks = 100_000;

/** The first finding, or that whose id begins with `id`. Throws HB_NOT_FOUND, HB_READ. */
export async function readFinding(file: string, id?: string): Promise<FoundFinding> {
  let chosen: FindingText | null = null;
  const marks: FoundOn[] = [];
  for await (const one of findingsOf(file)) {
    if (id === undefined || one.id.startsWith(id.toLowerCase())) chosen ??= one;
    if (marks.length < maxMarks) marks.push(...marksOfFinding(one));
  }
  if (chosen === null)
    throw new HuntbookError(
      'HB_NOT_FOUND',
      id === undefined ? `${file}: holds no finding` : `${file}: no finding has the id ${id}`,
      { hint: 'A file of huntbook hunt --format ndjson, or json, is wanted.' },
    );
  const about = marksOfFinding(chosen).at(-1);
  if (about === undefined)
    throw new HuntbookError('HB_NOT_FOUND', `${file}: the finding's event names no process`, {
      hint: 'Name another finding with --finding-id.',
    });
  return { start: { kind: 'process', process: about.process, time: toMillis(about.at) }, marks };
}

/** The steps of a chain, else the process that acts in each event; the one that completed it last. */
export function marksOfFinding({ rule, event: last, correlation, chain }: FindingFacts): FoundOn[] {
  const { title, level } = rule;
  const steps = (chain ?? []).filter(({ step }) => step !== null);
  if (steps.length > 0)
    return steps.map(({ host, guid, pid, start }) => {
      return { process: { host, guid, pid }, title, level, at: start };
    });
  const events = [...(correlation?.events ?? []).map((one) => one.event), last];
  return events.flatMap((one) => {
    const actor = actorOf(one as HuntEvent);
    if (actor === null) return [];
    return [{ process: actor, title, level, at: actor.time === null ? null : isoTime(actor.time) }];
  });
}

async function* findingsOf(file: string): AsyncGenerator<FindingText> {
  const input = createReadStream(file, { encoding: 'utf8' });
  let number = 0;
  try {
    const lines = createInterface({ input, crlfDelay: Infinity });
    for await (const line of lines) {
      number++;
      const text = line.trim();
      if (text === '') continue;
      // JSON of any layout is one document, NDJSON one a line.
      if (number === 1 && !isWhole(text)) {
        yield* wholeDocument(file);
        return;
      }
      const value: unknown = JSON.parse(text);
      if (v.is(document, value)) yield* value.data;
      else yield v.parse(finding, value);
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError)
      throw new HuntbookError(
        'HB_READ',
        `${file}: ${number > 1 ? `line ${number}: ` : ''}this is no finding`,
        {
          cause: error,
          hint: 'A file of huntbook hunt --format ndjson, or json, is wanted.',
        },
      );
    throw asHuntbookError(error, 'HB_NOT_FOUND', file);
  } finally {
    input.destroy();
  }
}

async function* wholeDocument(file: string): AsyncGenerator<FindingText> {
  yield* v.parse(document, JSON.parse(await readFile(file, 'utf8'))).data;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
