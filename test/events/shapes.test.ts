/** One event of each shipper, written by hand, under its canonical names. */
import { describe, expect, it } from 'vitest';
import { canonicalise, type HuntEvent, type Value } from '../../src/events/index.ts';

const sysmon = 'Microsoft-Windows-Sysmon';
const operational = 'Microsoft-Windows-Sysmon/Operational';

function event(object: Record<string, unknown>): HuntEvent {
  return canonicalise(object, 'test');
}

/** The identity of an event beside some of its fields. */
function identity(object: Record<string, unknown>): unknown[] {
  const { channel, provider, eventId, recordId, time, host } = event(object);
  return [channel, provider, eventId, recordId, time, host];
}

function fields(object: Record<string, unknown>): Record<string, Value> {
  return { ...event(object).fields };
}

describe('flat events of NXLog', () => {
  const nxlog = {
    EventTime: '2021-03-04 05:06:07',
    EventReceivedTime: '2021-03-04 05:06:09',
    '@timestamp': '2021-03-04T10:06:09.500Z',
    Hostname: 'ws1.example.org',
    host: 'collector.example.org',
    SourceName: 'Microsoft-Windows-Security-Auditing',
    Channel: 'security',
    EventID: 4688,
    RecordNumber: 77,
    ExecutionProcessID: 4,
    ThreadID: 60,
    Opcode: 'Info',
    OpcodeValue: 0,
    ProcessId: '0x1f4',
    NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
  };

  it('have the endpoint as computer, the usual channel, and the time in UTC', () => {
    expect(identity(nxlog)).toEqual([
      'Security',
      'Microsoft-Windows-Security-Auditing',
      4688,
      77,
      '2021-03-04T10:06:07Z',
      'ws1.example.org',
    ]);
    expect(fields(nxlog)).toMatchObject({
      Execution_ProcessID: 4,
      Execution_ThreadID: 60,
      Opcode: 0,
      ProcessId: '0x1f4',
      host: 'collector.example.org',
    });
  });

  it('have the time of Sysmon, and its channel when it is missing', () => {
    const object = {
      SourceName: sysmon,
      EventID: 1,
      EventTime: '2021-03-04 05:06:07',
      UtcTime: '2021-03-04 10:06:06.123',
    };
    expect(identity(object)).toEqual([operational, sysmon, 1, null, '2021-03-04T10:06:06.123Z', null]);
  });

  it('keep the number of the logging process apart from the process of the event', () => {
    const object = { SourceName: sysmon, EventID: 10, ProcessID: 3144, ThreadID: 1 };
    expect(fields(object)).toMatchObject({ Execution_ProcessID: 3144, Execution_ThreadID: 1 });
    expect(fields(object)).not.toHaveProperty('ProcessID');
    expect(fields({ ProcessID: '3428' })).toEqual({ ProcessID: '3428' });
  });

  it('have the EventType of Sysmon from the message when NXLog overwrote it', () => {
    const object = {
      SourceName: sysmon,
      EventID: 13,
      EventType: 'INFO',
      Image: 'C:\\x.exe',
      Message: 'Registry value set:\r\nRuleName: -\r\nEventType: SetValue\r\nImage: C:\\x.exe',
    };
    expect(fields(object)['EventType']).toBe('SetValue');
    expect(fields({ ...object, EventID: 10 })['EventType']).toBe('INFO');
  });

  it('have the fields of the message when they carry nothing else', () => {
    const object = {
      SourceName: 'Microsoft-Windows-Eventlog',
      EventID: 1102,
      Channel: 'Security',
      Hostname: 'WS1',
      Message:
        'The audit log was cleared.\r\nSubject:\r\n\tSecurity ID:\tS-1-5-21-1\r\n\tAccount Name:\teve\r\n\tDomain Name:\tLAB\r\n\tLogon ID:\t0xC6',
    };
    expect(fields(object)).toMatchObject({
      SubjectUserSid: 'S-1-5-21-1',
      SubjectUserName: 'eve',
      SubjectDomainName: 'LAB',
      SubjectLogonId: '0xC6',
    });
    expect(fields({ ...object, SubjectUserName: 'mallory' })).not.toHaveProperty('SubjectUserSid');
  });
});

describe('Get-WinEvent turned into JSON', () => {
  it('is mapped by the names of .NET', () => {
    const object = {
      Id: 4104,
      ProviderName: 'Microsoft-Windows-PowerShell',
      LogName: 'Microsoft-Windows-PowerShell/Operational',
      MachineName: 'ws2',
      RecordId: 9,
      TimeCreated: '/Date(1614852367123)/',
    };
    expect(identity(object)).toEqual([
      'Microsoft-Windows-PowerShell/Operational',
      'Microsoft-Windows-PowerShell',
      4104,
      9,
      '2021-03-04T10:06:07.123Z',
      'ws2',
    ]);
  });
});

