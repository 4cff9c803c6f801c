/** `huntbook import`: declares it. */
import type { Command } from 'commander';
import type { ImportCliOptions } from './import.ts';

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('keep events as Parquet files by day and host, for SQL and other tools')
    .argument(
      '<paths...>',
      'files, folders, globs of EVTX, JSON, CSV, XML, Parquet, zip, tar, gz, zst; - is standard input',
    )
    .requiredOption('--to <folder>', 'where the Parquet files are kept; made when there is none')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  huntbook import ./evidence --to ./lake\n  huntbook sql "SELECT Computer, count(*) FROM process_creation GROUP BY 1" ./lake',
    )
    .action(async (paths: string[], options: ImportCliOptions) =>
      (await import('./import.ts')).runImport(paths, options),
    );
}
