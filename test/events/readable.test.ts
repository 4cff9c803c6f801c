import { describe, expect, it } from 'vitest';
import { readable } from '../../src/events/index.ts';

const message = [
  'Process accessed:',
  'RuleName: -',
  'UtcTime: 2020-10-19 02:56:18.954',
  'SourceProcessGUID: {39e4a257-f1b3-5f8b-a700-000000000700}',
  'SourceProcessId: 1072',
  'SourceImage: C:\\Windows\\System32\\Taskmgr.exe',
  'TargetProcessId: 700',
  'TargetImage: C:\\Windows\\system32\\lsass.exe',
  'GrantedAccess: 0x1410',
  'SourceUser: CORP\\alice',
  'TargetUser: NT AUTHORITY\\SYSTEM',
].join('\r\n');

const expected = {
  EventID: 10,
  Provider_Name: 'Microsoft-Windows-Sysmon',
  Computer: 'ws01',
  UtcTime: '2020-10-19T02:56:18.954Z',
  SourceProcessGUID: '{39E4A257-F1B3-5F8B-A700-000000000700}',
  SourceProcessId: 1072,
  SourceImage: 'C:\\Windows\\System32\\Taskmgr.exe',
  TargetImage: 'C:\\Windows\\system32\\lsass.exe',
  GrantedAccess: 0x1410,
  GrantedAccessNames: ['PROCESS_QUERY_LIMITED_INFORMATION', 'PROCESS_QUERY_INFORMATION', 'PROCESS_VM_READ'],
  SourceUserDomain: 'CORP',
  SourceUserName: 'alice',
  TargetUserDomain: 'NT AUTHORITY',
  TargetUserName: 'SYSTEM',
};

const data = message
  .split('\r\n')
  .slice(1)
  .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
const xml =
  '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon"/>' +
  '<EventID>10</EventID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ws01</Computer></System><EventData>' +
  data.map(([name, value]) => `<Data Name="${name}">${value}</Data>`).join('') +
  '</EventData></Event>';
const fields = Object.fromEntries(data);

describe('a row of a search', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'Splunk: only _time, host, Message',
      { _time: '2020-10-19T02:56:18.954+00:00', host: 'ws01', Message: message },
    ],
    [
      'Splunk: Message with event code and source',
      { EventCode: '10', SourceName: 'Microsoft-Windows-Sysmon', ComputerName: 'ws01', Message: message },
    ],
    ['Splunk: _raw as XML', { _time: '2020-10-19T02:56:18.954+00:00', host: 'ws01', _raw: xml }],
    [
      'Splunk: _raw as key=value',
      {
        host: 'ws01',
        _raw: `10/19/2020 02:56:18 AM\nLogName=Microsoft-Windows-Sysmon/Operational\nSourceName=Microsoft-Windows-Sysmon\nEventCode=10\nComputerName=ws01\nMessage=${message}`,
      },
    ],
    [
      'Splunk: extracted fields',
      { EventCode: '10', host: 'ws01', SourceName: 'Microsoft-Windows-Sysmon', ...fields },
    ],
    [
      'Splunk: an export line',
      {
        preview: false,
        result: { EventCode: '10', host: 'ws01', SourceName: 'Microsoft-Windows-Sysmon', ...fields },
      },
    ],
    [
      'Elasticsearch: a document of Winlogbeat',
      {
        _index: 'winlogbeat-1',
        _source: {
          winlog: {
            event_id: '10',
            provider_name: 'Microsoft-Windows-Sysmon',
            computer_name: 'ws01',
            event_data: fields,
          },
        },
      },
    ],
    ['flat', { EventID: 10, Provider_Name: 'Microsoft-Windows-Sysmon', Computer: 'ws01', ...fields }],
  ])('is typed and complete from %s', (_name, row) => {
    expect(readable(row)).toMatchObject(expected);
  });

  it('has hashes by kind', () => {
    const row = readable({ Hashes: `MD5=${'A'.repeat(32)},IMPHASH=${'B'.repeat(32)}` });
    expect(row).toMatchObject({ MD5: 'A'.repeat(32), IMPHASH: 'B'.repeat(32) });
  });

  it('reads process ids in hexadecimal and decimal', () => {
    expect(readable({ EventID: 4688, ProcessId: '0x1a4' })['ProcessId']).toBe(420);
    expect(readable({ EventID: 1, ProcessId: '420' })['ProcessId']).toBe(420);
  });

  it('names rights by the kind of object', () => {
    expect(readable({ EventID: 4663, AccessMask: '0x10', ObjectType: 'Process' })).toMatchObject({
      AccessMask: 16,
      AccessMaskNames: ['PROCESS_VM_READ'],
    });
    expect(readable({ AccessMask: '0x2', ObjectType: 'Key' })['AccessMaskNames']).toEqual(['KEY_SET_VALUE']);
  });

  it('keeps what it can not read as its type, and nothing is a value of another', () => {
    expect(readable({ GrantedAccess: 'lots', UtcTime: 'yesterday', SourcePort: '-' })).toEqual(
      Object.assign(Object.create(null) as object, {
        GrantedAccess: 'lots',
        UtcTime: 'yesterday',
        SourcePort: null,
      }),
    );
  });

  it('keeps lists, and names that are no fields of Windows', () => {
    const row = readable({ ProcessId: ['1', '0x2'], 'my field': 'x', __proto__: null, constructor: 'c' });
    expect(row['ProcessId']).toEqual([1, 2]);
    expect(row['my field']).toBe('x');
    expect(Object.hasOwn(row, 'constructor')).toBe(true);
    expect(Object.getPrototypeOf(row)).toBeNull();
  });

  it('does not let what is derived replace what the event says', () => {
    expect(
      readable({ User: 'CORP\\alice', UserName: 'own', Hashes: `MD5=${'A'.repeat(32)}`, MD5: 'own' }),
    ).toMatchObject({ UserName: 'own', MD5: 'own' });
  });
});
