/** `huntbook sql` and `huntbook import`: declares them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addImportCommand } from './import-command.ts';
import { outputOptions, whole } from './options.ts';

const parameter = (value: string, before: Record<string, string> = {}): Record<string, string> => {
  const match = /^\$?([A-Za-z_]\w{0,63})=([\s\S]*)$/.exec(value);
  if (!match) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [match[1] as string]: match[2] as string };
};

export function addSqlCommands(program: Command): void {
  outputOptions(
    program
      .command('sql')
      .description('ask events in SQL: the table events, and a view for each Sigma category')
      .argument('[query]', 'one SELECT (docs/sql.md); with --file, --hunt or --tables the first path')
      .argument('[paths...]', 'files, folders, globs of events; - is standard input'),
  )
    .addOption(
      new Option(
        '-f, --format <format>',
        'form of the result (default: by the name of -o, or table)',
      ).choices(['table', 'json', 'ndjson', 'csv', 'parquet']),
    )
    .option('-s, --source <name>', 'events of a source instead of paths (see huntbook source list)')
    .option('--query <query>', "with --source: only what this query in the engine's language finds")
    .option('--language <name>', 'language of --query, as for huntbook search')
    .option('--index <pattern>', 'with --source: index or index pattern')
    .option('--since <time>', 'with --source: from this time on: 2025-03-03T08:00:00Z, or an age such as 24h')
    .option('--until <time>', 'with --source: before this time')
    .option('--limit <n>', 'with --source: fetch this many events at most (default: all)', whole())
    .option('--config <file>', 'configuration instead of huntbook.yaml here and that of the user')
    .option('--file <file>', 'read the query from a file')
    .option('--hunt <hunt>', 'run a SQL hunt instead: its file, or name, title or id of one of ours')
    .option('-p, --param <name=value>', 'a value for $name in the query (repeatable)', parameter)
    .option('--tables', 'list the tables and columns instead')
    .option('--limit-rows <n>', 'rows shown in a table (default: 50)', whole())
    .option('--timeout <seconds>', 'stop the query after this time', whole(604_800))
    .option('--csv-raw', 'CSV without the guard against spreadsheet formulas')
    .option('-q, --quiet', 'no progress and no notes')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook sql "SELECT Image, count(*) FROM process_creation GROUP BY ALL ORDER BY 2 DESC" ./evidence\n  huntbook sql \'FROM process_access WHERE GrantedAccess & $mask = $mask\' ./evidence -p mask=0x1410 -o access.csv\n  huntbook sql --hunt sql_lsass_read_and_file_written -p reading=any ./evidence\n  huntbook sql --tables ./evidence\n  huntbook sql "SELECT * FROM process_access LIMIT 9" --source prod --query "index=win EventCode=10" --since 24h',
    )
    .action(async (query: string | undefined, paths: string[], options: object) =>
      (await import('./sql.ts')).runSql(query, paths, options),
    );
  addImportCommand(program);
}
