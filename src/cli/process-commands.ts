/** `huntbook tree` and `huntbook chain`: declares them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { list, outputOptions, whole } from './options.ts';
import { addRareCommand } from './rare-command.ts';

/** More than any process tree is deep. */
const mostGenerations = 100_000;
const levels = ['informational', 'low', 'medium', 'high', 'critical'];
const eventPaths = 'files, folders, globs of events; - is standard input';
const sourceHelp = 'events of a source instead of paths (see huntbook source list)';
const configHelp = 'configuration instead of huntbook.yaml here and that of the user';

/** Generations: 0 is none, `all` all. */
const generations = (value: string): number => {
  if (value === 'all') return Infinity;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= mostGenerations) return number;
  throw new InvalidArgumentError(`It must be a whole number up to ${mostGenerations}, or all.`);
};

/** Returns the commands below `chain`. */
export function addProcessCommands(program: Command): readonly Command[] {
  addTree(program);
  const chain = addChain(program);
  addRareCommand(chain);
  return chain.commands;
}

function addTree(program: Command): void {
  outputOptions(
    program
      .command('tree')
      .description('draw a process, those above and below it, and what they did')
      .argument('[guid]', 'ProcessGuid; without one, choose by an option below')
      .argument('[paths...]', eventPaths),
  )
    .option('--record <id>', 'the process that acts in the event with this record number')
    .option('--channel <name>', 'with --record: of this channel')
    .option('--pid <n>', 'the process with this id, with --at', whole(0xffff_ffff))
    .option('--at <time>', 'with --pid: a time at which it ran: 2025-03-03T08:00:00Z, or an age such as 2h')
    .option('--finding <file>', 'the process of a finding: file with the JSON or NDJSON of huntbook hunt')
    .option('--finding-id <id>', 'which finding of the file, by the beginning of its id (default: the first)')
    .option('--search <images>', "all processes with these image names: 'winword.exe|excel.exe', * allowed")
    .option('--host <name>', 'only on this host, * allowed')
    .option('-s, --source <name>', sourceHelp)
    .option('--config <file>', configHelp)
    .option('--since <time>', 'with --source: nothing before this time')
    .option('--until <time>', 'with --source: nothing after this time')
    .option('--max-searches <n>', 'with --source: searches at most (default: 100)', whole(100_000))
    .option('--jobs <n>', 'with --source: searches at a time (default: 4)', whole(64))
    .option('--timeout <seconds>', 'with --source: patience with one search', whole(86_400))
    .option('--up <n>', 'generations above (default: all)', generations)
    .option('--down <n>', 'generations below (default: all)', generations)
    .option('--before <time>', 'time before its beginning that is looked at: 1m, 2h, all (default: 1m)')
    .option('--after <time>', 'time after its beginning that is looked at (default: 10m)')
    .option('--siblings', 'the other children of its parent too')
    .option('--events', 'list the events, not only their number')
    .option('--events-to <file>', 'all events of the tree as a table: CSV, JSON, NDJSON, Parquet')
    .option(
      '--sql <query>',
      'a SELECT over the events of the tree, as the table events, instead of a picture',
    )
    .option('--rules <path...>', 'mark what these rules find, with paths')
    .option('--max-nodes <n>', 'processes in the picture at most (default: 2000)', whole())
    .option('--max-events <n>', 'events listed for each process at most (default: 50)', whole())
    .addOption(
      new Option(
        '-f, --format <format>',
        'form of the picture, or of the result of --sql (default: by the name of -o, or text)',
      ).choices(['text', 'svg', 'html', 'json', 'ndjson', 'mermaid', 'dot', 'table', 'csv', 'parquet']),
    )
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress and no notes')
    .addHelpText(
      'after',
      "\nExamples:\n  huntbook tree 7f3c21a0-0b1e-5f4d-0000-00101e2a4c00 ./evidence --events\n  huntbook tree --record 4711 --channel Sysmon ./evidence -o tree.html\n  huntbook tree --finding findings.ndjson --source prod --format svg -o tree.svg\n  huntbook tree --search 'winword.exe|excel.exe' --host ws1 ./evidence --down 3",
    )
    .action(async (guid: string | undefined, paths: string[], options: object) =>
      (await import('./tree.ts')).runTree(guid === undefined ? paths : [guid, ...paths], options),
    );
}

function addChain(program: Command): Command {
  const chain = program
    .command('chain')
    // `rare` has options of the same names.
    .enablePositionalOptions()
    .description('find processes in a line of descent, by a short form of a chain rule')
    .argument('[pattern]', "'cmd.exe > powershell.exe >> winword.exe|excel.exe': > child, >> any depth")
    .argument('[paths...]', eventPaths)
    .option('--within <time>', 'from the first to the last of its events (default: 10m)')
    .option('--max-depth <n>', 'generations from one step to the next at most', whole(1000))
    .option('--not-between <images>', 'images that may not stand between the steps: explorer.exe')
    .option('--title <text>', 'title of the rule, and of its findings')
    .option('--as-rule', 'print the rule as YAML; nothing is run')
    .option('-s, --source <name>', 'hunt on this source instead of files (see huntbook source list)')
    .option('--config <file>', configHelp)
    .option('--jobs <n>', 'searches at a time, with --source (default: 4)', whole(64))
    .option('--timeout <seconds>', 'patience with one search, with --source', whole(86_400))
    .option('--since <time>', 'only events from this time on: 2025-03-03T08:00:00Z, or an age such as 24h')
    .option('--until <time>', 'only events before this time')
    .option('--host <name>', 'only events of this host, * allowed (repeatable)', list);
  outputOptions(
    chain.addOption(
      new Option(
        '-f, --format <format>',
        'form of the findings (default: by the name of -o, or text)',
      ).choices(['text', 'table', 'json', 'ndjson', 'csv', 'html']),
    ),
  )
    .addOption(
      new Option(
        '--fail-on <level>',
        'exit with 1 when a chain is found and has this level or above',
      ).choices(levels),
    )
    .option('--csv-raw', 'CSV without the guard against spreadsheet formulas')
    .option('--threads <n>', 'threads to use (default: by the size of the input)', whole(64))
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      "\nExamples:\n  huntbook chain 'cmd.exe > powershell.exe >> winword.exe|excel.exe' ./evidence\n  huntbook chain 'mshta.exe >> cmd.exe|powershell.exe \"whoami\"' ./evidence --within 1h\n  huntbook chain 'wscript.exe >> rundll32.exe' --as-rule > rule.yml",
    )
    .action(async (pattern: string | undefined, paths: string[], options: object) =>
      (await import('./chain.ts')).runChain(pattern, paths, options),
    );
  return chain;
}
