import { describe, expect, it } from 'vitest';
import { codesOf, numbersOf, readBytes } from '../support/read.ts';

function event(record: number, data = ''): string {
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
    <Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>
    <EventID>1</EventID><Level>4</Level><TimeCreated SystemTime='2024-01-02T03:04:05.678901200Z'/>
    <EventRecordID>${record}</EventRecordID><Execution ProcessID='4' ThreadID='8'/>
    <Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>HOST</Computer></System>
    <EventData><Data Name='Image'>C:\\a &amp; b.exe</Data><Data Name="CommandLine">a &lt;x&gt; &#34;&#x41;"</Data>
    <Data Name='Empty'></Data>${data}</EventData></Event>`;
}

describe('XML exports', () => {
  it('become events with the names of event data', async () => {
    const { events, issues } = await readBytes(
      `<?xml version="1.0"?>\n<Events>${event(1)}${event(2)}</Events>`,
    );
    expect(issues).toEqual([]);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      eventId: 1,
      recordId: expect.anything(),
      provider: 'Microsoft-Windows-Sysmon',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      host: 'HOST',
      time: '2024-01-02T03:04:05.6789012Z',
      fields: { Image: 'C:\\a & b.exe', CommandLine: 'a <x> "A"', Empty: '' },
    });
  });

  it('are read in blocks of any size and in UTF-16', async () => {
    const text = `<Events>${Array.from({ length: 40 }, (_, n) => event(n)).join('\r\n')}</Events>`;
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    for (const step of [3, 100, 1000]) expect(numbersOf(await readBytes(text, { step }))).toEqual(numbers);
    expect(numbersOf(await readBytes(Buffer.from(`\ufeff${text}`, 'utf16le')))).toEqual(numbers);
  });

  it('give what is whole when cut off, with a warning', async () => {
    const text = `<Events>${event(1)}${event(2)}`;
    const result = await readBytes(text.slice(0, -20));
    expect(numbersOf(result)).toEqual([1]);
    expect(codesOf(result)).toEqual(['HB_TRUNCATED']);
  });

  it('leave out an event that is not well-formed and go on', async () => {
    const result = await readBytes(`<Events>${event(1)}${event(2, '<Data>x</Dada>')}${event(3)}</Events>`);
    expect(numbersOf(result)).toEqual([1, 3]);
    expect(result.issues).toMatchObject([
      { code: 'HB_DAMAGED', message: expect.stringContaining('event 2') },
    ]);
  });

  it('leave out an event with a document type', async () => {
    const result = await readBytes(
      `<Events>${event(1)}${event(2, '<!DOCTYPE x [<!ENTITY a "b">]>')}${event(3)}</Events>`,
    );
    expect(numbersOf(result)).toEqual([1, 3]);
    expect(codesOf(result)).toEqual(['HB_DAMAGED']);
  });

  it('bound depth and length', async () => {
    const deep = '<a>'.repeat(500) + '</a>'.repeat(500);
    const result = await readBytes(`<Events>${event(1, deep)}${event(2)}</Events>`);
    expect(numbersOf(result)).toEqual([2]);
    const long = `<Events>${event(1, 'x'.repeat(50_000))}${event(2)}</Events>`;
    const bounded = await readBytes(long, { limits: { maxLineBytes: 10_000 }, step: 1000 });
    expect(numbersOf(bounded)).toEqual([2]);
    expect(codesOf(bounded)).toContain('HB_LIMIT');
  });
});
