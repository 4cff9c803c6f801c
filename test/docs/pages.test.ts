/** What the pages say about files, commands, options and tables of the code is so. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRuleSet, logSourceTable, readLogSourceFile, routesOf } from '../../src/detect/index.ts';
import { errorTable } from '../../src/errors.ts';
import {
  assignParameters,
  hunt,
  loadSqlHunts,
  ruleFilter,
  sqlHuntInfo,
  type Finding,
} from '../../src/hunt/index.ts';
import { demoEstate } from '../../src/lab/index.ts';
import { modifierNames } from '../../src/sigma/index.ts';
import { defaultLimits } from '../../src/sources/index.ts';
import { generatedPart, renderLogSources, withoutLayout } from './log-source-text.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folders = ['docs', '.'];
const pages = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join(folder, name)),
);
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** The heading's name in a link, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
const headings = (text: string): string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    anchorOf(heading as string),
  );

describe('links between the pages', () => {
  it.each(pages)('of %s lead to files and headings that are there', (page) => {
    const text = withoutCode(read(page));
    const targets = [
      ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string),
      ...[...text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, target]) => target as string),
    ].filter((target) => !/^(?:https?|mailto):/.test(target));
    const broken = targets.filter((target) => {
      const [file, anchor] = target.split('#') as [string, string?];
      const full = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      if (!existsSync(path.join(root, full))) return true;
      return anchor !== undefined && !headings(read(full)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('reach every page of docs/ from its index', () => {
    const index = read('docs/README.md');
    const missing = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .filter((page) => !index.includes(`(${path.posix.basename(page)})`));
    expect(missing).toEqual([]);
  });
});

describe('command lines', () => {
  const commands = [
    'hunt',
    'sql',
    'import',
    'tree',
    'chain rare',
    'chain',
    'explain',
    'backtest',
    'lab generate',
    'lab splunk',
    'demo',
    'search',
    'source list',
    'source add',
    'source test',
    'sigma check',
    'sigma convert',
    'sigma fields',
    'sigma targets',
    'sigma pipelines',
  ];
  const options = new Map<string, Set<string>>();

  beforeAll(async () => {
    const main = path.join(root, 'src/cli/main.ts');
    for (const command of commands) {
      const { stdout } = await promisify(execFile)(process.execPath, [main, ...command.split(' '), '--help']);
      options.set(command, new Set(stdout.match(/(?<=^ +(?:-\w, )?)--[a-z-]+|(?<=^ +)-\w(?=, )/gm) ?? []));
    }
  });

  it.each(pages)('of %s name commands and options that exist', (page) => {
    const wrong: string[] = [];
    for (const line of commandLines(read(page))) {
      const rest = line
        .replace(/^.*?\bhuntbook /, '')
        .replace(/\s#.*$/, '')
        .split(/ [|>&] ?| && /)[0] as string;
      const words = rest.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
      if (words[0]?.startsWith('-')) continue;
      const command = commands.find((name) => rest === name || rest.startsWith(`${name} `));
      if (command === undefined) {
        wrong.push(line);
        continue;
      }
      const given = words
        .filter((word) => /^-{1,2}[a-z]/.test(word))
        .map((word) => word.split('=')[0] as string);
      if (given.some((option) => !options.get(command)?.has(option))) wrong.push(line);
    }
    expect(wrong).toEqual([]);
  });

  it('are found in the pages at all', () => {
    expect(pages.flatMap((page) => commandLines(read(page))).length).toBeGreaterThan(20);
  });

  it('have every option that the pages for users speak of', () => {
    const known = new Set([...options.values()].flatMap((names) => [...names]).concat('--version'));
    const unknown = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/benchmarks.md')
      .flatMap((page) =>
        [...read(page).matchAll(/`(--[a-z][a-z-]*)[^`\n]*`/g)]
          .filter(([, option]) => !known.has(option as string))
          .map(([text]) => `${page}: ${text}`),
      );
    expect(unknown).toEqual([]);
  });
});

/** Lines of shell examples, and commands within sentences. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const fenced = blocks
    .filter(([, language]) => ['', 'sh', 'bash', 'console', 'yaml'].includes(language as string))
    .flatMap(([, , code]) => (code as string).replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => /^(?:\$ |[\w.]+ .*\| )?(?:- run: )?(?:npx )?huntbook [a-z]/.test(line.trim()));
  const inline = [
    ...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`((?:npx )?huntbook [a-z][^`]*)`/g),
  ];
  return [...fenced, ...inline.map(([, line]) => (line as string).replaceAll('\n', ' '))].filter(
    (line) => !line.includes('…'),
  );
}

describe('docs/logsources.md', () => {
  const page = read('docs/logsources.md');

  it('has the table of the code', () => {
    const { from, to } = generatedPart(page);
    expect(withoutLayout(page.slice(from, to))).toBe(withoutLayout(renderLogSources()));
  });

  it('has the field names of every variant', () => {
    const renamed = Object.values(logSourceTable.categories)
      .flatMap((names) => Object.values(names).flat())
      .flatMap(({ fields = {} }) => Object.entries(fields));
    const rows = page.split('\n');
    const missing = renamed.filter(
      ([from, to]) => !rows.some((row) => row.includes(`\`${from}\``) && row.includes(`\`${to}\``)),
    );
    expect(missing).toEqual([]);
  });

  it('shows a file that is read, and does what the page says', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-docs-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const example = /<!-- example: logsources\.yml -->\s+```yaml\n([\s\S]*?)```/.exec(page)?.[1];
    const file = path.join(folder, 'logsources.yml');
    writeFileSync(file, example as string);
    const table = readLogSourceFile(file);
    const processes = routesOf({ product: 'windows', category: 'process_creation' }, 'auto', table);
    expect(processes?.map(({ eventId }) => eventId)).toEqual([[1], [4688], [100, 101]]);
    expect(routesOf({ product: 'bitbucket', service: 'audit' }, 'auto', table)).toHaveLength(1);
    expect(routesOf({ product: 'contoso' }, 'auto', table)).toHaveLength(1);
    expect(table.categories['windows']?.['dns_query']).toEqual(
      logSourceTable.categories['windows']?.['dns_query'],
    );
  });
});

describe('docs/hunt.md', () => {
  it('shows findings of the demo estate', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-docs-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const estate = await demoEstate(folder);
    const { set } = await loadRuleSet([path.join(root, 'hunts')], { cacheDir: null });
    const found: Finding[] = [];
    const chosen = ruleFilter({ level: 'high' });
    await hunt({
      paths: [estate.eventsFolder],
      rules: set,
      rule: chosen,
      sqlHunts: assignParameters(
        loadSqlHunts(set.sqlHunts).hunts.filter((one) => chosen(sqlHuntInfo(one))),
        [],
      ),
      onFinding: (finding) => void found.push(finding),
    });
    const page = read('docs/hunt.md');
    const distinct = (values: unknown[]): number => new Set(values).size;
    const rules = distinct(found.map(({ rule }) => rule.id));
    const hosts = distinct(found.map(({ event }) => event.host));
    expect(page).toContain(`${found.length} findings of ${rules} rules on ${hosts} hosts`);
    const shown = JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '') as Finding;
    const same = found.find(({ id }) => id === shown.id);
    expect(same?.rule.title).toBe(shown.rule.title);
    expect(same?.event.fields).toMatchObject(shown.event.fields);
    expect(same?.matched).toEqual(expect.arrayContaining([...shown.matched]));
  });
});

describe('tables of the pages', () => {
  it('give the limits of the code', () => {
    const sizes = new Map([
      ['MiB', 1024 ** 2],
      ['GiB', 1024 ** 3],
    ]);
    const given = [...read('docs/sources.md').matchAll(/^\| `(max\w+)` +\| (\d+) ?([MG]iB)? /gm)].map(
      ([, name, number, unit]) => [name, Number(number) * (sizes.get(unit ?? '') ?? 1)] as const,
    );
    expect(Object.fromEntries(given)).toEqual(defaultLimits);
  });

  it('have every modifier', () => {
    const page = read('docs/rules.md');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const missing = [...modifierNames].filter(
      (name) => !rows.some((row) => row.split('|')[1]?.includes(`\`${name}\``)),
    );
    expect(missing).toEqual([]);
  });

  it('name only error codes that exist', () => {
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/\bHB_[A-Z_]+\b/g)]
        .filter(([code]) => !Object.hasOwn(errorTable, code))
        .map(String),
    );
    expect(unknown).toEqual([]);
  });
});
