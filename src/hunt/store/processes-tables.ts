/**
 * The tree of processes as tables for SQL: `processes`, a row each, and `process_of`, which process acted in which event.
 * Described for users in docs/sql.md.
 */
import { Link, type ProcessColumns, type ProcessTree } from '../../process/index.ts';
import type { Column, Database } from '../../store/index.ts';
import { epochNanos, facts, guidSql, logSql, noGuid, pidSql, readProcesses } from './processes.ts';

const column = (type: Column['type'], ...names: string[]): Column[] => names.map((name) => ({ name, type }));

export const processTables: readonly { readonly name: string; readonly columns: readonly Column[] }[] = [
  {
    name: 'processes',
    columns: [
      ...column('integer', 'Process', 'Parent'),
      ...column('boolean', 'Inferred', 'Known'),
      ...column('text', 'Computer'),
      ...column('guid', 'ProcessGuid'),
      ...column('integer', 'ProcessId'),
      ...column('text', 'Image', 'CommandLine', 'User'),
      ...column('time', 'Start', 'End'),
      ...column('integer', '_row'),
    ],
  },
  {
    name: 'process_of',
    columns: [...column('integer', '_row', 'Process'), ...column('time', 'Time')],
  },
];

/** Makes both tables. Throws HB_SQL, HB_LIMIT. */
export async function addProcessTables(database: Database): Promise<ProcessTree> {
  const { tree, columns } = await readProcesses(database);
  const guid = new Uint32Array(tree.length * 4);
  for (let row = 0; row < columns.length; row++) {
    const node = tree.nodeOf(row);
    take(guid, node, columns.guid, row);
    const parent = node < 0 ? -1 : (tree.parent[node] as number);
    // Parents that were not seen to begin have the GUID by which their children name them.
    if (parent >= tree.known) take(guid, parent, columns.parentGuid, row);
  }
  const nodes = Int32Array.from({ length: tree.length }, (_, node) => node);
  await addTexts(database, 'process_hosts', tree.hosts);
  await addTexts(database, 'process_images', tree.images);
  await database.addTable('process_nodes', {
    node: nodes,
    parent: tree.parent,
    link: Int32Array.from(tree.link),
    host: tree.hostId,
    image: tree.imageId,
    guid,
    pid: tree.pid,
    start: tree.time,
    end: tree.end,
    ref: Float64Array.from(nodes, (node) => tree.ref(node)),
  });
  await addOrphans(database, tree);
  await database.run(`CREATE TABLE processes AS
    SELECT n.node::BIGINT AS "Process", nullif(n.parent, -1)::BIGINT AS "Parent",
      n.link = ${Link.inferred} AS "Inferred", n.node < ${tree.known} AS "Known",
      coalesce(e.computer, h.text) AS "Computer", n.guid AS "ProcessGuid", nullif(n.pid, -1)::BIGINT AS "ProcessId",
      coalesce(e.image, i.text) AS "Image", coalesce(e.commandLine, o.commandLine) AS "CommandLine", e.who AS "User",
      ${timeSql('n.start')} AS "Start", ${timeSql('n."end"')} AS "End", nullif(n.ref, -1)::BIGINT AS "_row"
    FROM process_nodes n LEFT JOIN process_hosts h ON n.host = h.id LEFT JOIN process_images i ON n.image = i.id
    LEFT JOIN process_orphans o ON n.node = o.node
    LEFT JOIN (SELECT _row, ${facts.host} AS computer, ${facts.image} AS image, ${facts.commandLine} AS commandLine,
        ${facts.user} AS who FROM events WHERE EventID IN (1, 4688)) e ON n.ref = e._row`);
  await addActors(database, tree, columns);
  await database.run(
    ['nodes', 'hosts', 'images', 'orphans', 'actors', 'found', 'by_id', 'created', 'spellings']
      .map((name) => `DROP TABLE IF EXISTS process_${name}`)
      .join('; '),
  );
  return tree;
}

function take(into: Uint32Array, node: number, words: Uint32Array, row: number): void {
  const from = row * 4;
  const given = words.subarray(from, from + 4);
  if (node >= 0 && given.some((word) => word !== 0)) into.set(given, node * 4);
}

function timeSql(ticks: string): string {
  return `CASE WHEN NOT isnan(${ticks}) THEN make_timestamp_ns(${ticks}::BIGINT * 100 + ${epochNanos}) END`;
}

const textsAtOnce = 10_000;

async function addTexts(database: Database, table: string, texts: readonly string[]): Promise<void> {
  await database.run(`CREATE TABLE ${table} (id INTEGER, text VARCHAR)`);
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    const some = texts.slice(from, from + textsAtOnce);
    await database.run(
      `INSERT INTO ${table} SELECT unnest(range(${from}, ${from + some.length}))::INTEGER, unnest($texts::VARCHAR[])`,
      { texts: some },
    );
  }
}

