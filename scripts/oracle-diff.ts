/**
 * Shows where conversions differ from the reference's:
 * node scripts/oracle-diff.ts FILE TARGET PIPELINES|none [FORMAT] [COUNT] [key=value ...]
 * e.g. node scripts/oracle-diff.ts splunk__splunk_windows splunk splunk_windows
 */
import { existsSync } from 'node:fs';
import { compareOracle, type Deviation } from '../test/sigma/targets/oracle.ts';

const [file = '', target = '', pipelines = 'none', format = 'default', count = '5', ...options] =
  process.argv.slice(2);
const shared = process.env['HUNTBOOK_SHARED'] ?? '../shared';
const listOf = async (name: string): Promise<Deviation[]> => {
  const file = new URL(`../test/sigma/targets/deviations/${name}.ts`, import.meta.url);
  return existsSync(file) ? ((await import(file.href)) as { deviations: Deviation[] }).deviations : [];
};
const ofPair = await listOf(`${target}-${pipelines}`);
const deviations = ofPair.length > 0 ? ofPair : await listOf(target);
const result = compareOracle(
  shared,
  {
    file,
    target,
    pipelines: pipelines === 'none' ? [] : pipelines.split('+'),
    format,
    options: Object.fromEntries(options.map((option) => option.split('=', 2) as [string, string])),
  },
  deviations,
);
for (const { path, ours, theirs } of result.different.slice(0, Number(count)))
  console.log(`${path}\n  ours:   ${ours}\n  theirs: ${theirs}\n`);
const listed = [...result.listed].map(([id, paths]) => `${id} ${paths.length}`).join(', ');
const explained = result.total - result.different.length;
console.log(
  `${file}: ${result.total} rules, ${result.same} the same (${percent(result.same)}), ` +
    `${explained} with deviations listed (${percent(explained)})${listed === '' ? '' : `: ${listed}`}`,
);

function percent(part: number): string {
  return `${((100 * part) / result.total).toFixed(2)} %`;
}
