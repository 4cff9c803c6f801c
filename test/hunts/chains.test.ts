import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunt, type Finding } from '../../src/hunt/index.ts';
import { writeLab, type LabResult, type WriteLabOptions } from '../../src/lab/index.ts';
import { huntsFolder, rulesIn, temporaryFolder } from '../hunt/support.ts';

/** The chain of the truth file that each hunt is to find. */
const wanted: Readonly<Record<string, string>> = {
  'Office Application at the End of a Chain From cmd.exe and PowerShell': 'cmd-powershell-office',
  'Script Host or Shell Somewhere Below an Office Application': 'office-to-script-host',
  'Connection to the Internet by a Program Below an Office Application': 'office-to-connection',
  'Shell or Tool in a Chain Below a Web Server': 'web-server-commands',
  'Shell or Tool in a Chain Below a Database Server': 'database-commands',
  'Shell or Proxy Program Below a Service Just Started': 'service-to-proxy',
  'Tools in a Chain From the WMI Provider Host': 'wmi-commands',
  'Encoded PowerShell in a Chain Below a Scheduled Task': 'task-to-encoded-powershell',
  'Script Host, PowerShell, Then a Library Run by rundll32 or regsvr32': 'script-to-library',
};
const full = process.env['HUNTBOOK_FULL'] === '1';
const estates: readonly (readonly [string, Partial<WriteLabOptions>])[] = [
  ['a small estate', { seed: 77, hosts: 6, events: 12_000 }],
  ['100,000 events of 40 hosts', { seed: 5, hosts: 40, events: 100_000 }],
  ...(full ? [['1,000,000 events of 300 hosts', { hosts: 300, events: 1_000_000 }] as const] : []),
];

const { folder, remove } = temporaryFolder();
afterAll(remove);

async function chainsOf(estate: LabResult, set: Awaited<ReturnType<typeof rulesIn>>): Promise<Finding[]> {
  const findings: Finding[] = [];
  await hunt({
    paths: [estate.eventsFolder],
    rules: set,
    onFinding: (finding) => void (finding.chain && findings.push(finding)),
  });
  return findings;
}

/** Hunt and processes of the steps. */
const stepsOf = ({ rule, chain = [] }: Finding): string =>
  `${wanted[rule.title] ?? rule.title}: ${chain.flatMap(({ guid, step }) => (step ? [guid] : [])).join(' > ')}`;

describe.each(estates)('chains of the starter hunts over %s', (name, options) => {
  let estate: LabResult;
  beforeAll(async () => {
    estate = await writeLab({
      ...options,
      out: path.join(folder, name.replaceAll(/\W+/gu, '-')),
      formats: ['ndjson'],
    });
  }, 600_000);

  it('are those that were planted, and none besides', { timeout: 600_000 }, async () => {
    const planted = estate.truth.chains.map(
      ({ name: chain, processes }) =>
        `${chain}: ${processes.map((guid) => guid.slice(1, -1).toLowerCase()).join(' > ')}`,
    );
    expect(new Set(estate.truth.chains.map((chain) => chain.name))).toEqual(new Set(Object.values(wanted)));
    const found = await chainsOf(estate, await rulesIn(huntsFolder));
    expect(found.map(stepsOf).toSorted()).toEqual(planted.toSorted());
  });
});

describe('what is nearly a chain in the lab', () => {
  it('is found when the hunt asks for less', { timeout: 120_000 }, async () => {
    const estate = await writeLab({
      out: path.join(folder, 'nearly'),
      hosts: 6,
      events: 12_000,
      formats: ['ndjson'],
    });
    const text = readFileSync(path.join(huntsFolder, 'execution/chain_cmd_powershell_office.yml'), 'utf8');
    const file = path.join(folder, 'chain.yml');
    const count = async (changed: string): Promise<number> => {
      writeFileSync(file, changed);
      return (await chainsOf(estate, await rulesIn(file))).length;
    };
    expect(await count(text)).toBe(1);
    expect(await count(text.replace('timespan: 10m', 'timespan: 12m'))).toBe(2);
    expect(await count(text.replace(/ {2}not-between:\n.*\n/u, ''))).toBe(2);
    // With the macro, which is Word, PowerShell and cmd.exe.
    expect(await count(text.replace('relation: descendant', 'relation: descendant\n  order: any'))).toBe(3);
  });
});
