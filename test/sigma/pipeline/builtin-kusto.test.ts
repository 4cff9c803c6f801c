import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { builtinPipeline } from '../../../src/sigma/pipeline/builtin/index.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations as ofMonitor } from '../targets/deviations/kusto-azure_monitor.ts';
import { deviations as ofXdr } from '../targets/deviations/kusto-microsoft_xdr.ts';
import { deviations as ofAsim } from '../targets/deviations/kusto-sentinel_asim.ts';
import { compareOracle } from '../targets/oracle.ts';
import type { Deviation } from '../targets/oracle.ts';
import { after, apply, show } from './support.ts';

const { missing, note } = sharedPath('oracle');
const registry = (key: string, value: string): string =>
  `\n| extend RegistryPath = replace_string(iff(isempty(${value}), ${key}, strcat(${key}, "\\\\", ${value})), "\\\\ControlSet001\\\\", "\\\\CurrentControlSet\\\\")`;

/** Log source, detection, and the query or the end of the error. */
type Case = readonly [logsource: string, detection: string, result: string];

const xdr: readonly Case[] = [
  [
    'category: process_creation, product: windows',
    '{Image|endswith: \\a.exe, CommandLine|contains: x, ParentImage: C:\\b.exe, OriginalFileName: o}',
    'DeviceProcessEvents\n| where FolderPath endswith "\\\\a.exe" and ProcessCommandLine contains "x" and InitiatingProcessFolderPath =~ "C:\\\\b.exe" and ProcessVersionInfoOriginalFileName =~ "o"',
  ],
  [
    'category: process_creation, product: linux',
    '{Image|endswith: /bash, GrandParentImage|endswith: /sshd}',
    'DeviceProcessEvents\n| where FolderPath endswith "/bash" and InitiatingProcessParentFileName =~ "sshd"',
  ],
  [
    'category: process_creation, product: windows',
    "{User|contains: AUTHORI, LogonId: '0x3e7'}",
    'DeviceProcessEvents\n| extend User = strcat(AccountDomain, "\\\\", AccountName), ParentUser = strcat(InitiatingProcessAccountDomain, "\\\\", InitiatingProcessAccountName)\n| where User contains "AUTHORI" and LogonId == 999',
  ],
  [
    'category: process_creation, product: windows',
    '{Hashes|contains: [MD5=aa, IMPHASH=bb, SHA256=cc]}',
    'DeviceProcessEvents\n| where MD5 startswith "aa" or SHA256 startswith "cc"',
  ],
  [
    'category: process_creation, product: windows',
    '{Hashes|contains: IMPHASH=bb}',
    'Hashes holds no hash of MD5, SHA1, SHA256',
  ],
  [
    'category: process_creation, product: windows',
    '{CurrentDirectory: C:\\Temp}',
    'DeviceProcessEvents has nothing for the field CurrentDirectory',
  ],
  [
    'category: process_creation, product: windows',
    '{Image|fieldref: CurrentDirectory}',
    'DeviceProcessEvents has nothing for the field CurrentDirectory',
  ],
  [
    'category: process_creation, product: windows',
    '{AccountUpn: a@b.c}',
    'DeviceProcessEvents\n| where AccountUpn =~ "a@b.c"',
  ],
  [
    'category: registry_set, product: windows',
    "{TargetObject|contains: \\Run\\, Details: 'DWORD (0x00000010)'}",
    `DeviceRegistryEvents${registry('RegistryKey', 'RegistryValueName')}\n| where RegistryPath contains "\\\\Run\\\\" and RegistryValueData =~ "16"`,
  ],
  [
    'category: registry_event, product: windows',
    '{TargetObject|startswith: HKLM\\System, EventType: [SetValue, DeleteKey]}',
    `DeviceRegistryEvents${registry('RegistryKey', 'RegistryValueName')}\n| where RegistryPath startswith "HKEY_LOCAL_MACHINE\\\\System" and (ActionType =~ "RegistryValueSet" or ActionType =~ "RegistryKeyDeleted" or ActionType =~ "RegistryValueDeleted")`,
  ],
  [
    'category: registry_delete, product: windows',
    '{TargetObject|endswith: \\x}',
    `DeviceRegistryEvents${registry('RegistryKey', 'RegistryValueName')}\n| where (ActionType in~ ("RegistryKeyDeleted", "RegistryValueDeleted")) and RegistryPath endswith "\\\\x"`,
  ],
  [
    'category: file_delete, product: windows',
    '{TargetFilename|endswith: .pf, ParentImage: C:\\a\\b.exe}',
    'DeviceFileEvents\n| where ActionType =~ "FileDeleted" and (FolderPath endswith ".pf" and InitiatingProcessParentFileName =~ "b.exe")',
  ],
  [
    'category: file_event, product: windows',
    '{ParentImage|contains: \\Temp\\}',
    'InitiatingProcessParentFileName holds the name of a file only, which "*\\\\Temp\\\\*" does not tell',
  ],
  [
    'category: image_load, product: windows',
    '{ImageLoaded|endswith: \\a.dll, Description: x}',
    'DeviceImageLoadEvents has nothing for the field Description',
  ],
  [
    'category: network_connection, product: windows',
    "{Initiated: 'true', DestinationIp: 1.2.3.4, DestinationPort: 443}",
    'DeviceNetworkEvents\n| where RemoteIP =~ "1.2.3.4" and RemotePort == 443',
  ],
  [
    'category: network_connection, product: windows',
    "{Initiated: 'false', Image: x}",
    'DeviceNetworkEvents\n| where ActionType =~ "InboundConnectionAccepted" and InitiatingProcessFolderPath =~ "x"',
  ],
  [
    'product: windows, service: security',
    '{EventID: 4625, LogonType: 3, TargetUserName: a}',
    'DeviceLogonEvents\n| where ActionType =~ "LogonFailed" and LogonType =~ "Network" and AccountName =~ "a"',
  ],
  ['product: windows, service: security', '{EventID: [4624, 4776]}', 'EventID: 4776 is none of 4624, 4625'],
  [
    'product: windows, service: security',
    '{EventID: 4663, ObjectType: Key, ObjectName|endswith: \\SAM}',
    'DeviceRegistryEvents\n| where RegistryKey endswith "\\\\SAM"',
  ],
  [
    'product: windows, service: security',
    '{EventID: 4663, ObjectType: File, ObjectName|endswith: \\SAM}',
    'no table of Microsoft Defender XDR is known for the log source of the rule',
  ],
  [
    'category: webserver',
    '{c-uri: x}',
    'no table of Microsoft Defender XDR is known for the log source of the rule',
  ],
];

