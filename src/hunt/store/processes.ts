/**
 * The processes of event tables as a tree. DuckDB makes columns of numbers out of the events: ids for hosts and images,
 * words for GUIDs, so that a million processes cross over without a text for each. Texts of single processes are asked
 * for when they are shown. The same facts as `startOf` and `endOf` read from whole events (`src/process`).
 */
import { treeOfColumns, type ProcessColumns, type ProcessTree, type TextsOf } from '../../process/index.ts';
import { quoteText, type Database } from '../../store/index.ts';

/** Fields that the tree and its tables are made of, for `openEvents`. */
export const processStoreFields: readonly string[] = `UtcTime Image CommandLine User ProcessGuid ProcessId
  ParentProcessGuid ParentProcessId ParentImage ParentCommandLine SubjectUserName SubjectDomainName TargetUserName
  TargetDomainName NewProcessName NewProcessId ParentProcessName ProcessName SourceProcessGUID SourceProcessId ClientProcessId
  CallerProcessId Execution_ProcessID`
  .trim()
  .split(/\s+/u);

export const noGuid = `'00000000-0000-0000-0000-000000000000'::UUID`;

/** Ticks of 100 ns since 2020 (`correlationTime`) as a double, NaN for none. */
function ticksSql(time: string): string {
  return `coalesce(((epoch_ns(${time}) - ${epochNanos}) // 100)::DOUBLE, 'NaN'::DOUBLE)`;
}

/** Nanoseconds of 1970 at which ticks begin. */
export const epochNanos = BigInt(Date.UTC(2020, 0)) * 1_000_000n;

/** Process ids of Windows are far below 31 bits. */
export function pidSql(column: string): string {
  return `CASE WHEN ${column} BETWEEN 0 AND 2147483647 THEN ${column} ELSE -1 END::INTEGER`;
}

export function guidSql(column: string): string {
  return `coalesce(${column}, ${noGuid})`;
}

/** What Windows writes for nothing. */
function textSql(column: string): string {
  return `nullif(nullif(${column}, ''), '-')`;
}

function knownLog(column: string, sysmon: readonly string[], security: string): string {
  const name = `lower(${column})`;
  return `WHEN ${name} IN (${sysmon.map(quoteText).join(', ')}) THEN 'sysmon' WHEN ${name} = ${quoteText(security)} THEN 'security'`;
}

/** By provider, else by channel, else by the fields that it has: as `logOf` of `src/process`. */
export const logSql = `CASE WHEN Provider_Name = 'Microsoft-Windows-Sysmon' THEN 'sysmon'
  WHEN Provider_Name = 'Microsoft-Windows-Security-Auditing' THEN 'security'
  ${knownLog('Provider_Name', ['microsoft-windows-sysmon', 'linux-sysmon'], 'microsoft-windows-security-auditing')}
  ${knownLog('Channel', ['microsoft-windows-sysmon/operational', 'linux-sysmon/operational'], 'security')}
  WHEN coalesce(${textSql('Provider_Name')}, ${textSql('Channel')}) IS NOT NULL THEN 'other'
  WHEN nullif(ProcessGuid, ${noGuid}) IS NOT NULL THEN 'sysmon' WHEN NewProcessId >= 0 THEN 'security' END`;

/** Of an event: whether it is a creation or an end of a process. */
const isStart = `CASE EventID WHEN 1 THEN ${logSql} = 'sysmon' WHEN 4688 THEN ${logSql} = 'security' END`;
const isEnd = `CASE EventID WHEN 5 THEN ${logSql} = 'sysmon' WHEN 4689 THEN ${logSql} = 'security' END`;
const audit = '(NewProcessId IS NOT NULL OR NewProcessName IS NOT NULL)';
const account = (who: string): string =>
  `coalesce(${textSql(`${who}DomainName`)} || '\\' || ${textSql(`${who}UserName`)}, ${textSql(`${who}UserName`)})`;

