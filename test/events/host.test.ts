/** The host of an event is the endpoint it happened on, never the machine that collected or forwarded it. */
import { describe, expect, it } from 'vitest';
import { canonicalise } from '../../src/events/index.ts';

const collector = 'wec.example.org';
const endpoint = 'ws1.example.org';
const xml = `<Event><System><Provider Name="Microsoft-Windows-Sysmon"/><EventID>1</EventID><Channel>ForwardedEvents</Channel>
  <Computer>${endpoint}</Computer></System><EventData><Data Name="Image">a.exe</Data></EventData>
  <RenderingInfo Culture="en-US"><Channel>${collector}</Channel></RenderingInfo></Event>`;

describe('the host is the endpoint', () => {
  const shapes: [string, Record<string, unknown>][] = [
    [
      'Winlogbeat 7 on a collector of forwarded events',
      {
        host: { name: collector, hostname: collector },
        agent: { hostname: collector, name: collector },
        winlog: { computer_name: endpoint, channel: 'ForwardedEvents', event_id: 1 },
      },
    ],
    [
      'Winlogbeat 6 on a collector',
      {
        beat: { hostname: collector, name: collector },
        host: { name: collector },
        computer_name: endpoint,
        event_id: 1,
        log_name: 'ForwardedEvents',
      },
    ],
    [
      'Winlogbeat with dotted names',
      { 'host.name': collector, 'winlog.computer_name': endpoint, 'winlog.event_id': 1 },
    ],
    [
      'a document as Elasticsearch returns it',
      {
        _index: 'x',
        _source: { host: { name: collector }, winlog: { computer_name: endpoint, event_id: 1 } },
      },
    ],
    [
      'ECS through an observer',
      {
        host: { name: endpoint },
        observer: { hostname: collector, name: collector },
        agent: { hostname: collector },
        event: { code: '1' },
      },
    ],
    [
      'event XML as JSON, forwarded',
      {
        Event: {
          System: { EventID: 1, Computer: endpoint },
          RenderingInfo: { Channel: collector },
          SubscriptionBookmark: collector,
        },
        host: collector,
      },
    ],
    [
      'NXLog on a collector',
      { EventID: 1, Hostname: endpoint, host: collector, MessageSourceAddress: '10.0.0.1' },
    ],
    ['Splunk with event XML', { _raw: xml, host: collector, source: 'XmlWinEventLog:ForwardedEvents' }],
    [
      'Splunk with fields',
      { EventCode: 1, ComputerName: endpoint, host: collector, source: 'WinEventLog:ForwardedEvents' },
    ],
    [
      'Splunk with text',
      {
        _raw: `03/04/2021 10:06:07 AM\nLogName=Security\nEventCode=4688\nComputerName=${endpoint}\nMessage=A new process.`,
        host: collector,
      },
    ],
    [
      'an export line of Splunk',
      {
        preview: false,
        result: { EventCode: 1, ComputerName: endpoint, host: collector, splunk_server: collector },
      },
    ],
    ['a table with columns', { EventID: 1, Computer: endpoint, host: collector, SourceSystem: collector }],
    ['PowerShell on a collector', { Id: 1, MachineName: endpoint, PSComputerName: collector }],
    ['Velociraptor', { System: { EventID: { Value: 1 }, Computer: endpoint }, Fqdn: collector }],
  ];
  it.each(shapes)('%s', (_name, object) => {
    expect(canonicalise(object, 'test').host).toBe(endpoint);
  });

  it('and the host a shipper names stands in only where the event names none', () => {
    expect(canonicalise({ host: { name: 'ws1' }, winlog: { event_id: 1 } }, 'test').host).toBe('ws1');
    expect(canonicalise({ EventCode: 1, host: 'ws1' }, 'test').host).toBe('ws1');
    expect(canonicalise({ EventID: 1, host: collector }, 'test').host).toBe(null);
  });
});
