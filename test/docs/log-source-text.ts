/**
 * The built-in log source table as the Markdown of docs/logsources.md. Run by itself, it puts the tables into the
 * page: `node test/docs/log-source-text.ts && npx prettier --write docs/logsources.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { logSourceTable, type EventSelector } from '../../src/detect/index.ts';

export const logSourcePage = path.resolve(import.meta.dirname, '../../docs/logsources.md');

const begin = '<!-- begin of the table -->';
const end = '<!-- end of the table -->';

/** Where the part between the two marks of the page begins and ends; throws where one is missing. */
export function generatedPart(page: string): { from: number; to: number } {
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from) throw new Error('docs/logsources.md lost the marks of its table');
  return { from, to };
}

export function renderLogSources(): string {
  const { categories, services, products } = logSourceTable;
  return [
    '### Categories',
    ...markdown(['product', 'category', 'events', 'variant'], rowsOf(categories)),
    '### Services',
    ...markdown(['product', 'service', 'events', 'variant'], rowsOf(services)),
    '### Products alone',
    ...markdown(
      ['product', 'events'],
      Object.entries(products).flatMap(([product, list]) => list.map((one) => [product, describe(one)])),
    ),
  ].join('\n\n');
}

/** What stays the same when the page is formatted anew. */
export function withoutLayout(markdownText: string): string {
  return markdownText
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/\n+/g, '\n')
    .trim();
}

function rowsOf(part: (typeof logSourceTable)['categories']): string[][] {
  return Object.entries(part).flatMap(([product, names]) =>
    Object.entries(names).flatMap(([name, list]) =>
      list.map((one) => [product === '*' ? 'any' : product, code(name), describe(one), one.variant ?? '']),
    ),
  );
}

function describe({ channel, provider, eventId, has }: EventSelector): string {
  const parts: string[] = [];
  if (channel) parts.push(channel.map(code).join(' or '));
  if (provider) parts.push(`provider ${provider.map(code).join(' or ')}`);
  if (eventId) parts.push(`event id ${eventId.join(', ')}`);
  if (has) parts.push(`has ${has.map(code).join(', ')}`);
  return parts.join(', ');
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')];
}

function code(text: string): string {
  return `\`${text}\``;
}

if (process.argv[1] === import.meta.filename) {
  const page = readFileSync(logSourcePage, 'utf8');
  const { from, to } = generatedPart(page);
  writeFileSync(logSourcePage, [page.slice(0, from), renderLogSources(), page.slice(to)].join('\n\n'));
}