const asim: readonly Case[] = [
  [
    'category: process_creation, product: windows',
    '{ParentImage|endswith: \\a.exe, OriginalFileName: o, CurrentDirectory: C:\\}',
    'imProcessCreate\n| where (ParentProcessName endswith "\\\\a.exe" or ActingProcessName endswith "\\\\a.exe") and TargetProcessFileOriginalName =~ "o" and TargetProcessCurrentDirectory =~ "C:\\\\"',
  ],
  [
    'category: process_creation, product: windows',
    '{Hashes|contains: [IMPHASH=bb, SHA1=aa]}',
    'imProcessCreate\n| where TargetProcessIMPHASH startswith "bb" or TargetProcessSHA1 startswith "aa"',
  ],
  [
    'category: file_event, product: windows',
    '{TargetFilename|endswith: \\ntds.dit, Image|endswith: \\a.exe}',
    'imFileEvent\n| where TargetFilePath endswith "\\\\ntds.dit" and ActingProcessName endswith "\\\\a.exe"',
  ],
  [
    'category: registry_event, product: windows',
    '{TargetObject|endswith: \\x, EventType: RenameKey}',
    `imRegistry${registry('RegistryKey', 'RegistryValue')}\n| where RegistryPath endswith "\\\\x" and EventType =~ "RegistryKeyRenamed"`,
  ],
  [
    'category: network_connection, product: windows',
    "{Initiated: 'true', DestinationHostname|endswith: .ngrok.io}",
    'imNetworkSession\n| where NetworkDirection =~ "Outbound" and (DstHostname endswith ".ngrok.io" or DstFQDN endswith ".ngrok.io")',
  ],
  [
    'category: proxy',
    '{c-uri|contains: /a, sc-status: 200}',
    'imWebSession\n| where Url contains "/a" and HttpStatusCode =~ "200"',
  ],
  ['category: proxy', '{cs-cookie: x}', 'imWebSession has nothing for the field cs-cookie'],
  ['category: driver_load', '{ImageLoaded: x}', 'no schema of ASIM is known for the log source of the rule'],
];

