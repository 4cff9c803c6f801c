/**
 * Writes the list of conversions that differ from the reference's on purpose, one rule a line, and the table of reasons:
 * node scripts/list-deviations.ts
 * Needs the reference's conversions and the rules beside the repository (see CONTRIBUTING.md).
 */
import { existsSync, writeFileSync } from 'node:fs';
import { compareOracle, type Deviation } from '../test/sigma/targets/oracle.ts';
import { oracleCases } from '../test/sigma/targets/oracle-cases.ts';

const shared = process.env['HUNTBOOK_SHARED'] ?? '../shared';
const listFile = new URL('../test/sigma/targets/deviations/listed.tsv', import.meta.url);
const pageFile = new URL('../docs/deviations.md', import.meta.url);

const listed: string[] = [];
const rows = new Map<string, { target: string; id: string; reason: string; rules: Set<string> }>();
const shares: string[] = [];
for (const oracle of oracleCases) {
  const deviations = await deviationsOf(oracle);
  const result = compareOracle(shared, oracle, deviations);
  for (const [id, paths] of result.listed) {
    const reason = deviations.find((deviation) => deviation.id === id)?.reason ?? '';
    const key = `${oracle.target}\t${id}`;
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = { target: oracle.target, id, reason, rules: new Set() }));
    for (const path of paths) {
      row.rules.add(path);
      listed.push(`${oracle.file}\t${id}\t${path}`);
    }
  }
  const share = (part: number): string => `${((100 * part) / result.total).toFixed(1)} %`;
  const rest = result.different.length;
  shares.push(
    `| ${oracle.target} | ${oracle.pipelines.join(' ') || 'none'} | ${oracle.format ?? 'default'} | ${share(result.same)} | ${share(result.total - rest)} |`,
  );
  console.log(
    `${oracle.file}: ${share(result.same)} the same, ${share(result.total - rest)} the same or listed`,
  );
}

const page = `# Where conversions differ from pySigma's

huntbook's queries are compared with those that pySigma 1.5.1 and its backends make of SigmaHQ's rules. Where the two
differ, it is for one of these reasons; the tests turn each difference back and fail when anything else differs too.
The rules are listed one by one in \`test/sigma/targets/deviations/listed.tsv\`. This page is written by
\`scripts/list-deviations.ts\`.

| target | pipelines | format | same text | same or listed |
| --- | --- | --- | --- | --- |
${shares.join('\n')}

ES|QL is compared with \`--set case=as_indexed\`: without it every comparison of text is written so that case does not
count, which the reference does not do.

## Reasons

| target | name | rules | why |
| --- | --- | --- | --- |
${[...rows.values()]
  .map(({ target, id, reason, rules }) => `| ${target} | ${id} | ${rules.size} | ${cell(reason)} |`)
  .join('\n')}
`;
writeFileSync(listFile, `${listed.sort().join('\n')}\n`);
writeFileSync(pageFile, page);

/** Some pipelines have reasons of their own. */
async function deviationsOf({
  target,
  pipelines,
}: {
  target: string;
  pipelines: readonly string[];
}): Promise<Deviation[]> {
  const found: Deviation[] = [];
  for (const name of [`${target}-${pipelines.at(-1) ?? 'none'}`, target]) {
    const file = new URL(`../test/sigma/targets/deviations/${name}.ts`, import.meta.url);
    if (existsSync(file))
      found.push(...((await import(file.href)) as { deviations: Deviation[] }).deviations);
  }
  return found;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