/** SQL over `events` for what events of processes say: as `startOf` and `endOf` of `src/process`. */
export const facts = {
  isStart,
  isEnd,
  host: `coalesce(${textSql('Computer')}, '')`,
  ticks: ticksSql('coalesce(UtcTime, "Time")'),
  guid: guidSql('ProcessGuid'),
  parentGuid: guidSql('ParentProcessGuid'),
  pid: pidSql(`CASE WHEN EventID = 4688 AND ${audit} THEN NewProcessId ELSE ProcessId END`),
  parentPid: pidSql(
    `nullif(CASE WHEN EventID = 4688 AND ${audit} THEN ProcessId ELSE ParentProcessId END, 0)`,
  ),
  image: `CASE WHEN EventID IN (5, 4689) THEN coalesce(${textSql('Image')}, ${textSql('ProcessName')})
    ELSE coalesce(${textSql('NewProcessName')}, ${textSql('Image')}) END`,
  parentImage: `coalesce(${textSql('ParentProcessName')}, ${textSql('ParentImage')})`,
  commandLine: textSql('CommandLine'),
  parentCommandLine: textSql('ParentCommandLine'),
  user: `coalesce(${textSql('"User"')}, ${account('Target')}, ${account('Subject')})`,
} as const;

type Source = Pick<Database, 'run' | 'all' | 'columns'>;

/** All processes of the events. Throws HB_SQL. */
export async function loadProcesses({ database }: { readonly database: Source }): Promise<ProcessTree> {
  return (await readProcesses(database)).tree;
}

/** With the columns that the tree was made of. */
export async function readProcesses(
  database: Source,
): Promise<{ readonly tree: ProcessTree; readonly columns: ProcessColumns }> {
  try {
    const { hosts, images } = await makeFacts(database);
    const [count] = await database.all(
      'SELECT count(*) FILTER (kind = 1) AS starts, count(*) AS events FROM process_facts',
    );
    const rows = Number(count?.['starts']);
    // In order of time: sorting is quicker there than here, and so is all that follows.
    const starts = await database.columns(
      `SELECT
        h.code AS host, coalesce(i.code, -1)::INTEGER AS image,
        coalesce(p.code, -1)::INTEGER AS parentImage, guid, parentGuid, pid, parentPid, ticks, "row"::DOUBLE AS ref
      FROM process_facts s JOIN process_hosts h ON s.host = h.text
      LEFT JOIN process_images i ON s.image = i.text LEFT JOIN process_images p ON s.parentImage = p.text WHERE kind = 1 ORDER BY ticks`,
      rows,
    );
    const ends = await database.columns(
      `SELECT
        h.code AS host, coalesce(i.code, -1)::INTEGER AS image, guid, pid, ticks
      FROM process_facts s JOIN process_hosts h ON s.host = h.text
      LEFT JOIN process_images i ON s.image = i.text WHERE kind = 2`,
      Number(count?.['events']) - rows,
    );
    const ref = starts.doubles('ref');
    const columns: ProcessColumns = {
      length: starts.length,
      hosts: hosts.names,
      images: images.names,
      hostId: hosts.folded(starts.ints('host')),
      imageId: images.folded(starts.ints('image')),
      parentImageId: images.folded(starts.ints('parentImage')),
      guid: starts.guids('guid'),
      parentGuid: starts.guids('parentGuid'),
      pid: starts.ints('pid'),
      parentPid: starts.ints('parentPid'),
      time: starts.doubles('ticks'),
      ref,
      ends: {
        length: ends.length,
        hostId: hosts.folded(ends.ints('host')),
        imageId: images.folded(ends.ints('image')),
        guid: ends.guids('guid'),
        pid: ends.ints('pid'),
        time: ends.doubles('ticks'),
      },
    };
    return { tree: treeOfColumns(columns, textsOf(database, ref)), columns };
  } finally {
    await database.run(
      ['facts', 'hosts', 'images'].map((name) => `DROP TABLE IF EXISTS process_${name}`).join('; '),
    );
  }
}