/** Command lines of parents that were not seen to begin, as their children tell them. */
async function addOrphans(database: Database, tree: ProcessTree): Promise<void> {
  await database.run('CREATE TABLE process_orphans (node INTEGER, commandLine VARCHAR)');
  for (let from = tree.known; from < tree.length; from += textsAtOnce) {
    const to = Math.min(from + textsAtOnce, tree.length);
    const some = await tree.describe(Array.from({ length: to - from }, (_, at) => from + at));
    await database.run(
      `INSERT INTO process_orphans SELECT unnest(range(${from}, ${to}))::INTEGER, nullif(unnest($texts::VARCHAR[]), '')`,
      // Of a list whose first value is null DuckDB takes all for null.
      { texts: some.map(({ commandLine }) => commandLine ?? '') },
    );
  }
}

/**
 * `process_of`: of a creation the process that was made; of other events the one with the GUID that they name, which
 * DuckDB joins, and else the one with their process id at that time, which is looked up in the tree.
 */
async function addActors(database: Database, tree: ProcessTree, columns: ProcessColumns): Promise<void> {
  const hosts = await addSpellings(database, tree);
  const rows = await database.all("SELECT column_name FROM duckdb_columns() WHERE table_name = 'events'");
  const known = new Set(rows.map((row) => String(row['column_name'])));
  const pids = actorPids.filter((name) => known.has(name)).map((name) => `nullif(${pidSql(name)}, -1)`);
  const writer = known.has('Execution_ProcessID')
    ? `CASE WHEN ${isOwnWriter} THEN ${pidSql('Execution_ProcessID')} END`
    : 'NULL';
  await database.run(`CREATE TABLE process_actors AS
    SELECT "row", id AS host, guid, coalesce(pid, CASE WHEN guid IS NULL THEN writer END, -1)::INTEGER AS pid, ticks FROM (
      SELECT _row AS "row", ${facts.host} AS host,
        coalesce(nullif(ProcessGuid, ${noGuid}), nullif(SourceProcessGUID, ${noGuid})) AS guid,
        coalesce(${pids.join(', ')}) AS pid, ${writer} AS writer, ${facts.ticks} AS ticks
      FROM events WHERE (${facts.isStart}) IS NOT TRUE) e JOIN process_spellings h ON e.host = h.text
    WHERE guid IS NOT NULL OR pid IS NOT NULL OR writer >= 0`);
  await database.run(`CREATE TABLE process_found AS
    SELECT a."row", n.node, a.ticks FROM process_actors a JOIN process_nodes n ON a.host = n.host AND a.guid = n.guid`);
  const rest =
    await database.columns(`SELECT "row"::DOUBLE AS "row", host, ${guidSql('guid')} AS guid, pid, ticks
    FROM process_actors a WHERE pid >= 0 AND NOT EXISTS (FROM process_found f WHERE f."row" = a."row")`);
  const [host, pid, ticks, guid] = [
    rest.ints('host'),
    rest.ints('pid'),
    rest.doubles('ticks'),
    rest.guids('guid'),
  ];
  const nodes = new Int32Array(rest.length);
  for (let at = 0; at < rest.length; at++) {
    const time = ticks[at] as number;
    nodes[at] = tree.find(
      hosts[host[at] as number] ?? '',
      guidText(guid.subarray(at * 4, at * 4 + 4)),
      pid[at] as number,
      Number.isNaN(time) ? null : time,
    );
  }
  await database.addTable('process_by_id', { row: rest.doubles('row'), node: nodes, ticks });
  await database.addTable('process_created', {
    row: columns.ref,
    node: Int32Array.from(columns.ref, (_, row) => tree.nodeOf(row)),
    ticks: columns.time,
  });
  const parts = ['found', 'by_id', 'created'].map((name) => `SELECT "row", node, ticks FROM process_${name}`);
  await database.run(`CREATE TABLE process_of AS
    SELECT "row"::BIGINT AS "_row", node::BIGINT AS "Process", ${timeSql('ticks')} AS "Time"
    FROM (${parts.join(' UNION ALL ')}) WHERE node >= 0`);
}

/** Where events name their process by its id, as `actorOf` of `src/process` looks for it. */
const actorPids = ['ProcessId', 'SourceProcessId', 'ClientProcessId', 'CallerProcessId'];
const isOwnWriter = `(starts_with(lower(Channel), 'microsoft-windows-powershell/') OR
  starts_with(lower(Channel), 'powershellcore/') OR lower(Channel) = 'windows powershell') AND (${logSql}) = 'other'`;

/** Hosts as events spell them, with their numbers in the tree. */
async function addSpellings(database: Database, tree: ProcessTree): Promise<readonly string[]> {
  const rows = await database.all(`SELECT DISTINCT ${facts.host} AS text FROM events`);
  const ids = new Map(tree.hosts.map((name, id) => [name.toLowerCase(), id]));
  const known = rows.flatMap(({ text }) => {
    const id = ids.get(String(text).toLowerCase());
    return id === undefined ? [] : [{ text: String(text), id }];
  });
  await database.run('CREATE TABLE process_spellings (text VARCHAR, id INTEGER)');
  for (let from = 0; from < known.length; from += textsAtOnce) {
    const some = known.slice(from, from + textsAtOnce);
    await database.run(
      'INSERT INTO process_spellings SELECT unnest($texts::VARCHAR[]), unnest($ids::INTEGER[])',
      { texts: some.map(({ text }) => text), ids: some.map(({ id }) => id) },
    );
  }
  return tree.hosts;
}

function guidText(words: Uint32Array): string | null {
  if (words.every((word) => word === 0)) return null;
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}
