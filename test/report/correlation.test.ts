import { describe, expect, it } from 'vitest';
import { csvSink, htmlSink, jsonSink, ndjsonSink, tableSink, type Finding } from '../../src/report/index.ts';
import { findings, renderWith, summary } from './fixture.ts';

const [first] = findings as [Finding];
const events = Array.from({ length: 5 }, (_, i) => ({
  rule: { id: 'r-1', title: 'Failed Logon' },
  event: {
    ...first.event,
    host: i === 0 ? 'DC01' : 'DC02',
    recordId: 100 + i,
    time: `2026-03-02T09:15:3${i}Z`,
    fields: { TargetUserName: `user${i}<b>`, Big: 2n ** 60n },
  },
}));
const finding: Finding = {
  ...first,
  event: (events[4] as (typeof events)[number]).event,
  matched: [
    { field: 'IpAddress', value: '10.0.0.5', pattern: 'group-by' },
    { field: 'value_count(TargetUserName)', value: 12, pattern: '>= 10 within 300 s' },
  ],
  correlation: {
    type: 'value_count',
    timespan: 300,
    group: [{ field: 'IpAddress', value: '10.0.0.5' }],
    value: 12,
    count: 28,
    first: '2026-03-02T09:15:30Z',
    last: '2026-03-02T09:15:59Z',
    events,
  },
};

describe('a finding of a correlation', () => {
  it('has its events in NDJSON and JSON', async () => {
    const line = await renderWith(ndjsonSink, [finding], summary);
    const whole = JSON.parse(line) as { correlation: Record<string, unknown> & { events: unknown[] } };
    expect(Object.keys(whole.correlation)).toEqual([
      'type',
      'timespan',
      'group',
      'value',
      'count',
      'first',
      'last',
      'events',
    ]);
    expect(whole.correlation.events).toHaveLength(5);
    expect(line).toContain('"Big":1152921504606846976');
    const document = JSON.parse(await renderWith(jsonSink, [finding, first], summary)) as { data: object[] };
    expect(document.data.map((one) => 'correlation' in one)).toEqual([true, false]);
  });

  it('says in CSV how many events there are, and from when to when', async () => {
    const [head, row, plain] = (await renderWith(csvSink, [finding, first], summary)).split('\r\n');
    expect(head).toMatch(/,id,correlation,events,first,last,chain$/);
    expect(row).toMatch(/,value_count,28,2026-03-02T09:15:30Z,2026-03-02T09:15:59Z,$/);
    expect(row).toContain('IpAddress=10.0.0.5; value_count(TargetUserName)=12');
    expect(plain).toMatch(/,,,,,$/);
  });

  it('shows in the table the group, the count and the first events', async () => {
    const text = await renderWith((out) => tableSink(out, { details: 1, width: 110 }), [finding], summary);
    expect(text).toContain('2026-03-02 09:15:30 → 09:15:59');
    expect(text).toContain('28 events');
    expect(text).toMatch(/IpAddress +10\.0\.0\.5/);
    expect(text).toContain('2026-03-02 09:15:30  DC01  Failed Logon  logs/ws01.evtx #100');
    expect(text).toContain('… 25 more events');
    expect(text).toContain('on 2 hosts');
  });

  it('lists in the HTML report its events, harmless', async () => {
    const hostile = structuredClone(finding) as unknown as {
      correlation: { events: { rule: { title: string } }[] };
    };
    (hostile.correlation.events[0] as { rule: { title: string } }).rule.title =
      '<img src=x onerror=alert(1)>';
    const page = await renderWith(htmlSink, [hostile as unknown as Finding], summary);
    expect(page).toContain('28 events, 2026-03-02 09:15:30 → 09:15:59');
    expect(page).toContain('… 23 more events');
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('DC01');
  });
});
