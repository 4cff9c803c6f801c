/** `huntbook lab splunk`: a stand-in for a Splunk server. Its code is loaded when it is asked for. */
import type { EventTable, EventTableOptions } from './event-table.ts';
import type { ServeOptions, SplunkServer } from './types.ts';

export type { EventTable, EventTableOptions, ServeOptions, SplunkServer };
export type { RawForm, RequestNote } from './types.ts';

/** Serves a table of events on 127.0.0.1, until it is closed. */
export async function serveSplunk(options: ServeOptions): Promise<SplunkServer> {
  const { serveTable } = await import('./serve.ts');
  const table = await eventTable(options);
  try {
    return await serveTable(options, table);
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** The events as an index of Splunk has them, to search without a server. */
export async function eventTable(options: EventTableOptions): Promise<EventTable> {
  return (await import('./event-table.ts')).eventTable(options);
}
