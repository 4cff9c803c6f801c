/** Chains of processes in files: a hunt and the SQL that the rules become name the same processes. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvents, type Finding } from '../../src/hunt/index.ts';
import { writeLab } from '../../src/lab/index.ts';
import type { ProcessInfo } from '../../src/process/index.ts';
import { loadRules, parseChainPattern } from '../../src/rules/index.ts';
import { convert } from '../../src/sigma/index.ts';
import { collect, huntsFolder, rulesIn, temporaryFolder } from '../hunt/support.ts';
import { sharedPath } from '../support/data.ts';

const place = temporaryFolder();
const ruleFolder = path.join(place.folder, 'rules');
afterAll(place.remove);

const patterns = [
  '* > cmd.exe',
  'explorer.exe >> * > *',
  '* >> powershell.exe >> *',
  'services.exe >> svchost.exe|cmd.exe|powershell.exe',
];

const event = (name: string, category: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: ${category}, product: windows}\n` +
  `detection: {s: {Image: '*'}, condition: s}\n`;
const creation = (name: string, image: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: process_creation, product: windows}\n` +
  `detection: {s: {Image|endswith: '${image}'}, condition: s}\n`;
const chain = (title: string, lines: string): string =>
  `title: ${title}\ncorrelation: {type: process_chain, timespan: 1h, ${lines}}\n`;

/** Steps that are no creations, groups, any order, what may not stand between. */
const others = [
  creation('any_exe', '.exe'),
  creation('shell', 'shell.exe'),
  creation('conhost', '\\conhost.exe'),
  event('started', 'process_creation'),
  event('registry', 'registry_set'),
  event('network', 'network_connection'),
  event('file', 'file_event'),
  chain('started, then connected', 'rules: [any_exe, network], relation: descendant, max-depth: 3'),
  chain('file above registry', 'rules: [file, registry], not-between: [shell, conhost]'),
  chain('in any order', 'rules: [file, any_exe, started], order: any'),
  chain('of one user', 'rules: [any_exe, any_exe, any_exe], relation: [child, descendant], group-by: [User]'),
].join('---\n');

/** The rules that may serve several chains are read from one folder, hunted and converted alike. */
async function compared(paths: readonly string[]): Promise<{ chains: number }> {
  const { rules, correlations, errors } = await loadRules([ruleFolder]);
  expect(errors).toEqual([]);
  const { findings } = await collect({ paths, rules: await rulesIn(ruleFolder) });
  const wanted = findings.filter(({ correlation }) => correlation?.type === 'process_chain').map(textOf);
  const { conversions } = convert(
    { rules, correlations },
    { target: 'duckdb', pipelines: [], options: { table: 'events', views: 'yes' } },
  );
  const store = await openEvents(paths, { processes: true });
  const found: string[] = [];
  try {
    for (const { document, queries, error } of conversions) {
      if (document.kind === 'rule' || !document.chain) continue;
      expect(error).toBeUndefined();
      const steps = document.rules.map((_, at) => at + 1);
      const columns = steps.map((step) => keySql(`p${step}`)).join(', ');
      const joins = steps.map((step) => `JOIN processes p${step} ON p${step}.Process = c.Process_${step}`);
      const sql = `SELECT [${columns}] AS steps FROM (${String(queries[0])}) c ${joins.join(' ')}`;
      const frame = await store.database.userQuery(sql);
      for await (const row of frame.rows())
        found.push(`${document.title}: ${(row['steps'] as string[]).toSorted().join(' > ')}`);
    }
  } finally {
    await store.close();
  }
  expect(found.toSorted()).toEqual(wanted.toSorted());
  return { chains: wanted.length };
}

const keySql = (name: string): string =>
  `concat_ws(' ', lower(${name}.Computer), ${name}.ProcessGuid::VARCHAR, ${name}.ProcessId, ` +
  `lower(${name}.Image), epoch_ms(${name}.Start))`;

const keyOf = ({ host, guid, pid, image, start }: ProcessInfo): string =>
  [host.toLowerCase(), guid, pid, image?.toLowerCase(), start === null ? null : Date.parse(start)]
    .filter((part) => part !== null && part !== undefined)
    .join(' ');

function textOf({ rule, chain: line = [] }: Finding): string {
  const steps = line.filter(({ step }) => step !== null).map(keyOf);
  return `${rule.title}: ${steps.toSorted().join(' > ')}`;
}

describe('chains in files and in SQL', () => {
  beforeAll(() => {
    mkdirSync(ruleFolder);
    for (const folder of readdirSync(huntsFolder, { recursive: true, encoding: 'utf8' }))
      if (/chain_.*\.yml$/.test(folder))
        cpSync(path.join(huntsFolder, folder), path.join(ruleFolder, path.basename(folder)));
    for (const [at, pattern] of patterns.entries())
      writeFileSync(path.join(ruleFolder, `pattern_${at}.yml`), parseChainPattern(pattern, { within: '1h' }));
    writeFileSync(path.join(ruleFolder, 'others.yml'), others);
  });

  it('are the same over the lab', { timeout: 120_000 }, async () => {
    const out = path.join(place.folder, 'lab');
    await writeLab({ out, hosts: 6, hours: 10, events: 8000, formats: ['ndjson'] });
    const { chains } = await compared([path.join(out, 'events')]);
    expect(chains).toBeGreaterThan(100);
  });

  const mordor = sharedPath('data/mordor');
  /** All are for long runs; these have chains. */
  const usual = /psexec|uac_shellapi|dcom_shell|taskmanager/u;
  const full = process.env['HUNTBOOK_FULL'] !== undefined;
  const sets = mordor.missing
    ? ['recorded attacks']
    : readdirSync(mordor.path).filter((name) => /\.(?:zip|gz)$/u.test(name) && (full || usual.test(name)));
  it.skipIf(mordor.missing).each(sets)(
    `are the same in %s${mordor.note}`,
    { timeout: 300_000 },
    async (name) => {
      const { chains } = await compared([path.join(mordor.path, name)]);
      if (usual.test(name)) expect(chains).toBeGreaterThan(0);
    },
  );
});
