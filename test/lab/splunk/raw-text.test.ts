/** The text of events as Splunk's inputs write it: rendered messages, lines of WinEventLog, XML of XmlWinEventLog. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalise, messageFields, parseEventXml } from '../../../src/events/index.ts';
import { openEvents, type EventStore } from '../../../src/hunt/index.ts';
import { demoEstate } from '../../../src/lab/index.ts';
import { identifier, rawText } from '../../../src/lab/splunk/raw-text.ts';
import { Database } from '../../../src/store/index.ts';
import { sharedPath } from '../../support/data.ts';

function columnsOf(store: EventStore): string[] {
  const table = store.tables.find(({ name }) => name === 'events_text');
  return (table?.columns ?? []).map(({ name }) => name);
}

const sysmon = "Channel = 'Microsoft-Windows-Sysmon/Operational'";

describe('events of the lab', () => {
  let store: EventStore;
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-raw-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    store = await openEvents([(await demoEstate(folder)).eventsFolder]);
  });
  afterAll(() => store.close());

  it('of Sysmon have a message that holds every field as it was', async () => {
    const names = columnsOf(store);
    const byFolded = new Map(names.map((name) => [name.toLowerCase(), name]));
    const { message } = rawText(names, 'message');
    const rows = await store.database.all(
      `SELECT *, ${message} AS shown FROM events_text WHERE ${sysmon} ORDER BY _row LIMIT 4000`,
    );
    expect(rows.length).toBeGreaterThan(1000);
    for (const row of rows) {
      const pairs = messageFields('Microsoft-Windows-Sysmon', String(row['EventID']), String(row['shown']));
      expect(pairs.length).toBeGreaterThan(3);
      for (const [name, value] of pairs) {
        const same = name === 'GrantedAccess' || name === 'LogonId' ? value.toLowerCase() : value;
        const held = String(row[name] ?? row[byFolded.get(name.toLowerCase()) ?? '']);
        expect([name, same]).toEqual([name, same === value ? held : held.toLowerCase()]);
      }
    }
  });

  it('of any kind have XML that gives the event back', async () => {
    const names = columnsOf(store);
    const { raw } = rawText(names, 'xml');
    const rows = await store.database.all(
      `SELECT *, ${raw} AS shown FROM events_text WHERE _row % 20 = 0 ORDER BY _row`,
    );
    expect(rows.length).toBeGreaterThan(500);
    for (const row of rows) {
      const event = parseEventXml(String(row['shown']));
      expect(event).toBeDefined();
      const { fields } = canonicalise({ Event: event?.['Event'] ?? event } as Record<string, unknown>, '');
      for (const name of [
        'EventID',
        'Channel',
        'Computer',
        'Image',
        'CommandLine',
        'TargetObject',
        'ScriptBlockText',
        'SubjectUserName',
      ]) {
        const held = row[name] ?? undefined;
        if (typeof held === 'string' && held.trim() !== '')
          expect(String(fields[name]).replaceAll(/\r\n?/g, '\n')).toBe(held.replaceAll(/\r\n?/g, '\n'));
      }
    }
  });
});

describe('columns and values that would break the text', () => {
  const name = `a"b'c<d>&\n\\`;
  const value = `x'y"z<Data Name='Fake'>&amp;\u0001`;

  it('stay data', async () => {
    const database = await Database.open();
    afterAll(() => database.close());
    const names = ['EventID', 'Channel', name];
    await database.run(`CREATE TABLE t (${names.map((one) => `${identifier(one)} VARCHAR`).join(', ')})`);
    await database.run('INSERT INTO t VALUES (?, ?, ?)', ['99', 'Other', value]);
    const lines = rawText(names, 'message');
    const [plain] = await database.all(`SELECT ${lines.message} AS message, ${lines.raw} AS raw FROM t`);
    expect(plain?.['message']).toBe(null);
    expect(plain?.['raw']).toContain(`\nLogName=Other\nEventCode=99\n${name}=${value}`);
    const [xml] = await database.all(`SELECT ${rawText(names, 'xml').raw} AS raw FROM t`);
    expect(String(xml?.['raw']).match(/<Data /g)).toHaveLength(1);
    expect(xml?.['raw']).toContain('x&apos;y"z&lt;Data Name=&apos;Fake&apos;&gt;&amp;amp;\ufffd</Data>');
  });
});

const recordings = [
  'covenant_wmi_remote_event_subscription_ActiveScriptEventConsumers.zip',
  'empire_persistence_registry_modification_run_keys_elevated_user.zip',
  'purplesharp_ad_playbook_I.zip',
].map((file) => sharedPath('data', 'mordor', file));
const note = recordings.find(({ missing }) => missing)?.note ?? '';

describe.skipIf(note !== '')(`messages of recordings${note}`, () => {
  it('are what Windows itself rendered', async () => {
    const store = await openEvents(recordings.map((one) => one.path));
    afterAll(() => store.close());
    const names = columnsOf(store).filter((name) => name !== 'Message');
    const { message } = rawText(names, 'message');
    // What the shipper changed in the fields, and not in the message, is no matter of the template.
    const [counted] = await store.database.all(
      `SELECT count(*)::INTEGER AS events, count(*) FILTER (shown = Message)::INTEGER AS same, count(DISTINCT EventID)::INTEGER AS kinds
         FROM (SELECT EventID, Message, ${message} AS shown FROM events_text WHERE ${sysmon} AND Message LIKE '%: %')
        WHERE NOT contains(shown, '&') AND NOT contains(Message, '&')`,
    );
    const { events, same, kinds } = counted as { events: number; same: number; kinds: number };
    expect(kinds).toBeGreaterThan(6);
    expect(events).toBeGreaterThan(4000);
    expect(same / events).toBeGreaterThan(0.99);
  });
});
