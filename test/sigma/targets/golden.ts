/** The texts of all cases for a target, to be compared with golden/<target>.txt. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseRules } from '../../../src/sigma/parse.ts';
import { convert } from '../../../src/sigma/convert.ts';
import { findTarget } from '../../../src/sigma/targets/registry.ts';
import { cases, correlationCases, type Case } from './cases.ts';

/** What a target makes of all cases, and the stored text, which HUNTBOOK_UPDATE_GOLDEN=1 replaces. */
export function golden(
  target: string,
  options: Readonly<Record<string, string>> = {},
): { made: string; stored: string } {
  const used: readonly Case[] =
    findTarget(target).correlate === undefined ? cases : [...cases, ...correlationCases];
  const made = `${used.map((one) => `# ${one.name}\n${written(target, one.yaml, options)}\n`).join('\n')}`;
  const file = new URL(`golden/${target}.txt`, import.meta.url);
  if (process.env['HUNTBOOK_UPDATE_GOLDEN'] === '1') writeFileSync(file, made);
  return { made, stored: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

/** The queries of a document without pipelines, or the error. */
export function written(
  target: string,
  yaml: string,
  options: Readonly<Record<string, string>> = {},
): string {
  const parsed = parseRules(yaml, 'case.yml');
  const [bad] = parsed.errors;
  if (bad !== undefined) return `ERROR ${bad.message}`;
  return convert(parsed, { target, pipelines: [], options })
    .conversions.flatMap(({ queries, error }) =>
      error === undefined
        ? queries.map((query) => (typeof query === 'string' ? query : JSON.stringify(query, null, 2)))
        : [`ERROR ${error.message}`],
    )
    .join('\n\n');
}