describe('Winlogbeat', () => {
  it('7 and 8 keep Windows below winlog', () => {
    const object = {
      '@timestamp': '2021-03-04T10:06:07.123Z',
      event: { code: '1', provider: sysmon, action: 'Process Create' },
      host: { name: 'ws1' },
      winlog: {
        channel: operational,
        event_id: '1',
        provider_name: sysmon,
        computer_name: 'ws1.example.org',
        record_id: '12',
        process: { pid: 2000, thread: { id: 3 } },
        keywords: ['Audit Success'],
        event_data: { Image: 'C:\\a.exe', CommandLine: '' },
        user_data: { xml_name: 'X', Address: '10.0.0.1' },
      },
      process: { executable: 'C:\\other.exe', pid: 5 },
    };
    expect(identity(object)).toEqual([
      operational,
      sysmon,
      1,
      '12',
      '2021-03-04T10:06:07.123Z',
      'ws1.example.org',
    ]);
    expect(fields(object)).toMatchObject({
      Image: 'C:\\a.exe',
      CommandLine: '',
      Address: '10.0.0.1',
      ProcessId: 5,
      Execution_ProcessID: 2000,
      Execution_ThreadID: 3,
      Keywords: ['Audit Success'],
      'process.executable': 'C:\\other.exe',
      'event.action': 'Process Create',
    });
  });

  it('6 keeps Windows at the top', () => {
    const object = {
      '@timestamp': '2019-01-02T03:04:05.678Z',
      log_name: 'Security',
      source_name: 'Microsoft-Windows-Security-Auditing',
      event_id: 4624,
      record_number: '5',
      computer_name: 'dc1',
      process_id: 600,
      event_data: { LogonType: '3' },
    };
    expect(identity(object)).toEqual([
      'Security',
      'Microsoft-Windows-Security-Auditing',
      4624,
      '5',
      '2019-01-02T03:04:05.678Z',
      'dc1',
    ]);
    expect(fields(object)).toMatchObject({ LogonType: '3', Execution_ProcessID: 600 });
  });

  it('puts User and Hashes together again where its Sysmon module took them apart', () => {
    const object = {
      winlog: { provider_name: sysmon, event_id: 1, event_data: { LogonId: '0x1' } },
      user: { name: 'alice', domain: 'LAB' },
      process: { hash: { sha1: 'ab', md5: 'cd' }, pe: { imphash: 'ef' } },
    };
    expect(fields(object)).toMatchObject({ User: 'LAB\\alice', Hashes: 'SHA1=AB,MD5=CD,IMPHASH=EF' });
  });
});

describe('ECS', () => {
  it('stands in for the names of Sysmon', () => {
    const object = {
      '@timestamp': '2021-03-04T10:06:07Z',
      event: { code: '3', provider: sysmon },
      host: { name: 'ws1' },
      process: {
        executable: 'C:\\a.exe',
        command_line: 'a -b',
        parent: { executable: 'C:\\p.exe' },
        entity_id: '{g}',
      },
      destination: { ip: '10.1.1.1', port: 443 },
      registry: { path: 'HKLM\\x' },
      file: { path: 'C:\\f' },
    };
    expect(identity(object)).toEqual([operational, sysmon, 3, null, '2021-03-04T10:06:07Z', 'ws1']);
    expect(fields(object)).toMatchObject({
      Image: 'C:\\a.exe',
      CommandLine: 'a -b',
      ParentImage: 'C:\\p.exe',
      ProcessGuid: '{g}',
      DestinationIp: '10.1.1.1',
      DestinationPort: 443,
      TargetObject: 'HKLM\\x',
      TargetFilename: 'C:\\f',
    });
  });

  it('may come with dotted names and inside a search hit', () => {
    const dotted = { 'process.executable': 'C:\\a.exe', 'winlog.event_data.User': 'u', 'event.code': 1 };
    expect(fields({ _index: 'logs', _id: '1', _source: dotted })).toMatchObject({
      Image: 'C:\\a.exe',
      User: 'u',
      EventID: 1,
    });
    expect(fields(dotted)).toMatchObject({ Image: 'C:\\a.exe', User: 'u', EventID: 1 });
  });
});

