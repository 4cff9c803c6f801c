/** The command line: declares the commands; each loads its code only when it runs, so that --help is quick. */
import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../config/index.ts';
import { ExitCode, HuntbookError } from '../errors.ts';
import { exit } from './exit.ts';
import { fail, usageError } from './fail.ts';
import type { LabSplunkCliOptions } from './lab-splunk.ts';
import type { LabCliOptions } from './lab.ts';
import { decimal, list, outputOptions, paths, port, whole } from './options.ts';
import { addProcessCommands } from './process-commands.ts';
import { addSigmaCommands } from './sigma.ts';
import { addSourceCommands } from './source.ts';
import { addSqlCommands } from './sql-commands.ts';

/** More threads than any machine has use for. */
const maxThreads = 64;
const levels = ['informational', 'low', 'medium', 'high', 'critical'];

const noRuleCache = 'do not keep or use compiled rules';

function ruleOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--logsource <mode>', 'which events a rule looks at')
        .choices(['auto', 'sysmon', 'audit', 'raw'])
        .default('auto'),
    )
    .option('--logsources <file>', 'YAML file with further log sources (docs/logsources.md)')
    .option('--placeholders <file>', 'YAML file with the values of %placeholders%');
}

const program = new Command('huntbook')
  .description(
    'Hunt Windows and Sysmon events with Sigma rules, over files of any kind, with nothing to set up.',
  )
  .version(packageVersion())
  .enablePositionalOptions()
  .configureOutput({ outputError: (text, write) => write(usageError(text)) })
  .exitOverride();

const hunt = program
  .command('hunt')
  .description('run all rules over all events in one pass')
  .argument(
    '[paths...]',
    'files, folders, globs of EVTX, JSON, CSV, Parquet, zip, tar, gz, zst; - is standard input',
  )
  .option(
    '-r, --rules <path...>',
    'files or folders of Sigma rules and SQL hunts (default: the starter hunts)',
    paths,
  )
  .option('-s, --source <name>', 'hunt on this source instead of files (see huntbook source list)')
  .option('--config <file>', 'configuration with the sources instead of huntbook.yaml')
  .option('--jobs <n>', 'searches at a time, with --source (default: 4)', whole(maxThreads))
  .option('--timeout <seconds>', 'patience with one search, with --source', whole(86_400))
  .addOption(new Option('--level <level>', 'only rules of this level and above').choices(levels))
  .option('--tag <tag>', 'only rules with this tag (attack.t1003 takes sub-techniques; repeatable)', list)
  .option('--status <status>', 'only rules of this status (repeatable)', list)
  .option('--include <id>', 'only rules with this id or title (repeatable)', list)
  .option('--exclude <id>', 'not the rules with this id or title (repeatable)', list)
  .option(
    '--param <name=value>',
    'a parameter of a SQL hunt: mask=0x1010, or hunt.mask=0x1010 (repeatable)',
    paths,
  )
  .option('--since <time>', 'only events from this time on: 2025-03-03T08:00:00Z, or an age such as 24h')
  .option('--until <time>', 'only events before this time')
  .option('--host <name>', 'only events of this host, * allowed (repeatable)', list);
outputOptions(
  ruleOptions(hunt).addOption(
    new Option(
      '-f, --format <format>',
      'form of the findings (default: by the name of -o, or table)',
    ).choices(['table', 'json', 'ndjson', 'csv', 'html']),
  ),
)
  .option('--with-chain', 'add to each finding its process and all above it, up to the logon')
  .addOption(
    new Option('--fail-on <level>', 'exit with 1 when a finding has this level or above').choices(levels),
  )
  .option('--details <n>', 'sample findings shown per rule in the table', whole())
  .option('--csv-raw', 'CSV without the guard against spreadsheet formulas')
  .option('--verify-checksums', 'check the CRC32 sums of EVTX files')
  .option('--max-archive-ratio <n>', 'most that an archive may unpack to, times its size', whole())
  .option(
    '--max-delay <time>',
    'judge correlations while events come, this late at most: 5m (default: at the end)',
  )
  .option('--threads <n>', 'threads to use (default: by the size of the input)', whole(maxThreads))
  .option('--no-rule-cache', noRuleCache)
  .option('--no-color', 'no colours')
  .option('-q, --quiet', 'no progress and no summary')
  .addHelpText(
    'after',
    '\nExamples:\n  huntbook hunt ./evidence\n  huntbook hunt ./evidence --rules ./sigma/rules --level high -o report.html\n  zcat events.json.gz | huntbook hunt - --format ndjson',
  )
  .action(async (given: string[], options: object) => (await import('./hunt.ts')).runHunt(given, options));

outputOptions(ruleOptions(program.command('explain')))
  .description('show, item by item, why a rule did or did not match an event')
  .argument('<rule>', 'a Sigma rule file')
  .argument('<path>', 'a file or folder of events; - is standard input')
  .option('--record <n>', 'only the event with this record id (or, where events have none, this position)')
  .option(
    '--limit <n>',
    'events to explain at most, the nearest first (default: 3; with --record: 1)',
    whole(),
  )
  .addOption(
    new Option('-f, --format <format>', 'form of the answer').choices(['text', 'json']).default('text'),
  )
  .option('--no-color', 'no colours')
  .action(async (rule: string, path: string, options: object) =>
    (await import('./explain.ts')).runExplain(rule, path, options),
  );

