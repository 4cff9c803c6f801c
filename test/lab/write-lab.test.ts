import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import {
  demoEstate,
  generateEstate,
  toHuntEvent,
  writeLab,
  type JsonShape,
  type WriteLabOptions,
} from '../../src/lab/index.ts';
import { filesBelow, scratchFolder } from './folder.ts';

const scratch = scratchFolder();
const small = { hosts: 4, events: 3000, hours: 3 } as const;
const write = (name: string, options: Partial<WriteLabOptions> = {}) =>
  writeLab({ ...small, out: path.join(scratch, name), ...options });
const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');
const digest = (folder: string) =>
  filesBelow(folder).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(path.join(folder, name)))
      .digest('hex'),
  ]);

describe('writing an estate', () => {
  it('writes the same bytes for the same options', async () => {
    const formats = ['ndjson', 'csv', 'evtx'] as const;
    await write('a', { formats });
    await write('b', { formats });
    expect(digest(path.join(scratch, 'a'))).toEqual(digest(path.join(scratch, 'b')));
  });

  it('writes each event of the estate as a line, with every value', async () => {
    const result = await write('lines');
    const events = [...generateEstate(small)];
    const written = lines(path.join(result.eventsFolder, 'events.ndjson')).map(
      (line) => JSON.parse(line).Event,
    );
    expect(written).toHaveLength(events.length);
    expect(result.events).toBe(events.length);
    events.forEach((event, i) => {
      const { fields } = toHuntEvent(event);
      const { System, EventData, UserData } = written[i];
      expect(System.Computer).toBe(event.computer);
      expect(System.EventRecordID).toBe(event.recordId);
      const data = EventData ?? UserData.LogFileCleared;
      for (const { name } of event.schema.fields) {
        if (name !== 'Channel') expect(data[name] ?? '').toEqual(fields[name]);
      }
    });
  });

  it('says the same in every shape of JSON', async () => {
    const names: [JsonShape, (line: any) => unknown[]][] = [
      [
        'evtx',
        ({ Event: { System, EventData } }) => [
          System.Computer,
          System.EventRecordID,
          String(EventData?.Image),
          String(EventData?.ProcessId),
        ],
      ],
      ['flat', (e) => [e.Hostname, e.RecordNumber, String(e.Image), String(e.ProcessId)]],
      [
        'winlogbeat',
        ({ winlog }) => [
          winlog.computer_name,
          winlog.record_id,
          String(winlog.event_data?.Image),
          String(winlog.event_data?.ProcessId),
        ],
      ],
    ];
    const seen = [];
    for (const [shape, take] of names) {
      const { eventsFolder } = await write(`shape-${shape}`, { shape });
      seen.push(lines(path.join(eventsFolder, 'events.ndjson')).map((line) => take(JSON.parse(line))));
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('writes CSV that reads back with one column per field', async () => {
    const { eventsFolder } = await write('csv', { formats: ['csv'] });
    const rows: Record<string, string>[] = parse(readFileSync(path.join(eventsFolder, 'events.csv')), {
      columns: true,
    });
    const events = [...generateEstate(small)];
    expect(rows).toHaveLength(events.length);
    rows.forEach((row, i) => {
      const event = events[i]!;
      const { fields } = toHuntEvent(event);
      expect(row['SystemTime']).toBe(fields['SystemTime']);
      expect(row['Channel']).toBe(event.schema.channel);
      for (const name of ['Image', 'CommandLine', 'LogonType', 'TargetUserName', 'PrivilegeList']) {
        if (event.schema.fields.some((field) => field.name === name))
          expect(row[name]).toBe(String(fields[name]));
      }
    });
  });

  it('tells in the truth file exactly where the events of each scene are', async () => {
    const result = await write('truth', { formats: ['ndjson'] });
    const truth = JSON.parse(readFileSync(path.join(result.folder, 'truth.json'), 'utf8'));
    expect(truth).toEqual(JSON.parse(JSON.stringify(result.truth)));
    expect(truth.scenes.length).toBeGreaterThan(15);
    const text = lines(path.join(result.eventsFolder, 'events.ndjson'));
    for (const scene of truth.scenes) {
      expect(scene.events.length).toBeGreaterThan(3);
      expect(scene.technique).toMatch(/^T\d{4}(\.\d{3})?$/);
      for (const { places, recordId, computer, eventId, processGuid } of scene.events) {
        const { Event } = JSON.parse(text[places[0].position - 1]!);
        expect([Event.System.Computer, Event.System.EventRecordID]).toEqual([computer, recordId]);
        const id = Event.System.EventID;
        expect(typeof id === 'object' ? id['#text'] : id).toBe(eventId);
        if (processGuid !== null) expect(Object.values(Event.EventData)).toContain(processGuid);
      }
    }
  });

  it('keeps files that exist unless told to replace them', async () => {
    await write('twice');
    const before = digest(path.join(scratch, 'twice'));
    await expect(write('twice', { seed: 9 })).rejects.toMatchObject({ code: 'HB_EXISTS' });
    expect(digest(path.join(scratch, 'twice'))).toEqual(before);
    await write('twice', { seed: 9, force: true });
    expect(digest(path.join(scratch, 'twice'))).not.toEqual(before);
  });

  it('leaves no file behind when it is stopped', async () => {
    const stop = new AbortController();
    const run = write('stopped', {
      events: 50_000,
      formats: ['ndjson', 'evtx', 'csv'],
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(run).rejects.toThrow();
    expect(filesBelow(path.join(scratch, 'stopped'))).toEqual([]);
  });

  it('refuses a format it does not know', async () => {
    await expect(write('odd', { formats: ['xml' as never] })).rejects.toMatchObject({ code: 'HB_USAGE' });
  });

  it('reports a folder that cannot be written', async () => {
    await write('file');
    const out = path.join(scratch, 'file', 'truth.json', 'below');
    await expect(writeLab({ ...small, out })).rejects.toMatchObject({ code: 'HB_WRITE' });
  });
});

describe('the estate of the demo', () => {
  it('is written in full, each event once, with every scene', async () => {
    const result = await demoEstate(path.join(scratch, 'demo'));
    expect(result.events).toBeGreaterThan(18_000);
    expect(
      result.truth.scenes.every((scene) => scene.events.every((event) => event.places.length === 1)),
    ).toBe(true);
    const names = result.files.map((file) => file.name);
    expect(names).toContain('events/events.ndjson');
    expect(names.filter((name) => name.endsWith('.evtx')).length).toBeGreaterThan(10);
  });
});
