import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FieldTable, type HuntEvent } from '../../src/events/index.ts';
import {
  eventsOfSql,
  importEvents,
  loadProcesses,
  openEvents,
  processesOfSql,
  type EventStore,
} from '../../src/hunt/index.ts';
import { actorOf, endOf, ProcessTreeBuilder, startOf, type ProcessTree } from '../../src/process/index.ts';
import { defaultLimits, listInputs, readInputs } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';
import { makeEstate, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

async function eventsOf(paths: readonly string[]): Promise<HuntEvent[]> {
  const events: HuntEvent[] = [];
  const onIssue = (): void => {};
  const options = { fields: new FieldTable(true), onIssue, limits: defaultLimits };
  for await (const batch of readInputs(listInputs(paths, { onIssue }), options))
    for (let row = 0; row < batch.length; row++) events.push(batch.event(row));
  return events;
}

function treeOf(events: readonly HuntEvent[]): ProcessTree {
  const builder = new ProcessTreeBuilder();
  events.forEach((event, ref) => {
    const start = startOf(event, ref);
    if (start) builder.add(start);
    const end = endOf(event);
    if (end) builder.end(end);
  });
  return builder.build();
}

/** Each process with its parent as text: the same for trees that number processes of one moment differently. */
async function texts(tree: ProcessTree): Promise<string[]> {
  const all = await tree.describe(Array.from({ length: tree.length }, (_, node) => node));
  return all.map((info, node) => {
    const { commandLine, guid, pid, image, start } = all[tree.parent[node] as number] ?? {};
    return JSON.stringify({ ...info, parent: { commandLine, guid, pid, image, start } });
  });
}

async function expectSame(store: EventStore, events: readonly HuntEvent[]): Promise<void> {
  const wanted = treeOf(events);
  const tree = await loadProcesses(store);
  const wantedTexts = await texts(wanted);
  expect(tree.counts).toEqual(wanted.counts);
  expect((await texts(tree)).toSorted()).toEqual(wantedTexts.toSorted());

  const rows = await store.database.all('SELECT * FROM processes ORDER BY "Process"');
  expect(rows).toHaveLength(tree.length);
  const described = await tree.describe(rows.map((row) => Number(row['Process'])));
  rows.forEach((row, node) => {
    const info = described[node];
    expect(row['Parent'] ?? -1n).toBe(BigInt(tree.parent[node] as number));
    expect([row['CommandLine'], row['Image'], row['User'], row['ProcessGuid']]).toEqual([
      info?.commandLine,
      info?.image,
      info?.user,
      info?.guid,
    ]);
    expect(row['Known']).toBe(info?.known);
    expect(row['Inferred']).toBe(info?.link === 'inferred');
    expect((row['Start'] as Date | null)?.toISOString() ?? null).toBe(cutMillis(info?.start));
    expect((row['End'] as Date | null)?.toISOString() ?? null).toBe(cutMillis(info?.end));
  });

  const own = await texts(tree);
  const actors = new Map<number, string>();
  const acted = await store.database.all('FROM process_of');
  for (const { _row: row, Process: process } of acted) {
    actors.set(Number(row), own[Number(process)] as string);
  }
  let acting = 0;
  const wrong: number[] = [];
  events.forEach((event, row) => {
    const actor = actorOf(event);
    const node = actor === null ? -1 : wanted.find(actor.host, actor.guid, actor.pid, actor.time);
    if (node >= 0) acting++;
    if (actors.get(row) !== (node < 0 ? undefined : wantedTexts[node])) wrong.push(row);
  });
  expect(wrong).toEqual([]);
  expect(actors.size).toBe(acting);
  expect(acted).toHaveLength(acting);
}

function cutMillis(iso: string | null | undefined): string | null {
  return iso ? `${iso.slice(0, 19)}${`${/\.\d+/u.exec(iso)?.[0] ?? '.'}000`.slice(0, 4)}Z` : null;
}

describe('processes of event tables', () => {
  it('are those that whole events give, from files and from a lake', async () => {
    const { eventsFolder } = await makeEstate(path.join(folder, 'estate'));
    const file = path.join(eventsFolder, 'events.ndjson');
    const events = await eventsOf([file]);
    const store = await openEvents([file], { processes: true });
    await expectSame(store, events);
    await store.close();
    const to = path.join(folder, 'lake');
    await importEvents([file], { to });
    const lake = await openEvents([to], { processes: true });
    await expectSame(lake, events);
    await lake.close();
  });

  it('are there for SQL hunts with the fields that they need, and only when they are named', async () => {
    const { eventsFolder } = await makeEstate(path.join(folder, 'named'));
    const sql = 'SELECT p.Image FROM processes p JOIN processes c ON c.Parent = p.Process';
    expect(processesOfSql([{ sql }, { sql: 'FROM events' }])).toBe(true);
    expect(processesOfSql([{ sql: "FROM query_table('Process_Of')" }])).toBe(true);
    expect(processesOfSql([{ sql: 'FROM process_creation' }])).toBe(false);
    const kinds = eventsOfSql([{ sql }]);
    const file = path.join(eventsFolder, 'events.ndjson');
    const few = await openEvents([file], {
      processes: true,
      fields: ['Image'],
      ...(kinds && { filter: { kinds } }),
    });
    const all = await openEvents([file], { processes: true });
    const count = async ({ database }: EventStore): Promise<unknown> =>
      (await database.all(`SELECT count(*) AS n FROM (${sql})`))[0]?.['n'];
    expect(await count(few)).toBe(await count(all));
    expect(Number(await count(few))).toBeGreaterThan(100);
    expect(few.events).toBeLessThan(all.events);
    expect(all.tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['processes', 'process_of']));
    for (const { name, columns } of all.tables.slice(-2)) {
      const described = await all.database.all(`DESCRIBE ${name}`);
      expect(described.map((row) => row['column_name'])).toEqual(columns.map((column) => column.name));
    }
    const frame = await few.database.userQuery(sql);
    expect(await frame.count()).toBe(Number(await count(all)));
    frame.close();
    // A sealed database still gives its tree.
    expect((await loadProcesses(few)).known).toBe((await loadProcesses(all)).known);
    await few.close();
    await all.close();
    const plain = await openEvents([file]);
    await expect(plain.database.userQuery('FROM processes')).rejects.toMatchObject({ code: 'HB_SQL' });
    await plain.close();
  });

  const mordor = sharedPath('data/mordor');
  const sets = mordor.missing ? [] : readdirSync(mordor.path).filter((name) => /\.(?:zip|gz)$/u.test(name));
  it.skipIf(mordor.missing).each(sets)('are those that whole events give in %s', async (name) => {
    const file = path.join(mordor.path, name);
    const store = await openEvents([file], { processes: true });
    await expectSame(store, await eventsOf([file]));
    await store.close();
  });
});