describe('event XML as JSON', () => {
  const system = (
    attributes: (pairs: Record<string, unknown>) => unknown,
    id: unknown,
  ): Record<string, unknown> => ({
    Provider: attributes({ Name: sysmon, Guid: '{g}' }),
    EventID: id,
    Level: 4,
    TimeCreated: attributes({ SystemTime: '2021-03-04T10:06:07.1234567Z' }),
    EventRecordID: 8,
    Correlation: null,
    Execution: attributes({ ProcessID: 10, ThreadID: 11 }),
    Channel: operational,
    Computer: 'ws1',
    Security: attributes({ UserID: 'S-1-5-18' }),
  });
  const expected = [operational, sysmon, 1, 8, '2021-03-04T10:06:07.1234567Z', 'ws1'];
  const forms: [string, (pairs: Record<string, unknown>) => unknown, unknown][] = [
    ['#attributes', (pairs) => ({ '#attributes': pairs }), 1],
    ['@attributes', (pairs) => ({ '@attributes': pairs }), '1'],
    ['_attributes', (pairs) => ({ _attributes: pairs }), { _text: '1' }],
    ['$', (pairs) => ({ $: pairs }), { _: '1', $: { Qualifiers: '0' } }],
    [
      '@Name',
      (pairs) => Object.fromEntries(Object.entries(pairs).map(([k, v]) => [`@${k}`, v])),
      { '#text': '1', '@Qualifiers': '0' },
    ],
    ['plain members', (pairs) => pairs, { Value: 1 }],
  ];
  it.each(forms)('has attributes as %s', (_name, attributes, id) => {
    const object = {
      Event: { System: system(attributes, id), EventData: { Image: 'C:\\a.exe', Name: 'n', Value: 'v' } },
    };
    expect(identity(object)).toEqual(expected);
    expect(fields(object)).toMatchObject({
      Provider_Guid: '{g}',
      Execution_ProcessID: 10,
      Execution_ThreadID: 11,
      Security_UserID: 'S-1-5-18',
      Image: 'C:\\a.exe',
      Name: 'n',
      Value: 'v',
    });
    expect(fields(object)).not.toHaveProperty('Correlation');
    expect(identity(object.Event)).toEqual(expected);
  });

  it('has attributes beside their elements', () => {
    const object = {
      Event: {
        Event_attributes: { xmlns: 'x' },
        System: { Provider_attributes: { Name: sysmon }, EventID: 16, EventID_attributes: { Qualifiers: 1 } },
      },
    };
    expect(fields(object)).toMatchObject({ Provider_Name: sysmon, EventID: 16, EventID_Qualifiers: 1 });
  });

  it('has the names of data in attributes', () => {
    const data = [
      { '@Name': 'Image', '#text': 'C:\\a.exe' },
      { '@Name': 'Empty' },
      { '#attributes': { Name: 'User' }, '#text': 'u' },
      'unnamed',
    ];
    expect(fields({ Event: { System: { EventID: 1 }, EventData: { Data: data } } })).toEqual({
      EventID: 1,
      Image: 'C:\\a.exe',
      Empty: '',
      User: 'u',
      Data: ['unnamed'],
    });
    const one = { Event: { EventData: { Data: { $: { Name: 'Image' }, _: 'x' } } } };
    expect(fields(one)).toEqual({ Image: 'x' });
  });

  it('has unnamed data, and user data below an element that only its attributes name', () => {
    expect(fields({ Event: { EventData: { Data: ['a', 'b'] } } })).toEqual({ Data: ['a', 'b'] });
    expect(fields({ Event: { EventData: { Data: { '#text': 'a' } } } })).toEqual({ Data: 'a' });
    expect(
      fields({ Event: { UserData: { Cleared: { '#attributes': { xmlns: 'x' }, Channel: 'System' } } } }),
    ).toEqual({
      Cleared_xmlns: 'x',
      Channel: 'System',
    });
    expect(fields({ Event: { EventData: null, UserData: null } })).toEqual({});
  });

  it('keeps a field that the system and the data both have, the system first', () => {
    const object = {
      Event: {
        UserData: { Cleared: { Channel: 'Application' } },
        System: { Channel: 'System', EventID: 104 },
      },
    };
    expect(event(object)).toMatchObject({
      channel: 'System',
      fields: { Channel: ['System', 'Application'] },
    });
  });
});

