import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldTable } from '../../../src/events/index.ts';
import { defaultLimits, readAll, type InputReport, type SourceIssue } from '../../../src/sources/index.ts';

const folder = resolve(import.meta.dirname, '../../../../shared/data/mordor');
const missing = !existsSync(folder);
if (missing) console.warn(`Security-Datasets not found beside the project; tests over them are skipped`);

/** Lines by way of other programs, as an independent count of events. */
function linesOf(path: string): number {
  const command = path.endsWith('.zip') ? `unzip -p "$0" | wc -l` : `tar xOzf "$0" 2>/dev/null | wc -l`;
  return Number(execFileSync('sh', ['-c', command, path], { encoding: 'utf8' }));
}

describe.skipIf(missing)('the archives of Security-Datasets', () => {
  it('give one event for each of their lines', { timeout: 300_000 }, async () => {
    const archives = readdirSync(folder).filter((name) => /\.(zip|gz)$/.test(name));
    const reports: InputReport[] = [];
    const issues: SourceIssue[] = [];
    const options = {
      fields: new FieldTable(),
      limits: defaultLimits,
      onIssue: (issue: SourceIssue) => issues.push(issue),
      onInput: (report: InputReport) => reports.push(report),
    };
    for await (const _ of readAll([folder], options));
    const counted = Object.fromEntries(reports.map(({ name, events }) => [basename(name), events]));
    for (const name of archives) expect([name, counted[name]]).toEqual([name, linesOf(join(folder, name))]);
    expect(issues.map(({ code, source }) => [code, basename(source)])).toEqual([
      ['HB_TRUNCATED', 'covenant_persistwmi.tar.gz'],
      ['HB_UNKNOWN_KIND', 'LICENSE'],
    ]);
  });
});
