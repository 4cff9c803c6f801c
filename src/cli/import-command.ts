/** `huntbook import`: declares it. */
import type { Command } from 'commander';
import { HuntbookError } from '../errors.ts';
import type { ImportCliOptions } from './import.ts';
import type { ImportSourceOptions } from './import-source.ts';

type ImportTargets = Partial<ImportCliOptions & ImportSourceOptions>;

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description(
      'keep events as Parquet files by day and host, or load them into Elasticsearch or OpenSearch',
    )
    .argument(
      '<paths...>',
      'files, folders, globs of EVTX, JSON, CSV, XML, Parquet, zip, tar, gz, zst; - is standard input',
    )
    .option('--to <folder>', 'where the Parquet files are kept; made when there is none')
    .option('--source <name>', 'the Elasticsearch or OpenSearch to load into instead (docs/elastic.md)')
    .option(
      '--index <name>',
      'with --source: the index, made when there is none (default: that of the source)',
    )
    .option('--config <file>', 'configuration with the sources instead of huntbook.yaml')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook import ./evidence --to ./lake\n  huntbook sql "SELECT Computer, count(*) FROM process_creation GROUP BY 1" ./lake\n  huntbook import ./evidence --source lab --index huntbook-case7',
    )
    .action(async (paths: string[], { to, source, ...options }: ImportTargets) => {
      if ((to === undefined) === (source === undefined))
        throw new HuntbookError('HB_USAGE', 'import takes either --to FOLDER or --source NAME');
      if (source !== undefined)
        return (await import('./import-source.ts')).runImportSource(paths, { source, ...options });
      const { index, config, quiet } = options;
      if (index !== undefined || config !== undefined)
        throw new HuntbookError(
          'HB_USAGE',
          `${index === undefined ? '--config' : '--index'} is for --source`,
        );
      await (
        await import('./import.ts')
      ).runImport(paths, {
        to: to as string,
        ...(quiet !== undefined && { quiet }),
      });
    });
}
