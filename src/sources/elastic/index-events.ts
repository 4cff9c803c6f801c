/**
 * Loads events in bulk, in huntbook's form: see template.ts and document.ts. The id of a document is the digest of its
 * event, so that loading a file again changes nothing. What the server refuses is counted and named, never silent.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HuntbookError } from '../../errors.ts';
import { toJson, type EventBatch } from '../../events/index.ts';
import { pathOf } from './columns.ts';
import { documentOf } from './document.ts';
import type { ElasticEngine } from './engine.ts';
import { answerError, isObject, wordsOf } from './faults.ts';
import { eventTemplate, everythingField } from './template.ts';

export interface IndexOptions {
  /** Name of the index; made with huntbook's template where it is missing. */
  readonly index: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

export interface IndexReport {
  /** Events read, and what became of them. */
  readonly events: number;
  readonly added: number;
  /** Were there already. */
  readonly known: number;
  readonly failed: number;
  /** Some of the reasons of those that failed, with how many there were of each. */
  readonly failures: ReadonlyMap<string, number>;
  /** By reason: where the first such event stands, as `file:position`. */
  readonly places: ReadonlyMap<string, string>;
  /** By field: values longer than a keyword may be, kept in `huntbook_long`. */
  readonly long: ReadonlyMap<string, number>;
  /** The index was made without huntbook's template: what its own mapping does to values is not known here. */
  readonly foreign: boolean;
}

const batchBytes = 5 * 1024 * 1024;
const batchDocuments = 2000;
const mostReasons = 50;
/** Waits before what was busy is sent again, in milliseconds. */
const waits = [250, 500, 1000, 2000, 4000, 8000];

interface Line {
  readonly id: string;
  readonly text: string;
  readonly source: string;
  readonly position: number;
}

export async function indexEvents(
  engine: ElasticEngine,
  batches: AsyncIterable<EventBatch>,
  options: IndexOptions,
): Promise<IndexReport> {
  await putTemplate(engine, options.index);
  const loader = new Loader(engine, options);
  for await (const batch of batches) {
    for (let row = 0; row < batch.length; row++) await loader.add(batch, row);
  }
  return loader.finish();
}

/** Sees to it that the index, if it is made, is made with huntbook's mapping. */
export async function putTemplate({ wire }: ElasticEngine, index: string): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]{0,200}$/.test(index)) {
    throw new HuntbookError('HB_USAGE', `${index} is no name for an index`, {
      hint: 'Names of indexes are small letters, digits, and - _ . within.',
    });
  }
  const path = `/_index_template/huntbook-${index}`;
  const { status, body } = await wire.ask('PUT', path, { body: eventTemplate(index, true) });
  if (status < 400) return;
  if (!/wildcard/.test(wordsOf(body))) throw answerError(status, body, wire.name);
  await wire.call('PUT', path, { body: eventTemplate(index, false) });
}

class Loader {
  readonly #engine: ElasticEngine;
  readonly #options: IndexOptions;
  readonly #failures = new Map<string, number>();
  readonly #places = new Map<string, string>();
  readonly #long = new Map<string, number>();
  /** How often an event occurred in the source at hand: equal events of one source are different documents. */
  readonly #seen = new Map<string, number>();
  #source: string | null = null;
  #lines: Line[] = [];
  #bytes = 0;
  #events = 0;
  #added = 0;
  #known = 0;
  #failed = 0;

  constructor(engine: ElasticEngine, options: IndexOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  async add(batch: EventBatch, row: number): Promise<void> {
    if (batch.source !== this.#source) {
      this.#source = batch.source;
      this.#seen.clear();
    }
    const { digest, body, long } = documentOf(batch.event(row));
    for (const name of long) this.#long.set(name, (this.#long.get(name) ?? 0) + 1);
    const before = this.#seen.get(digest) ?? 0;
    this.#seen.set(digest, before + 1);
    const id = before === 0 ? digest : `${digest}.${before}`;
    const text = `{"create":{"_id":"${id}"}}\n${toJson(body)}\n`;
    this.#events++;
    this.#lines.push({ id, text, source: batch.source, position: batch.position(row) });
    this.#bytes += text.length;
    if (this.#bytes >= batchBytes || this.#lines.length >= batchDocuments) await this.#send();
  }

  async finish(): Promise<IndexReport> {
    await this.#send();
    const { wire } = this.#engine;
    const path = `/${pathOf(this.#options.index)}`;
    let foreign = false;
    // Without an event there is no index.
    if (this.#events > 0) {
      await wire.call('POST', `${path}/_refresh`);
      const query = { fields: everythingField };
      const caps = await wire.call('GET', `${path}/_field_caps`, { query });
      foreign = !isObject(caps) || !isObject(caps['fields']) || !(everythingField in caps['fields']);
    }
    return {
      events: this.#events,
      added: this.#added,
      known: this.#known,
      failed: this.#failed,
      failures: this.#failures,
      places: this.#places,
      foreign,
      long: this.#long,
    };
  }

  async #send(): Promise<void> {
    let lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    for (let attempt = 0; lines.length > 0; attempt++) {
      lines = await this.#bulk(lines);
      const wait = waits[attempt];
      if (lines.length === 0) break;
      if (wait === undefined) {
        throw new HuntbookError(
          'HB_BUSY',
          `${this.#engine.wire.name} had no room for ${lines.length} events`,
        );
      }
      await sleep(wait * (1 + Math.random() / 2), undefined, { signal: this.#options.signal });
    }
    this.#options.onProgress?.(this.#events);
  }

  /** Gives back what is to be sent again. */
  async #bulk(lines: readonly Line[]): Promise<Line[]> {
    const { index, signal } = this.#options;
    const answer = await this.#engine.wire.call('POST', `/${pathOf(index)}/_bulk`, {
      body: lines.map(({ text }) => text).join(''),
      ...(signal !== undefined && { signal }),
    });
    const items: unknown = isObject(answer) ? answer['items'] : null;
    if (!Array.isArray(items) || items.length !== lines.length)
      throw new HuntbookError('HB_SEARCH', `${this.#engine.wire.name} gave no account of what it stored`);
    const busy: Line[] = [];
    items.forEach((item: unknown, at) => {
      const made = isObject(item) && isObject(item['create']) ? item['create'] : {};
      const status = Number(made['status']);
      if (status === 409) this.#known++;
      else if (status < 300) this.#added++;
      else if (status === 429) busy.push(lines[at] as Line);
      else this.#fail(lines[at] as Line, wordsOf({ error: made['error'] }) || `status ${status}`);
    });
    return busy;
  }

  #fail({ source, position }: Line, words: string): void {
    this.#failed++;
    // Reasons hold ids and values of one document; with them each would be a reason of its own.
    const reason = words.replaceAll(/(?<=\b(?:id|value:) )'[^']*'|(?<=date)\[[^\]]*\]/g, '…');
    const before = this.#failures.get(reason);
    if (before === undefined && this.#failures.size >= mostReasons) return;
    if (before === undefined) this.#places.set(reason, `${source}:${position}`);
    this.#failures.set(reason, (before ?? 0) + 1);
  }
}
