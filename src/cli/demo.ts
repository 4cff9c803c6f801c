/** `huntbook demo`: a small estate with attacks in it, hunted with the starter hunts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hunt } from '../hunt/index.ts';
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
  const folder = options.output ?? mkdtempSync(join(tmpdir(), 'huntbook-demo-'));
  const tidy = (): void => {
    if (options.output === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const tidied = onExit(tidy);
  try {
    const estate = await demoEstate(join(folder, 'estate'));
    const { scenes } = estate.truth;
    process.stdout.write(
      `A simulated estate: ${estate.events.toLocaleString('en')} events in ${estate.files.length} files, with ${scenes.length} attack scenes.\n\n`,
    );
    const report = options.output === undefined ? null : openOutput(join(folder, 'report.html'), true);
    const html = report && htmlSink(report.stream);
    const table = tableSink(process.stdout, {
      color: useColor(options.color, process.stdout),
      width: process.stdout.columns ?? 100,
      details: 1,
    });
    const summary = await hunt({
      paths: [estate.eventsFolder],
      rules: await loadRules([starterHunts()], {}),
      onFinding: async (finding) => {
        await table.write(finding);
        await html?.write(finding);
      },
    });
    await table.end(summary);
    await html?.end(summary);
    await report?.commit();
    process.stderr.write(renderSummary(summary, { color: useColor(options.color, process.stderr) }));
    process.stdout.write(
      options.output === undefined
        ? `\nKeep the estate and an HTML report with: huntbook demo -o demo\nHunt your own files with:               huntbook hunt PATHS --rules SIGMA_RULES\n`
        : `\nThe estate and report.html are in ${terminalText(folder)}\n`,
    );
  } finally {
    tidied();
    tidy();
  }
}
