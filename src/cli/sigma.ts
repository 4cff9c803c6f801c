/** Declares the commands below `huntbook sigma`. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

const several = (value: string, before: string[] = []): string[] => [...before, value];

const pair = (value: string, before: Record<string, string> = {}): Record<string, string> => {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
};

/** Adds the group `sigma` with its commands; returns the commands, for what all commands have in common. */
export function addSigmaCommands(program: Command): Command[] {
  const sigma = program
    .command('sigma')
    .description('work with Sigma rules: check, convert, see what targets and pipelines there are');
  pipelineOptions(
    sigma
      .command('convert')
      .description('convert rules and correlations to a query language')
      .argument('<paths...>', 'rule files and folders')
      .requiredOption('-t, --target <name>', 'query language (see huntbook sigma targets)'),
  )
    .option('-f, --format <name>', 'form of the output, such as savedsearches for splunk', 'default')
    .option('-O, --set <name=value>', 'an option of the target, such as table=events (repeatable)', pair)
    .option('-o, --output <path>', 'write to a file; to a folder: one file per rule, as the rules lie')
    .option('--force', 'replace output files that exist')
    .option('--json', 'one JSON line per rule file, with queries or the error')
    .option('--explain-pipeline', 'show what each pipeline step did to each rule')
    .option('--no-rule-cache', 'do not keep or use parsed rules')
    .option('-q, --quiet', 'no summary and no advice')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook sigma convert -t splunk rules/\n  huntbook sigma convert -t lucene -p ecs_windows -f kibana_ndjson -o hunts.ndjson rules/\n  huntbook sigma convert -t sqlite -p none --json rule.yml',
    )
    .action(async (paths: string[], options: object) =>
      (await import('./sigma-convert.ts')).runSigmaConvert(paths, options as never),
    );
  addCheck(sigma);
  pipelineOptions(
    sigma
      .command('fields')
      .description('the fields that rules need, after mapping')
      .argument('<paths...>', 'rule files and folders')
      .option('-t, --target <name>', 'take the pipelines that fit this target'),
  )
    .option('--json', 'JSON instead of a table')
    .option('--no-rule-cache', 'do not keep or use parsed rules')
    .action(async (paths: string[], options: object) =>
      (await import('./sigma-fields.ts')).runSigmaFields(paths, options as never),
    );
  sigma
    .command('targets')
    .description('the query languages, and what each can express')
    .argument('[name]', 'only this target, with its formats, options and notes')
    .option('--json', 'JSON instead of a table')
    .action(async (name: string | undefined, options: object) =>
      (await import('./sigma-targets.ts')).runSigmaTargets(name, options as never),
    );
  sigma
    .command('pipelines')
    .description('the built-in pipelines')
    .argument('[name]', 'print this pipeline as a YAML file')
    .option('--json', 'JSON instead of a table')
    .action(async (name: string | undefined, options: object) =>
      (await import('./sigma-pipelines.ts')).runSigmaPipelines(name, options as never),
    );
  return [sigma, ...sigma.commands];
}

const names = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value.split(',').flatMap((name) => name.trim() || []),
];

function addCheck(sigma: Command): void {
  sigma
    .command('check')
    .description('check rules, correlations and filters, and mend what can be mended safely')
    .argument('[paths...]', 'rule files and folders')
    .option(
      '--validators <names>',
      'only these, with commas; all: those of the default; -name: not this',
      names,
    )
    .option('--exclude <names>', 'not these validators', names)
    .addOption(new Option('--convention <name>', 'the checks of a convention, too').choices(['sigmahq']))
    .option('--config <file>', 'YAML file with validators and exclusions by rule id (docs/check.md)')
    .addOption(
      new Option('-f, --format <format>', 'form of the findings')
        .choices(['text', 'json', 'ndjson', 'sarif'])
        .default('text'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'end with 5 when a finding is this bad or worse')
        .choices(['error', 'warning', 'info'])
        .default('error'),
    )
    .option('--fix', 'mend files where that does not change what they mean')
    .option('--dry-run', 'with --fix: print the changes and write nothing')
    .option('--list', 'print all validators')
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .option('--force', 'replace the output file if it exists')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no summary')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook sigma check rules/\n  huntbook sigma check rules/ --convention sigmahq --fail-on warning\n  huntbook sigma check rules/ -f sarif -o check.sarif',
    )
    .action(async (paths: string[], options: object) =>
      (await import('./sigma-check.ts')).runSigmaCheck(paths, options as never),
    );
}

function pipelineOptions(command: Command): Command {
  return command
    .option(
      '-p, --pipeline <name>',
      'built-in pipeline, pipeline file or old sigmac configuration (repeatable); none: as the rules are written',
      several,
    )
    .option('--filters <path>', 'further files or folders with Sigma filters (repeatable)', several)
    .option('--placeholders <file>', 'YAML file with the values of %placeholders%')
    .addOption(
      new Option('--allow-external', 'let pipelines read files and web pages and run commands').default(
        false,
      ),
    );
}
