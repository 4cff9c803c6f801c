import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/hunt/index.ts';
import { writeLab } from '../../src/lab/index.ts';
import { collect, huntsFolder, rulesIn, temporaryFolder } from '../hunt/support.ts';

/** What each of our correlations is to find, and nothing else. */
const wanted: Readonly<Record<string, string>> = {
  'One Address Fails to Log On as Many Accounts': 'password-spray',
  'Logon Succeeds After Many Failed Ones From the Same Address': 'password-spray',
  'Kerberos Tickets With RC4 for Several Services From One Address': 'kerberoast',
  'One Process Reads Lsass and Writes the Dump': 'lsass-dump-taskmgr',
  'Many Kinds of Survey Commands on One Host': 'discovery-burst',
  'Several Event Logs of One Host Cleared': 'log-clearing',
};

interface Truth {
  readonly scenes: {
    readonly id: string;
    readonly events: { readonly computer: string; readonly channel: string; readonly recordId: number }[];
  }[];
}

const { folder, remove } = temporaryFolder();
afterAll(remove);

describe.each([
  ['the default estate', {}],
  ['a small estate of another seed', { seed: 77, hosts: 6, events: 12_000 }],
  ['a larger estate', { seed: 5, hosts: 30, events: 60_000 }],
])('correlations of the starter hunts over %s', (_name, options) => {
  let findings: Finding[];
  let labels: Map<string, string>;

  beforeAll(async () => {
    const out = path.join(folder, JSON.stringify(options).replace(/\W+/g, '-'));
    const estate = await writeLab({ ...options, out, formats: ['ndjson'] });
    const found = await collect({ paths: [estate.eventsFolder], rules: await rulesIn(huntsFolder) });
    findings = found.findings.filter(({ correlation, chain }) => correlation && !chain);
    const truth = JSON.parse(readFileSync(path.join(estate.folder, 'truth.json'), 'utf8')) as Truth;
    labels = new Map(
      truth.scenes.flatMap(({ id, events }) =>
        events.map(({ computer, channel, recordId }) => [`${computer} ${channel} ${recordId}`, id]),
      ),
    );
  });

  it.each(Object.entries(wanted))('%s finds %s once', (title, scene) => {
    const own = findings.filter(({ rule }) => rule.title === title);
    expect(own).toHaveLength(1);
    const scenes = own.flatMap(({ correlation }) =>
      (correlation?.events ?? []).map(({ event }) =>
        labels.get(`${event.host} ${event.channel} ${String(event.recordId)}`),
      ),
    );
    expect(scenes.filter((one) => one === scene).length).toBeGreaterThan(1);
  });

  it('find nothing else', () => {
    expect(findings.map(({ rule }) => rule.title).filter((title) => !(title in wanted))).toEqual([]);
    expect(findings).toHaveLength(Object.keys(wanted).length);
  });
});
