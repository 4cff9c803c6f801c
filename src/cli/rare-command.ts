/** `huntbook chain rare`: declares it. */
import { type Command, Option } from 'commander';
import { list, outputOptions, whole } from './options.ts';

export function addRareCommand(chain: Command): void {
  outputOptions(
    chain
      .command('rare')
      .description('stack lines of descent over all hosts and show the rare ones')
      .argument('[paths...]', 'files, folders, globs of events; - is standard input')
      .option('--depth <n>', 'image names along the line, the process itself last (default: 3)', whole(20))
      .option('--arguments', 'tell processes apart by their arguments too, normalised')
      .option('--paths', 'whole paths of images instead of file names')
      .option('--limit <n>', 'lines shown at most (default: 50)', whole())
      .option('--max-hosts <n>', 'only what stands on this many hosts at most', whole())
      .option('-s, --source <name>', 'events of a source instead of paths (see huntbook source list)')
      .option('--config <file>', 'configuration instead of huntbook.yaml here and that of the user')
      .option('--timeout <seconds>', 'patience with the search, with --source', whole(86_400))
      .option(
        '--since <time>',
        'only processes from this time on: 2025-03-03T08:00:00Z, or an age such as 7d',
      )
      .option('--until <time>', 'only processes before this time')
      .option('--host <name>', 'only processes of this host, * allowed (repeatable)', list)
      .addOption(
        new Option(
          '-f, --format <format>',
          'form of the result (default: by the name of -o, or table)',
        ).choices(['table', 'json', 'ndjson', 'csv', 'parquet']),
      ),
  )
    .option('--csv-raw', 'CSV without the guard against spreadsheet formulas')
    .option('-q, --quiet', 'no progress and no notes')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook chain rare ./evidence\n  huntbook chain rare ./evidence --arguments --max-hosts 2 --limit 200 -o rare.csv',
    )
    .action(async (paths: string[], options: object) =>
      (await import('./chain-rare.ts')).runChainRare(paths, options),
    );
}
