/** `huntbook source …` and `huntbook search`: declares them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { list, outputOptions, whole } from './options.ts';

const configHelp = 'configuration instead of huntbook.yaml here and that of the user';

/** Returns the commands below `source`, and `search`. */
export function addSourceCommands(program: Command): readonly Command[] {
  const source = program
    .command('source')
    .description('the places where events are: Splunk, Elasticsearch, OpenSearch, files');
  source
    .command('list')
    .description('the sources that are configured')
    .option('--config <file>', configHelp)
    .option('--json', 'JSON with all settings and where each comes from; secrets as references')
    .action(async (options: object) => (await import('./source-list.ts')).runSourceList(options));
  addAdd(source);
  source
    .command('test')
    .description('connect, log in and ask who is there')
    .argument('[names...]', 'sources (default: all)')
    .option('--config <file>', configHelp)
    .option('--json', 'one JSON line per source')
    .option('--timeout <seconds>', 'patience with each source', whole(3600), 30)
    .action(async (names: string[], options: object) =>
      (await import('./source-test.ts')).runSourceTest(names, options as never),
    );
  addSearch(program);
  return source.commands;
}

function addAdd(source: Command): void {
  source
    .command('add')
    .description('write a source into huntbook.yaml, which stays as it is otherwise')
    .argument('<name>', 'how commands will call it')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['splunk', 'elasticsearch', 'opensearch', 'files'])
        .makeOptionMandatory(),
    )
    .option('--url <url>', 'address, such as https://splunk.example:8089')
    .option('--username <name>', 'user, with --password')
    .option('--password <reference>', 'where the password is: env:NAME, file:PATH or keyring:SERVICE/NAME')
    .option('--token <reference>', 'where the bearer token of Splunk is')
    .option('--api-key <reference>', 'where the API key of Elasticsearch is')
    .addOption(
      new Option(
        '--keyring <setting>',
        'read this secret from standard input and keep it in the keyring',
      ).choices(['password', 'token', 'api-key']),
    )
    .option('--path <path>', 'files or folders of the kind files (repeatable)', paths)
    .option('--set <key=value>', 'any other setting of docs/connect.md (repeatable)', pair)
    .option('--config <file>', 'write to this file (default: ./huntbook.yaml)')
    .option('--user', "write to the user's configuration instead")
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook source add prod --kind splunk --url https://splunk.example:8089 --token env:SPLUNK_TOKEN\n  huntbook source add elastic --kind elasticsearch --url https://es.example:9200 --keyring api-key < key.txt\n  huntbook source add cases --kind files --path ./evidence',
    )
    .action(async (name: string, options: object) =>
      (await import('./source-add.ts')).runSourceAdd(name, options as never),
    );
}

function addSearch(program: Command): void {
  const search = program
    .command('search')
    .description("search a source in its own language, or files in Splunk's")
    .argument('[query]', 'the query; with --spl: files and folders instead')
    .argument('[paths...]', 'more files and folders, with --spl')
    .option('-s, --source <name>', 'the source to search (see huntbook source list)')
    .option('--spl <query>', "search files and folders in Splunk's language")
    .option('--config <file>', configHelp)
    .addOption(
      new Option('--language <name>', 'language of the query').choices([
        'spl',
        'query_string',
        'dsl',
        'eql',
        'esql',
        'ppl',
      ]),
    )
    .option('--earliest <time>', 'from this time on, as the source writes times (-24h@h, now-24h, ISO 8601)')
    .option('--latest <time>', 'before this time')
    .option('--since <time>', 'from this time on: 2025-03-03T08:00:00Z, or an age such as 24h')
    .option('--until <time>', 'before this time, written so')
    .option('--index <pattern>', 'index or index pattern')
    .option('--fields <names>', 'only these fields', list)
    .option('--limit <n>', 'this many rows at most (default: all)', whole())
    .addOption(
      new Option('--mode <mode>', 'how Splunk runs it').choices(['normal', 'blocking', 'oneshot', 'export']),
    )
    .option('--raw', 'rows as they come: no fields read from messages, no types by name of the field')
    .option('--sql <query>', 'SQL over the result, which is the table results');
  outputOptions(
    search.addOption(
      new Option(
        '-f, --format <format>',
        'form of the result (default: by the name of -o, or table)',
      ).choices(['table', 'json', 'ndjson', 'csv', 'parquet']),
    ),
  )
    .option('--csv-raw', 'CSV without the guard against spreadsheet formulas')
    .option('--timeout <seconds>', 'cancel the search after this time', whole(86_400))
    .option('--allow-risky', 'let a query write, send or run something')
    .option('--strict', 'end with 7 when the result is not whole')
    .option('-q, --quiet', 'no progress and no remarks')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook search "index=win EventCode=10 TargetImage=*lsass.exe" --source prod --since 24h\n  huntbook search "winlog.event_id:10" --source elastic --format csv -o access.csv\n  huntbook search "index=win EventCode=1" -s prod --sql "SELECT Image, count(*) FROM results GROUP BY ALL"\n  huntbook search --spl "search EventCode=1 | stats count by Image" ./evidence',
    )
    .action(async (query: string | undefined, paths: string[], options: object) =>
      (await import('./search.ts')).runSearch(query, paths, options as never),
    );
}

function paths(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function pair(value: string, before: Record<string, string> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be key=value.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}