describe('Splunk', () => {
  const xml = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${sysmon}'/><EventID>1</EventID><TimeCreated SystemTime='2021-03-04T10:06:07.1Z'/><EventRecordID>8</EventRecordID><Channel>${operational}</Channel><Computer>ws1</Computer></System><EventData><Data Name='Image'>C:\\a &amp; b.exe</Data></EventData></Event>`;

  it('has event XML in _raw, in a row or in a line of an export', () => {
    const row = { _raw: xml, host: 'forwarder', source: `XmlWinEventLog:${operational}` };
    const expected = [operational, sysmon, 1, '8', '2021-03-04T10:06:07.1Z', 'ws1'];
    expect(identity(row)).toEqual(expected);
    expect(identity({ preview: false, offset: 0, result: row })).toEqual(expected);
    expect(fields(row)).toMatchObject({ Image: 'C:\\a & b.exe', host: 'forwarder' });
  });

  const text = [
    '03/04/2021 10:06:07 AM',
    'LogName=Security',
    'EventCode=4688',
    'ComputerName=ws1',
    'SourceName=Microsoft Windows security auditing.',
    'RecordNumber=9',
    'Message=A new process has been created.',
    '',
    'Creator Subject:',
    '\tSecurity ID:\t\tS-1-5-18',
    '\tAccount Name:\t\tWS1$',
    '',
    'Process Information:',
    '\tNew Process ID:\t\t0x1f4',
    '\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe',
    '\tProcess Command Line:\tcmd /c "echo a: b"',
  ].join('\n');

  it('has key=value text in _raw with the fields in the message', () => {
    const row = { _raw: text, _time: '2021-03-04T10:06:07.000+00:00', host: 'ws1' };
    expect(identity(row)).toEqual([
      'Security',
      'Microsoft-Windows-Security-Auditing',
      4688,
      '9',
      '2021-03-04T10:06:07Z',
      'ws1',
    ]);
    expect(fields(row)).toMatchObject({
      SubjectUserSid: 'S-1-5-18',
      SubjectUserName: 'WS1$',
      NewProcessId: '0x1f4',
      NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
      CommandLine: 'cmd /c "echo a: b"',
    });
  });

  it('has extracted fields and a message, or JSON in _raw', () => {
    const extracted = {
      EventCode: '7045',
      SourceName: 'Service Control Manager',
      LogName: 'System',
      ComputerName: 'ws1',
      Service_Name: 'evil',
      Message:
        'A service was installed in the system.\n\nService Name:  evil\nService File Name:  C:\\e.exe -k\nService Type:  user mode service\nService Start Type:  demand start\nService Account:  LocalSystem',
    };
    expect(fields(extracted)).toMatchObject({
      EventID: 7045,
      ServiceName: 'evil',
      ImagePath: 'C:\\e.exe -k',
      StartType: 'demand start',
    });
    const json = {
      _raw: JSON.stringify({ EventID: 22, SourceName: sysmon, QueryName: 'x.example' }),
      host: 'ws9',
    };
    expect(event(json)).toMatchObject({
      eventId: 22,
      channel: operational,
      host: 'ws9',
      fields: { QueryName: 'x.example' },
    });
  });

  it('keeps a _raw that it cannot read', () => {
    expect(fields({ _raw: '<Event><broken', host: 'h' })).toMatchObject({
      _raw: '<Event><broken',
      Computer: 'h',
    });
  });
});

describe('Velociraptor', () => {
  it('has the parts of the event at the top and the time in seconds', () => {
    const object = {
      System: {
        Provider: { Name: sysmon, Guid: '{g}' },
        EventID: { Value: 11 },
        TimeCreated: { SystemTime: 1614852367.1234567 },
        EventRecordID: 3,
        Channel: operational,
        Computer: 'ws1',
      },
      EventData: { TargetFilename: 'C:\\x' },
      UserData: null,
      Message: 'File created:\r\nTargetFilename: C:\\x',
      _Source: 'Windows.EventLogs.Evtx',
    };
    expect(identity(object).slice(0, 4)).toEqual([operational, sysmon, 11, 3]);
    expect(event(object).time).toMatch(/^2021-03-04T10:06:07\.12345/u);
    expect(fields(object)).toMatchObject({ TargetFilename: 'C:\\x', _Source: 'Windows.EventLogs.Evtx' });
  });
});

describe('any other JSON', () => {
  it('is flattened with dots; arrays are lists, objects in arrays make lists of their members', () => {
    const trail = {
      eventVersion: '1.08',
      eventSource: 's3.amazonaws.com',
      userIdentity: { type: 'Root', sessionContext: { mfa: true } },
      requestParameters: null,
      ports: [1, 2],
      resources: [{ ARN: 'a', n: 1 }, { ARN: 'b' }],
      empty: [],
      nothing: {},
    };
    expect(fields(trail)).toEqual({
      eventVersion: '1.08',
      eventSource: 's3.amazonaws.com',
      'userIdentity.type': 'Root',
      'userIdentity.sessionContext.mfa': true,
      requestParameters: null,
      ports: [1, 2],
      'resources.ARN': ['a', 'b'],
      'resources.n': 1,
      empty: [],
    });
  });
});
