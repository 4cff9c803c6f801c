import { describe, expect, it } from 'vitest';
import { correlationTime } from '../../src/detect/index.ts';
import { FieldTable, ObjectBatch, type HuntEvent } from '../../src/events/index.ts';
import {
  aboutOf,
  activityOf,
  actorOf,
  endOf,
  ProcessReader,
  startOf,
  type ProcessFact,
} from '../../src/process/index.ts';
import { braced, event, guidOf, security, sysmon } from './support.ts';

const created = sysmon(1, 5, {
  ProcessGuid: braced(7),
  ProcessId: '4242',
  Image: 'C:\\Windows\\cmd.exe',
  CommandLine: 'cmd /c dir',
  User: 'CORP\\ann',
  ParentProcessGuid: braced(3),
  ParentProcessId: 880,
  ParentImage: 'C:\\Windows\\explorer.exe',
  ParentCommandLine: 'explorer',
});
const audited = security(4688, 5, {
  NewProcessId: '0x1092',
  NewProcessName: 'C:\\Windows\\cmd.exe',
  ProcessId: '0x370',
  ParentProcessName: 'C:\\Windows\\explorer.exe',
  CommandLine: 'cmd /c dir',
  SubjectDomainName: 'CORP',
  SubjectUserName: 'ann',
  TargetDomainName: '-',
  TargetUserName: '-',
});

describe('what an event says of a process', () => {
  it('reads a creation of Sysmon by its own clock', () => {
    expect(startOf(created, 12)).toEqual({
      host: 'WS1.corp.example',
      guid: guidOf(7),
      pid: 4242,
      time: correlationTime('2025-03-03T09:00:05Z'),
      parentGuid: guidOf(3),
      parentPid: 880,
      image: 'C:\\Windows\\cmd.exe',
      commandLine: 'cmd /c dir',
      user: 'CORP\\ann',
      parentImage: 'C:\\Windows\\explorer.exe',
      parentCommandLine: 'explorer',
      ref: 12,
    });
    expect(endOf(created)).toBeNull();
  });

  it('reads a creation of the audit, where ProcessId is that of the parent', () => {
    expect(startOf(audited)).toMatchObject({
      guid: null,
      pid: 0x1092,
      parentGuid: null,
      parentPid: 0x370,
      image: 'C:\\Windows\\cmd.exe',
      parentImage: 'C:\\Windows\\explorer.exe',
      user: 'CORP\\ann',
      ref: -1,
    });
    const other = { ...audited.fields, TargetDomainName: 'CORP', TargetUserName: 'svc' };
    expect(startOf(security(4688, 5, other))?.user).toBe('CORP\\svc');
  });

  it('reads one of the audit that a shipper gave the names of Sysmon', () => {
    const renamed = security(4688, 5, { ProcessId: 12, ParentProcessId: 8, Image: 'a.exe', User: 'ann' });
    expect(startOf(renamed)).toMatchObject({ pid: 12, parentPid: 8, image: 'a.exe', user: 'ann' });
  });

  it('is not misled by empty columns of other events', () => {
    const wide = { ...created.fields, NewProcessId: null, NewProcessName: '', ParentProcessName: '-' };
    expect(startOf(event('Microsoft-Windows-Sysmon', null, 1, wide))).toEqual(startOf(created));
  });

  it('takes zeros, dashes and nonsense for nothing', () => {
    const empty = sysmon(1, 0, {
      ProcessGuid: '{00000000-0000-0000-0000-000000000000}',
      ProcessId: 'many',
      ParentProcessGuid: 'none',
      ParentProcessId: 0,
      Image: '-',
      CommandLine: '',
      ParentImage: ['C:\\a.exe', 'C:\\b.exe'],
    });
    expect(startOf(empty)).toMatchObject({
      guid: null,
      pid: null,
      parentGuid: null,
      parentPid: null,
      image: null,
      commandLine: null,
      parentImage: 'C:\\a.exe',
    });
    expect(actorOf(empty)).toBeNull();
  });

  it('knows forwarded events by their provider, and bare ones by their fields', () => {
    const { fields } = created;
    expect(startOf(event('microsoft-windows-sysmon', 'ForwardedEvents', '1', fields))).not.toBeNull();
    expect(startOf(event(null, null, 1, fields))).not.toBeNull();
    expect(startOf(event('Other', 'Application', 1, fields))).toBeNull();
    expect(startOf(event('Microsoft-Windows-Kernel-Process', null, 4688, audited.fields))).toBeNull();
    expect(startOf(event('Linux-Sysmon', 'Linux-Sysmon/Operational', 1, fields))).not.toBeNull();
  });

  it('reads ends', () => {
    const ended = sysmon(5, 9, { ProcessGuid: braced(7), ProcessId: 4242, Image: 'C:\\Windows\\cmd.exe' });
    expect(endOf(ended)).toMatchObject({ guid: guidOf(7), pid: 4242, image: 'C:\\Windows\\cmd.exe' });
    const audit = security(4689, 9, { ProcessId: '0x1092', ProcessName: 'C:\\Windows\\cmd.exe' });
    expect(endOf(audit)).toMatchObject({ guid: null, pid: 0x1092, image: 'C:\\Windows\\cmd.exe' });
    expect(startOf(ended)).toBeNull();
  });

  it('gives the same from rows of batches', () => {
    const fields = new FieldTable();
    const reader = new ProcessReader(fields);
    const batch = new ObjectBatch('test', fields);
    const events: HuntEvent[] = [
      created,
      audited,
      sysmon(5, 9, { ProcessGuid: braced(7) }),
      sysmon(3, 9, { ProcessGuid: braced(7) }),
      security(4689, 9, { processID: '0x1' }),
      event(null, null, '1', { processguid: braced(1) }),
      event('Other', null, 5, {}),
      event(null, null, [1, 5] as never, { ProcessGuid: braced(1) }),
    ];
    events.forEach((one, index) => batch.add(one, index + 1));
    const slow = events.map((one, index): ProcessFact | null => {
      const start = startOf(one, index);
      const end = endOf(one);
      return start ? { kind: 'start', ...start } : end ? { kind: 'end', ...end } : null;
    });
    expect(events.map((_, row) => reader.read(batch.batch, row, row))).toEqual(slow);
    expect(slow.filter((fact) => fact !== null)).toHaveLength(6);
  });
});

