/** `huntbook demo`: a small estate with attacks in it, hunted with the starter hunts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assignParameters, hunt, loadSqlHunts } from '../hunt/index.ts';
import { demoEstate } from '../lab/index.ts';
import { htmlSink, renderSummary, tableSink } from '../report/index.ts';
import { terminalText } from '../escape/index.ts';
import { useColor } from './color.ts';
import { onExit } from './exit.ts';
import { openOutput } from './output.ts';
import { loadRules, starterHunts } from './rules.ts';

export interface DemoCliOptions {
  readonly output?: string;
  readonly color?: boolean;
}

export async function runDemo(options: DemoCliOptions): Promise<void> {
  if (options.output !== undefined) return demoIn(options.output, options, true);
  const folder = mkdtempSync(join(tmpdir(), 'huntbook-demo-'));
  const before = process.cwd();
  const remove = (): void => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  };
  const removed = onExit(remove);
  try {
    // Names of files as short as if they lay here: the folder is gone when they are read.
    process.chdir(folder);
    await demoIn('.', options, false);
  } finally {
    removed();
    remove();
  }
}

async function demoIn(folder: string, options: DemoCliOptions, keep: boolean): Promise<void> {
  const estate = await demoEstate(join(folder, 'estate'));
  const { scenes } = estate.truth;
  process.stdout.write(
    `A simulated estate: ${estate.events.toLocaleString('en')} events in ${estate.files.filter(({ name }) => name.startsWith('events/')).length} files, with ${scenes.length} attack scenes.\n\n`,
  );
  const report = keep ? openOutput(join(folder, 'report.html'), true) : null;
  try {
    const html = report && htmlSink(report.stream);
    const table = tableSink(process.stdout, {
      color: useColor(options.color, process.stdout),
      width: process.stdout.columns ?? 100,
      details: 1,
    });
    const rules = await loadRules([starterHunts()], {});
    const sql = loadSqlHunts(rules.sqlHunts);
    const run = await hunt({
      paths: [estate.eventsFolder],
      rules,
      sqlHunts: assignParameters(sql.hunts, []),
      onFinding: async (finding) => {
        await table.write(finding);
        await html?.write(finding);
      },
    });
    const summary = { ...run, refused: [...run.refused, ...sql.refused] };
    await table.end(summary);
    await html?.end(summary);
    await report?.commit();
    process.stderr.write(renderSummary(summary, { color: useColor(options.color, process.stderr) }));
  } catch (error) {
    report?.discard();
    throw report?.reason(error) ?? error;
  }
  process.stdout.write(
    keep
      ? `\nThe estate and report.html are in ${terminalText(folder)}\n`
      : `\nKeep the estate and an HTML report with: huntbook demo -o demo\nHunt your own files with:               huntbook hunt PATHS --rules SIGMA_RULES\n`,
  );
}