const monitor: readonly Case[] = [
  [
    'category: process_creation, product: windows',
    '{Image|endswith: \\a.exe, ParentImage|endswith: \\b.exe, User: N\\m}',
    'SecurityEvent\n| where NewProcessName endswith "\\\\a.exe" and ParentProcessName endswith "\\\\b.exe" and SubjectAccount =~ "N\\\\m"',
  ],
  [
    'category: file_event, product: windows',
    '{TargetFilename|startswith: C:\\Users\\, Image|endswith: \\a.exe}',
    'SecurityEvent\n| where ObjectName startswith "C:\\\\Users\\\\" and ProcessName endswith "\\\\a.exe"',
  ],
  [
    'category: registry_set, product: windows',
    '{TargetObject|startswith: HKLM\\a}',
    `SecurityEvent${registry('ObjectName', 'ObjectValueName')}\n| where RegistryPath startswith "\\\\REGISTRY\\\\MACHINE\\\\a"`,
  ],
  [
    'product: windows, service: security',
    '{EventID: 4697, ServiceFileName|contains: x}',
    'SecurityEvent\n| where EventID == 4697 and ServiceFileName contains "x"',
  ],
  [
    'category: registry_set, product: windows',
    '{TargetObject: x, Details: y}',
    'SecurityEvent has nothing for the field Details',
  ],
  [
    'category: process_creation, product: linux',
    '{Image: x}',
    'SecurityEvent holds what Windows writes to its Security log: processes, files, the registry and its own events',
  ],
];

function convertWith(pipeline: string, logsource: string, detection: string): string {
  const text = `title: Test\nlogsource: {${logsource}}\ndetection:\n  sel: ${detection}\n  condition: sel\n`;
  const { rules, errors } = parseRules(text, 'r.yml');
  if (errors[0] !== undefined) throw errors[0];
  const { conversions } = convert({ rules, correlations: [] }, { target: 'kusto', pipelines: [pipeline] });
  const [conversion] = conversions;
  return conversion?.error?.message.replace(/^r\.yml:\d+:\d+: /, '') ?? String(conversion?.queries[0]);
}

describe.each([
  ['microsoft_xdr', xdr],
  ['sentinel_asim', asim],
  ['azure_monitor', monitor],
] as const)('%s', (pipeline, cases) => {
  it.each(cases)('makes of {%s} and %s what its tables say', (logsource, detection, result) => {
    expect(convertWith(pipeline, logsource, detection)).toBe(result);
  });

  it('is refused by other targets', () => {
    const { rules } = parseRules(
      'title: Test\nlogsource: {category: process_creation}\ndetection: {sel: {Image: x}, condition: sel}\n',
      'r.yml',
    );
    expect(() => convert({ rules, correlations: [] }, { target: 'splunk', pipelines: [pipeline] })).toThrow(
      /is for kusto/,
    );
  });

  it('changes nothing when it is applied to its own result', () => {
    const { rules } = parseRules(
      'title: Test\nlogsource: {category: process_creation, product: windows}\ndetection: {sel: {Image: x}, condition: sel}\n',
      'r.yml',
    );
    const rule = rules[0];
    if (rule === undefined) throw new Error('no rule');
    const once = apply(builtinPipeline(pipeline), rule).document;
    expect(show(apply(builtinPipeline(pipeline), once).document)).toBe(show(once));
  });
});