describe('the process that acts', () => {
  it('is the one created, the source, or the one that the event is about', () => {
    expect(actorOf(created)).toMatchObject({ host: 'WS1.corp.example', guid: guidOf(7), pid: 4242 });
    expect(actorOf(audited)).toMatchObject({ guid: null, pid: 0x1092 });
    const access = { SourceProcessGUID: braced(1), SourceProcessId: 5, TargetProcessGUID: braced(2) };
    expect(actorOf(sysmon(10, 0, access))).toMatchObject({ guid: guidOf(1), pid: 5 });
    const thread = { SourceProcessGuid: braced(1), SourceProcessId: 5, TargetProcessGuid: braced(2) };
    expect(actorOf(sysmon(8, 0, thread))).toMatchObject({ guid: guidOf(1), pid: 5 });
    expect(actorOf(security(4663, 0, { ProcessId: '0x4a0' }))).toMatchObject({ guid: null, pid: 1184 });
    expect(actorOf(security(5156, 0, { ProcessID: '3572' }))).toMatchObject({ pid: 3572 });
  });

  it('is the writer only where the process writes its own log', () => {
    const log = 'Microsoft-Windows-PowerShell/Operational';
    expect(actorOf(event('Microsoft-Windows-PowerShell', log, 4104, { Execution_ProcessID: 77 }))?.pid).toBe(
      77,
    );
    expect(actorOf(security(4624, 0, { Execution_ProcessID: 700 }))).toBeNull();
    expect(actorOf(sysmon(19, 0, { Execution_ProcessID: 700, Name: 'f' }))).toBeNull();
  });
});

describe('what it did', () => {
  const cases: readonly [string, HuntEvent, string][] = [
    ['file', sysmon(11, 0, { TargetFilename: 'C:\\a.txt' }), 'C:\\a.txt'],
    ['registry', sysmon(13, 0, { TargetObject: 'HKLM\\Run\\x', Details: 'a.exe' }), 'HKLM\\Run\\x = a.exe'],
    [
      'network',
      sysmon(3, 0, {
        Protocol: 'tcp',
        DestinationIp: '10.0.0.9',
        DestinationPort: 443,
        DestinationHostname: 'c2.example',
      }),
      'tcp 10.0.0.9:443 (c2.example)',
    ],
    ['dns', sysmon(22, 0, { QueryName: 'c2.example', QueryResults: '-' }), 'c2.example'],
    ['image', sysmon(7, 0, { ImageLoaded: 'C:\\a.dll' }), 'C:\\a.dll'],
    [
      'access',
      sysmon(10, 0, { TargetImage: 'C:\\lsass.exe', GrantedAccess: '0x1410' }),
      'C:\\lsass.exe (0x1410)',
    ],
    [
      'thread',
      sysmon(8, 0, { TargetImage: 'C:\\a.exe', StartModule: 'm', StartFunction: 'f' }),
      'C:\\a.exe (m!f)',
    ],
    ['pipe', sysmon(17, 0, { PipeName: '\\evil' }), '\\evil'],
    ['wmi', sysmon(20, 0, { Operation: 'Created', Name: 'n', Destination: 'calc' }), 'Created n calc'],
    ['registry', security(4657, 0, { ObjectName: '\\REGISTRY\\k', NewValue: '1' }), '\\REGISTRY\\k = 1'],
    ['file', security(4663, 0, { ObjectType: 'File', ObjectName: 'C:\\b' }), 'C:\\b'],
    ['network', security(5156, 0, { DestAddress: '10.1.1.1', DestPort: 80 }), '10.1.1.1:80'],
    ['script', event(null, 'PowerShellCore/Operational', 4104, { ScriptBlockText: 'a\r\n\tb' }), 'a b'],
    ['other', sysmon(25, 0, { Type: 'Image is replaced' }), 'Image is replaced'],
  ];

  it.each(cases)('%s: told in one line', (activity, one, about) => {
    expect([activityOf(one), aboutOf(one)]).toEqual([activity, about]);
  });

  it('is nothing for beginnings and ends, and short for long texts', () => {
    expect([created, audited, sysmon(5, 0, {})].map(activityOf)).toEqual([null, null, null]);
    const long = event(null, 'PowerShellCore/Operational', 4104, {
      ScriptBlockText: '\u{1F600}x'.repeat(1e5),
    });
    expect(aboutOf(long)).toHaveLength(400);
    expect(aboutOf(long).isWellFormed()).toBe(true);
    expect(aboutOf(sysmon(4, 0, {}))).toBe('');
  });
});
