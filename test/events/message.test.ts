import { describe, expect, it } from 'vitest';
import { keyValueFields, messageFields } from '../../src/events/message.ts';

const security = 'Microsoft-Windows-Security-Auditing';

function parsed(id: number, text: string, provider = security): Record<string, string> {
  return Object.fromEntries(messageFields(provider, id, text));
}

describe('messages of Sysmon', () => {
  const lines = [
    'Process Create:',
    'RuleName: -',
    'UtcTime: 2021-03-04 10:06:07.123',
    'Image: C:\\a b.exe',
    'CommandLine:cmd /c "a: b"',
    'Company:',
    'Hashes: MD5=1',
  ];
  it.each([
    ['CR LF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
    ['escaped line ends', '\\r\\n'],
  ])('are read with %s', (_name, end) => {
    expect(parsed(1, lines.join(end), 'Microsoft-Windows-Sysmon')).toEqual({
      RuleName: '-',
      UtcTime: '2021-03-04 10:06:07.123',
      Image: 'C:\\a b.exe',
      CommandLine: 'cmd /c "a: b"',
      Company: '',
      Hashes: 'MD5=1',
    });
  });

  it('may have values of several lines', () => {
    const text = 'Process Create:\nCommandLine: powershell "\nline two\nC:\\not a field"\nUser: x';
    expect(parsed(1, text, 'Microsoft-Windows-Sysmon')).toEqual({
      CommandLine: 'powershell "\nline two\nC:\\not a field"',
      User: 'x',
    });
  });
});

describe('messages of Security events', () => {
  it('tell the account of the subject from that of the new logon', () => {
    const text =
      'An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\tAccount Name:\t\tWS$\r\n\r\nLogon Information:\r\n\tLogon Type:\t\t3\r\n\tElevated Token:\t\tYes\r\n\r\nImpersonation Level:\t\tImpersonation\r\n\r\nNew Logon:\r\n\tSecurity ID:\t\tS-1-5-21-9\r\n\tAccount Name:\t\talice\r\n\tLogon GUID:\t\t{0}\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tWS2\r\n\tSource Network Address:\tfe80::1\r\n\tSource Port:\t\t49152\r\n\r\nDetailed Authentication Information:\r\n\tLogon Process:\t\tKerberos\r\n\tPackage Name (NTLM only):\t-\r\n\r\nThis event is generated when a logon session is created.';
    expect(parsed(4624, text)).toEqual({
      SubjectUserSid: 'S-1-5-18',
      SubjectUserName: 'WS$',
      LogonType: '3',
      ElevatedToken: 'Yes',
      ImpersonationLevel: 'Impersonation',
      TargetUserSid: 'S-1-5-21-9',
      TargetUserName: 'alice',
      LogonGuid: '{0}',
      WorkstationName: 'WS2',
      IpAddress: 'fe80::1',
      IpPort: '49152',
      LogonProcessName: 'Kerberos',
      LmPackageName: '-',
    });
  });

  it('keep lists over several lines', () => {
    const text =
      'Special privileges assigned to new logon.\r\n\r\nSubject:\r\n\tAccount Name:\t\tbob\r\n\r\nPrivileges:\t\tSeSecurityPrivilege\r\n\t\t\tSeDebugPrivilege';
    expect(parsed(4672, text)).toEqual({
      SubjectUserName: 'bob',
      PrivilegeList: 'SeSecurityPrivilege\nSeDebugPrivilege',
    });
  });

  it('keep the XML of a task', () => {
    const text =
      'A scheduled task was created.\n\nSubject:\n\tAccount Name:\t\tbob\n\nTask Information:\n\tTask Name: \t\t\\T\n\tTask Content: \t\t<?xml version="1.0"?>\n<Task>\n  <URI>a: b</URI>\n</Task>';
    expect(parsed(4698, text)).toEqual({
      SubjectUserName: 'bob',
      TaskName: '\\T',
      TaskContent: '<?xml version="1.0"?>\n<Task>\n<URI>a: b</URI>\n</Task>',
    });
  });

  it('give nothing for events that are not in the table, or text of another kind', () => {
    expect(parsed(4999, 'Subject:\n\tAccount Name: x')).toEqual({});
    expect(parsed(4624, 'no labels here')).toEqual({});
  });

  it('stay fast on hostile text', () => {
    const text = `Subject:\n${' '.repeat(500_000)}\n${':'.repeat(500_000)}\n\tAccount Name:${'\t'.repeat(500_000)}x`;
    expect(parsed(4624, text)).toEqual({ SubjectUserName: 'x' });
  });
});

describe('key=value text', () => {
  it('gives its pairs, and the message takes the rest', () => {
    expect(
      Object.fromEntries(
        keyValueFields('03/04/2021\r\nLogName=System\r\nType=Information\r\nMessage=a=b\r\nc=d\r\n'),
      ),
    ).toEqual({
      LogName: 'System',
      Type: 'Information',
      Message: 'a=b\r\nc=d',
    });
  });
});