/** Tables of the facts with their texts, and of the texts, each once, in the order in which they come first. */
async function makeFacts(database: Source): Promise<{ hosts: Texts; images: Texts }> {
  const ordered = await unordered(database);
  await database.run(`CREATE TABLE process_facts AS SELECT * FROM (
      SELECT CASE WHEN ${facts.isStart} THEN 1 WHEN ${facts.isEnd} THEN 2 END AS kind, _row AS "row",
        ${facts.host} AS host, ${facts.image} AS image, ${facts.parentImage} AS parentImage, ${facts.guid} AS guid,
        ${facts.parentGuid} AS parentGuid, ${facts.pid} AS pid, ${facts.parentPid} AS parentPid, ${facts.ticks} AS ticks
      FROM events WHERE EventID IN (1, 5, 4688, 4689)) WHERE kind IS NOT NULL`);
  await ordered();
  const texts = async (table: string, sources: readonly string[]): Promise<Texts> => {
    await database.run(`CREATE TABLE ${table} AS
      SELECT text, (row_number() OVER (ORDER BY first, text) - 1)::INTEGER AS code
      FROM (SELECT text, min(first) AS first FROM (${sources.join(' UNION ALL ')}) WHERE text IS NOT NULL GROUP BY text)`);
    const rows = await database.all(`SELECT text FROM ${table} ORDER BY code`);
    return new Texts(rows.map(({ text }) => String(text)));
  };
  return {
    hosts: await texts('process_hosts', ['SELECT host AS text, "row" AS first FROM process_facts']),
    images: await texts('process_images', [
      'SELECT image AS text, "row" * 2 AS first FROM process_facts',
      'SELECT parentImage AS text, "row" * 2 + 1 AS first FROM process_facts',
    ]),
  };
}

/**
 * Lets DuckDB write rows in any order, which takes a third less time and memory. Gives what sets it back. Once the
 * database is sealed, its settings stay as they are.
 */
async function unordered(database: Source): Promise<() => Promise<void>> {
  try {
    await database.run('SET preserve_insertion_order = false');
  } catch {
    return async () => {};
  }
  return () => database.run('RESET preserve_insertion_order').catch(() => {});
}

/** Texts that are one when they differ in case only. Done here, so that case is what it is everywhere else. */
class Texts {
  readonly names: string[] = [];
  readonly #ids: Int32Array;

  constructor(texts: readonly string[]) {
    const known = new Map<string, number>();
    this.#ids = Int32Array.from(texts, (text) => {
      const key = text.toLowerCase();
      let id = known.get(key);
      if (id === undefined) {
        known.set(key, (id = this.names.length));
        this.names.push(text);
      }
      return id;
    });
  }

  /** Ids in place of the codes of DuckDB. */
  folded(codes: Int32Array): Int32Array {
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] as number;
      if (code >= 0) codes[at] = this.#ids[code] as number;
    }
    return codes;
  }
}

function textsOf(database: Source, refs: Float64Array): TextsOf {
  return async (rows) => {
    if (rows.length === 0) return [];
    const numbers = rows.map((row) => refs[row] ?? -1);
    const found =
      await database.all(`SELECT _row, ${facts.image} AS image, ${facts.commandLine} AS "commandLine",
        ${facts.user} AS who, ${facts.parentCommandLine} AS "parentCommandLine"
      FROM events WHERE _row IN (${[...new Set(numbers)].join(', ')})`);
    const byRow = new Map(found.map((row) => [Number(row['_row']), row]));
    return numbers.map((number) => {
      const row = byRow.get(number);
      const text = (name: string): string | null => (row?.[name] as string | null | undefined) ?? null;
      return {
        image: text('image'),
        commandLine: text('commandLine'),
        user: text('who'),
        parentCommandLine: text('parentCommandLine'),
      };
    });
  };
}