describe('pipelines of Kusto', () => {
  it.skipIf(missing).each<[string, Deviation[]]>([
    ['microsoft_xdr', ofXdr],
    ['sentinel_asim', ofAsim],
    ['azure_monitor', ofMonitor],
  ])(`agree with the reference under %s, or say why not${note}`, (pipeline, deviations) => {
    const oracle = { file: `kusto__${pipeline}`, target: 'kusto', pipelines: [pipeline] };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.99);
  });

  it('name the columns of a correlation as its rules have them', () => {
    const text = `title: A
name: a
logsource: {category: process_creation, product: windows}
detection: {sel: {Image: x}, condition: sel}
---
title: Many
correlation:
  type: event_count
  rules: a
  group-by: [Computer, User]
  timespan: 1h
  condition: {gte: 5}
`;
    const { rules, correlations } = parseRules(text, 'r.yml');
    const { conversions } = convert(
      { rules, correlations },
      { target: 'kusto', pipelines: ['microsoft_xdr'] },
    );
    const query = String(conversions.at(-1)?.queries[0]);
    expect(query).toContain('DeviceName');
    expect(query).toContain('AccountName');
    expect(query).toContain('Timestamp');
    expect(query).not.toContain('Computer');
  });
});

describe('steps for tables', () => {
  it.each([
    [
      '{type: translate_values, mapping: {A: [b, c], 1: d}}',
      '{f: [a, 1, x]}',
      "(f='b' or f='c' or f='d' or f='x')",
    ],
    ['{type: translate_values, mapping: {a: b}}', '{f|contains: a}', "f='*a*'"],
    ['{type: file_names}', '{f: [C:\\a\\b.exe, /bin/sh, x.exe]}', "(f='b.exe' or f='sh' or f='x.exe')"],
    ['{type: file_names}', '{f|endswith: [\\b.exe, c.exe]}', "(f='b.exe' or f='*c.exe')"],
    ['{type: file_names}', '{f: null}', 'f=null'],
    ['{type: read_numbers}', "{f: ['0x3e7', '12', 'none', 5]}", '(f=999 or f=12 or f=5)'],
    ['{type: read_numbers}', "{f: '0xffffffffffffffff'}", 'f=18446744073709551615'],
    ['{type: plain_registry_data}', "{f: ['DWORD (0x0000000A)', x]}", "(f='10' or f='x')"],
    ['{type: plain_registry_data}', "{f|contains: 'QWORD (0x00000001-0x00000000)'}", "f='4294967296'"],
    ['{type: plain_registry_data}', "{f|contains: 'DWORD (0x0000000'}", "f='*DWORD (0x0000000*'"],
    ['{type: check_fields, fields: [f], table: t}', '{f: 1}', 'f=1'],
    ['{type: check_fields, fields: [f], table: t}', '[word]', "*='word'"],
  ])('%s over %s', (step, detection, result) => {
    expect(after(step, detection)).toBe(result);
  });

  it.each([
    ['{type: translate_values, mapping: {a: b}, strict: true}', '{f: c}', 'f: "c" is none of a'],
    ['{type: file_names}', '{f|contains: x}', 'holds the name of a file only'],
    ['{type: file_names}', '{f|re: x}', 'holds the name of a file only'],
    ['{type: read_numbers}', '{f: none}', 'f holds numbers; "none" is none'],
    ['{type: read_numbers}', '{f: [none, some]}', 'f holds numbers only'],
    ['{type: check_fields, fields: [f], table: t}', '{g: 1}', 't has nothing for the field g'],
    ['{type: check_fields, fields: [f], table: t}', '{f|fieldref: g}', 't has nothing for the field g'],
    ['{type: check_fields, fields: [f], table: t}', '{toString: 1}', 't has nothing for the field toString'],
  ])('%s refuses %s', (step, detection, message) => {
    expect(() => after(step, detection)).toThrow(message);
  });
});
