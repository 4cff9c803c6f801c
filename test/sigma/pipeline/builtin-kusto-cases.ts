/** What each pipeline for tables of Kusto makes of small rules. */
const registry = (key: string, value: string): string =>
  `\n| extend RegistryPath = replace_string(iff(isempty(${value}), ${key}, strcat(${key}, "\\\\", ${value})), "\\\\ControlSet001\\\\", "\\\\CurrentControlSet\\\\")`;

/** Log source, detection, and the query or the end of the error. */
export type Case = readonly [logsource: string, detection: string, result: string];

export const xdr: readonly Case[] = [
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
    "{Initiated: 'True', DestinationIp: 1.2.3.4, DestinationPort: 443, EventID: 3}",
    'DeviceNetworkEvents\n| where RemoteIP =~ "1.2.3.4" and RemotePort == 443',
  ],
  [
    'category: network_connection, product: windows',
    '{Initiated: false, Image: x}',
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

export const asim: readonly Case[] = [
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

export const monitor: readonly Case[] = [
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

export const ocsf: readonly Case[] = [
  [
    'category: process_creation, product: windows',
    '{Image|endswith: \\a.exe, ParentImage|endswith: \\b.exe, Company: c, Contents: x}',
    '(class_uid == 1007 and activity_id == 1) and (process.file.path endswith "\\\\a.exe" and actor.process.file.path endswith "\\\\b.exe" and process.file.company_name =~ "c" and unmapped.Contents =~ "x")',
  ],
  [
    'category: image_load, product: windows',
    '{Hashes|contains: [SHA256=aa, MD5=bb]}',
    '(class_uid == 1005 and activity_id == 1) and (module.file.hashes contains "aa" or module.file.hashes contains "bb")',
  ],
  [
    'category: registry_set, product: windows',
    '{TargetObject|endswith: \\Run\\x}',
    '(class_uid == 201002 and (activity_id in (2, 3))) and (reg_value.path endswith "\\\\Run" and reg_value.name =~ "x")',
  ],
  [
    'category: registry_delete, product: windows',
    '{TargetObject|contains: x, EventType: DeleteKey}',
    '(class_uid in (201001, 201002)) and ((reg_key.path contains "x" or reg_value.path contains "x" or reg_value.name contains "x") and activity_id == 4)',
  ],
  [
    'category: network_connection, product: linux',
    "{Initiated: 'true', DestinationPort: 22}",
    '(class_uid == 4001 and activity_id == 1) and (connection_info.direction_id == 2 and dst_endpoint.port == 22)',
  ],
  ['category: pipe_created, product: windows', '{PipeName: x}', '(EventID in (17, 18)) and PipeName =~ "x"'],
  ['category: webserver', '{c-uri: x}', '[\'c-uri\'] =~ "x"'],
];