ruleOptions(program.command('backtest'))
  .description('run rules against recorded events and compare with what is expected')
  .argument('<expectations>', 'YAML file with expected counts per rule and file (docs/backtest.md)')
  .option('--no-rule-cache', noRuleCache)
  .option('--junit <file>', 'write a JUnit report')
  .option('--json <file>', 'write a JSON report')
  .option('--force', 'replace report files if they exist')
  .option('-q, --quiet', 'only failures')
  .option('--no-color', 'no colours')
  .action(async (file: string, options: object) =>
    (await import('./backtest.ts')).runBacktest(file, options),
  );

const lab = program.command('lab').description('simulated Windows estates with labelled attacks');
lab
  .command('generate')
  .description('write the events of a simulated estate')
  .requiredOption('-o, --output <dir>', 'folder to write to')
  .option('--seed <n>', 'the same seed and options give the same bytes', decimal, 1)
  .option('--hosts <n>', 'computers', whole())
  .option('--users <n>', 'people', whole())
  .option('--hours <n>', 'hours of work', decimal)
  .option('--events <n>', 'events in all, about', whole())
  .option('--start <time>', 'time of the first event, ISO 8601')
  .option('--attacks <names>', 'attack scenes, comma-separated; all, or none', list)
  .option('--formats <names>', 'ndjson, csv, evtx (comma-separated; default: ndjson)', list)
  .addOption(new Option('--shape <shape>', 'shape of the JSON lines').choices(['evtx', 'flat', 'winlogbeat']))
  .addOption(
    new Option('--evtx-layout <layout>', 'EVTX files per host and channel, or per channel').choices([
      'host',
      'channel',
    ]),
  )
  .option('--force', 'replace files that are there')
  .option('-q, --quiet', 'say nothing')
  .action(async (options: LabCliOptions) => (await import('./lab.ts')).runLabGenerate(options));
lab
  .command('splunk')
  .description('serve files as a Splunk server does: a stand-in to try searches and clients on')
  .argument('<paths...>', 'files, folders, globs of EVTX, JSON, CSV, Parquet, zip, tar, gz, zst')
  .option('--port <n>', 'port of 127.0.0.1; 0 is any that is free', port, 8089)
  .option('--user <name>', 'user who may log in', 'admin')
  .option(
    '--password-file <file>',
    'file with the password (default: HUNTBOOK_LAB_PASSWORD, or a random one)',
  )
  .option('--token', 'take a bearer token too (HUNTBOOK_LAB_TOKEN, or a random one)')
  .addOption(
    new Option('--raw <form>', 'what _raw holds: rendered messages, or XML')
      .choices(['message', 'xml'])
      .default('message'),
  )
  .option('--index <name>', 'index that the events are in', 'main')
  .option('--splunk-version <version>', 'version to be; before 9.0.2 without the v2 endpoints', '9.3.1')
  .option('--max-jobs <n>', 'most searches at a time', whole(), 10)
  .option('-q, --quiet', 'say nothing but the address')
  .addHelpText('after', '\nExample:\n  huntbook lab splunk ./evidence --port 8089 --user hunter')
  .action(async (given: string[], options: LabSplunkCliOptions) =>
    (await import('./lab-splunk.ts')).runLabSplunk(given, options),
  );

program
  .command('demo')
  .description('make a small estate with attacks in it and hunt it')
  .option('-o, --output <dir>', 'keep the estate and the report here')
  .option('--no-color', 'no colours')
  .action(async (options: object) => (await import('./demo.ts')).runDemo(options));

addSqlCommands(program);
const chain = addProcessCommands(program);
const source = addSourceCommands(program);
const sigma = addSigmaCommands(program);

for (const command of new Set([
  program,
  ...program.commands,
  ...lab.commands,
  ...source,
  ...sigma,
  ...chain,
])) {
  const name = [...parents(command), command].map((one) => one.name()).join(' ');
  command.showHelpAfterError(
    `  Usage: ${name} ${command.usage()}\n  Run ${name} --help to see what it takes.`,
  );
}

function parents(command: Command): Command[] {
  return command.parent ? [...parents(command.parent), command.parent] : [];
}

program.hook('preAction', () => {
  // Other versions lack zstd and more, and would say so in a way that helps nobody.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 6) || (major === 22 && minor >= 22)) return;
  throw new HuntbookError('HB_CONFIG', `this is Node ${process.versions.node}, which can not run huntbook`, {
    hint: 'huntbook needs Node 22.22, or 24.6 and later.',
  });
});

// A reader that has seen enough (head, less) is no error, but a backtest is run for its verdict, and messages are not
// the result of anything.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && (stream === process.stderr || process.argv[2] === 'backtest')) return;
    if (error.code === 'EPIPE') process.exit(ExitCode.ok);
    process.exit(fail(new HuntbookError('HB_WRITE', `cannot write: ${error.message}`, { cause: error })));
  });
}

try {
  await program.parseAsync();
} catch (error) {
  // Whatever is still running has nobody to work for.
  if (error instanceof CommanderError) await exit(error.exitCode === 0 ? ExitCode.ok : ExitCode.usage);
  else await exit(fail(error));
}
