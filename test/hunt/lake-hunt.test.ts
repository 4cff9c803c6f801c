import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FieldTable, type HuntEvent } from '../../src/events/index.ts';
import { importEvents, type Finding } from '../../src/hunt/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';
import { collect, huntsFolder, makeEstate, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let made = 0;
async function lakeOf(...paths: string[]): Promise<string> {
  const to = path.join(folder, `lake-${made++}`);
  await importEvents(paths, { to });
  return to;
}

async function eventsOf(...paths: string[]): Promise<HuntEvent[]> {
  const events: HuntEvent[] = [];
  const fields = new FieldTable();
  for await (const batch of readAll(paths, { fields, onIssue: () => {}, limits: defaultLimits }))
    for (let row = 0; row < batch.length; row++) events.push(batch.event(row));
  return events;
}

/** What a finding says and where its event was read. Correlations name the first of events of one moment. */
function said({ id, rule, event, matched, correlation }: Finding): string {
  if (correlation) return `${rule.title} ${correlation.first} ${correlation.last} ${correlation.count}`;
  const evidence = matched.map(({ field, pattern }) => `${field}: ${pattern}`).sort();
  return `${id} ${rule.title} ${event.source} ${evidence.join()}`;
}

async function expectSame(source: string, rules: string[]): Promise<number> {
  const set = await rulesIn(...rules);
  const files = await collect({ paths: [source], rules: set });
  const lake = await collect({ paths: [await lakeOf(source)], rules: set });
  expect(lake.summary.events).toBe(files.summary.events);
  expect(lake.findings.map(said).sort()).toEqual(files.findings.map(said).sort());
  return files.findings.length;
}

describe('a hunt over a lake', () => {
  it('finds in a lab estate what a hunt over its files finds', async () => {
    const estate = path.join(folder, 'estate');
    await makeEstate(estate);
    expect(await expectSame(estate, [huntsFolder])).toBeGreaterThan(0);
  });

  it('sees values as the events have them', async () => {
    const source = path.join(folder, 'values.json');
    const event = {
      EventID: 10,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'WS1',
      '@timestamp': '2020-09-22T08:37:45.120Z',
      GrantedAccess: '0x1410',
      SourceProcessGuid: '{365ABB72-1E3B-5F6B-0100-001055555555}',
      Keywords: '0x8000000000000000',
      host: 'collector',
      list: ['a', 'b,"c'],
      text: '["a","b"]',
      empty: '',
      nothing: null,
      SourcePort: 49_152,
      ProcessId: 'none',
      _row: 'mine',
      Time: 'too',
    };
    const other = {
      ...event,
      GrantedAccess: '0X1410',
      SourceProcessGuid: '365abb72-1e3b-5f6b-0100-001055555555',
    };
    writeFileSync(source, [event, other].map((each) => JSON.stringify(each)).join('\n'));
    const read = (await eventsOf(source)).map(({ fields, ...rest }) => ({
      ...rest,
      fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
    }));
    const back = (await eventsOf(await lakeOf(source))).map((each) => ({
      ...each,
      fields: { ...each.fields },
    }));
    expect(back).toEqual(read);
  });

  const { path: recorded, missing, note } = sharedPath('data/mordor/psh_lsass_memory_dump_comsvcs.zip');
  const rules = sharedPath('data/sigma/rules/windows');
  it.skipIf(missing || rules.missing)(
    `finds in a recorded attack what a hunt over its file finds${missing ? note : rules.note}`,
    async () => {
      expect(await expectSame(recorded, [rules.path, huntsFolder])).toBeGreaterThan(5);
    },
  );
});
