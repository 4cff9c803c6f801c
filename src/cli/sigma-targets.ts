/** `huntbook sigma targets`: what each query language can express. */
import { findTarget, targets, type Target } from '../sigma/index.ts';
import { textTable } from './text-table.ts';

const columns = ['keywords', 'regex', 'cidr', 'cased', 'fieldref', 'exists', 'compare', 'timeparts'] as const;

export function runSigmaTargets(name: string | undefined, options: { json?: boolean }): void {
  const chosen = name === undefined ? targets : [findTarget(name)];
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(chosen.map(asData), null, 2)}\n`);
    return;
  }
  process.stdout.write(name === undefined ? matrix(chosen) : page(chosen[0] as Target));
}

function asData(target: Target): object {
  const { name, alias, title, manual, supports, suggests, options } = target;
  const formats = Object.fromEntries(
    Object.entries(target.formats).map(([format, { description }]) => [format, description]),
  );
  return { name, alias: alias ?? null, title, manual, formats, options, supports, suggests };
}

function matrix(chosen: readonly Target[]): string {
  const rows = chosen.map(({ name, formats, supports }) => [
    name,
    ...columns.map((column) => supports[column]),
    correlations(supports.correlations),
    Object.keys(formats).join(' '),
    supports.ranOn ?? 'not run on a real server',
  ]);
  return (
    textTable(['target', ...columns, 'correlations', 'formats', 'tested on'], rows) +
    '\npart: see huntbook sigma targets NAME for what is left out.\n'
  );
}

function correlations(names: readonly string[]): string {
  return names.length === 0 ? 'none' : String(names.length);
}

function page({ name, alias, title, manual, formats, options, supports, suggests }: Target): string {
  const lines = [
    `${name}: ${title}${alias === undefined ? '' : ` (pySigma: ${alias})`}`,
    manual,
    '',
    'Formats:',
    ...Object.entries(formats).map(([format, { description }]) => `  ${format}: ${description}`),
  ];
  if (Object.keys(options).length > 0) lines.push('Options (--set name=value):');
  for (const [option, { description, default: value }] of Object.entries(options))
    lines.push(`  ${option}: ${description} (default: ${value === '' ? 'empty' : value})`);
  lines.push('Can express:', ...columns.map((column) => `  ${column}: ${supports[column]}`));
  lines.push(`  correlations: ${supports.correlations.join(', ') || 'none'}`);
  if (supports.notes.length > 0) lines.push('Notes:', ...supports.notes.map((note) => `  ${note}`));
  if (suggests.length > 0) lines.push('Pipelines taken when none is named:');
  for (const { when, pipelines } of suggests) {
    const source = Object.entries(when).map(([key, value]) => `${key} ${value}`);
    lines.push(`  ${source.join(', ') || 'all rules'}: ${pipelines.join(' ') || 'none'}`);
  }
  lines.push(`Tested on: ${supports.ranOn ?? 'not run on a real server'}`);
  return `${lines.join('\n')}\n`;
}
