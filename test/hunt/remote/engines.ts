/** The same events in files, on a real OpenSearch, and on the stand-in for Splunk. */
import { Secret } from '../../../src/config/index.ts';
import { FieldTable, type HuntEvent } from '../../../src/events/index.ts';
import {
  describeFields,
  openEvents,
  type EventStore,
  type RemoteHuntOptions,
} from '../../../src/hunt/index.ts';
import { serveSplunk } from '../../../src/lab/index.ts';
import { endOf, ProcessTreeBuilder, startOf, type ProcessTree } from '../../../src/process/index.ts';
import {
  defaultLimits,
  indexEvents,
  openElastic,
  openSplunk,
  readAll,
  type ElasticEngine,
  type SearchEngine,
  type SearchRequest,
} from '../../../src/sources/index.ts';

export interface Opened {
  readonly engine: SearchEngine;
  /** Searches that were sent. */
  readonly requests: SearchRequest[];
  readonly settings: Pick<RemoteHuntOptions, 'engine' | 'fields' | 'mapping'> & { readonly index: string };
  close(): Promise<void>;
}

/** Writes down what is asked. */
function watched(engine: SearchEngine): { engine: SearchEngine; requests: SearchRequest[] } {
  const requests: SearchRequest[] = [];
  const own = {
    kind: engine.kind,
    test: engine.test.bind(engine),
    close: () => engine.close(),
    search: (request: SearchRequest) => {
      requests.push(request);
      return engine.search(request);
    },
    ...(engine.count !== undefined && {
      count: (request: SearchRequest) => {
        requests.push(request);
        return engine.count?.(request) ?? Promise.resolve(null);
      },
    }),
    ...('fieldCaps' in engine && {
      fieldCaps: (...given: unknown[]) => (engine as ElasticEngine).fieldCaps(...(given as [])),
      settings: (engine as ElasticEngine).settings,
      wire: (engine as ElasticEngine).wire,
    }),
  };
  return { engine: own, requests };
}

export async function onOpenSearch(url: string, index: string, paths: readonly string[]): Promise<Opened> {
  const real = await openElastic({ product: 'opensearch', url, index });
  const batches = readAll(paths, { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} });
  const { failed, failures } = await indexEvents(real, batches, { index });
  if (failed > 0) throw new Error(`${failed} events were not stored: ${[...failures.keys()].join('\n')}`);
  const { engine, requests } = watched(real);
  return {
    engine,
    requests,
    settings: { engine, index, ...(await describeFields(engine)) },
    async close() {
      await real.wire.ask('DELETE', `/${index}`);
      await real.close();
    },
  };
}

/** Documents as a shipper writes them, under the mapping that the server makes of them. */
export async function onOpenSearchAs(
  url: string,
  index: string,
  documents: readonly object[],
): Promise<Opened> {
  const real = await openElastic({ product: 'opensearch', url, index });
  const lines = documents.flatMap((document) => [{ index: {} }, document]);
  const body = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  const answer = await real.wire.call('POST', `/${index}/_bulk`, { query: { refresh: 'true' }, body });
  if ((answer as { errors: boolean }).errors) throw new Error(JSON.stringify(answer).slice(0, 1000));
  const { engine, requests } = watched(real);
  return {
    engine,
    requests,
    settings: { engine, index, ...(await describeFields(engine)) },
    async close() {
      await real.wire.ask('DELETE', `/${index}`);
      await real.close();
    },
  };
}

export async function onSplunk(paths: readonly string[]): Promise<Opened> {
  const store: EventStore = await openEvents(paths);
  const columns = store.tables.find(({ name }) => name === 'events_text')?.columns ?? [];
  await store.database.run('CREATE TABLE kept AS FROM events_text');
  const server = await serveSplunk({
    database: store.database,
    table: 'kept',
    columns,
    password: 'only-here',
  });
  const real = await openSplunk({ url: server.url, username: 'admin', password: new Secret('only-here') });
  const { engine, requests } = watched(real);
  return {
    engine,
    requests,
    settings: { engine, index: 'main', ...(await describeFields(engine)) },
    async close() {
      await real.close();
      await server.close();
      await store.close();
    },
  };
}

export async function eventsOf(paths: readonly string[]): Promise<HuntEvent[]> {
  const events: HuntEvent[] = [];
  const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
  for await (const batch of readAll(paths, options))
    for (let row = 0; row < batch.length; row++) events.push(batch.event(row));
  return events;
}

/** All processes of files. */
export function treeOf(events: readonly HuntEvent[]): ProcessTree {
  const builder = new ProcessTreeBuilder();
  for (const event of events) {
    const start = startOf(event);
    const end = endOf(event);
    if (start !== null) builder.add(start);
    if (end !== null) builder.end(end);
  }
  return builder.build();
}
