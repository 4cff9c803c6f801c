/**
 * Which events a rule's log source stands for: one readable table. A user extends or overrides it with a YAML file
 * of the same shape (`--logsources FILE`, see docs/logsources.md).
 *
 * Channels, providers and event ids are Microsoft's: Sysmon's manifest, "Events to monitor" and the event
 * documentation of the Windows auditing subcategories. Names compare without case.
 */

/** The events of one log source; every key that is given must hold. */
export interface EventSelector {
  /** Where such events come from; `--logsource sysmon|audit` picks among variants of a category. */
  readonly variant?: 'sysmon' | 'audit';
  readonly channel?: readonly string[];
  readonly provider?: readonly string[];
  readonly eventId?: readonly number[];
  /** The event has all of these fields; for sources that are known by their fields only. */
  readonly has?: readonly string[];
  /** Field of the rule -> field of the event, where the event names it otherwise. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface LogSourceTable {
  /** product -> category -> selectors (any of them). Product `*` is used when a rule names none. */
  readonly categories: Readonly<Record<string, Readonly<Record<string, readonly EventSelector[]>>>>;
  /** product -> service -> selectors. */
  readonly services: Readonly<Record<string, Readonly<Record<string, readonly EventSelector[]>>>>;
  /** product -> selectors, for rules that name nothing else. */
  readonly products: Readonly<Record<string, readonly EventSelector[]>>;
}

const sysmonChannel = ['Microsoft-Windows-Sysmon/Operational'];
const powershellChannels = ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'];

const sysmon = (...eventId: number[]): EventSelector => ({
  variant: 'sysmon',
  channel: sysmonChannel,
  eventId,
});
const linuxSysmon = (...eventId: number[]): EventSelector => ({
  variant: 'sysmon',
  channel: ['Linux-Sysmon/Operational'],
  eventId,
});
const channel = (...names: string[]): EventSelector[] => [{ channel: names }];

const registryAudit: EventSelector = {
  variant: 'audit',
  channel: ['Security'],
  eventId: [4657],
  fields: { TargetObject: 'ObjectName', Details: 'NewValue', Image: 'ProcessName', User: 'SubjectUserName' },
};

export const logSourceTable: LogSourceTable = {
  categories: {
    windows: {
      process_creation: [
        sysmon(1),
        {
          variant: 'audit',
          channel: ['Security'],
          eventId: [4688],
          fields: {
            Image: 'NewProcessName',
            ParentImage: 'ParentProcessName',
            ProcessId: 'NewProcessId',
            ParentProcessId: 'ProcessId',
            User: 'SubjectUserName',
            LogonId: 'SubjectLogonId',
          },
        },
      ],
      process_termination: [
        sysmon(5),
        {
          variant: 'audit',
          channel: ['Security'],
          eventId: [4689],
          fields: { Image: 'ProcessName', User: 'SubjectUserName' },
        },
      ],
      network_connection: [
        sysmon(3),
        {
          variant: 'audit',
          channel: ['Security'],
          eventId: [5156],
          fields: {
            Image: 'Application',
            DestinationIp: 'DestAddress',
            DestinationPort: 'DestPort',
            SourceIp: 'SourceAddress',
          },
        },
      ],
      file_change: [sysmon(2)],
      driver_load: [sysmon(6)],
      image_load: [sysmon(7)],
      create_remote_thread: [sysmon(8)],
      raw_access_thread: [sysmon(9)],
      process_access: [sysmon(10)],
      file_event: [sysmon(11)],
      registry_add: [sysmon(12), registryAudit],
      registry_delete: [sysmon(12), registryAudit],
      registry_set: [sysmon(13), registryAudit],
      registry_rename: [sysmon(14)],
      registry_event: [sysmon(12, 13, 14), registryAudit],
      create_stream_hash: [sysmon(15)],
      sysmon_status: [sysmon(4, 16)],
      pipe_created: [sysmon(17, 18)],
      wmi_event: [sysmon(19, 20, 21)],
      dns_query: [sysmon(22)],
      file_delete: [sysmon(23)],
      clipboard_capture: [sysmon(24)],
      process_tampering: [sysmon(25)],
      file_delete_detected: [sysmon(26)],
      file_block_executable: [sysmon(27)],
      file_block_shredding: [sysmon(28)],
      file_executable_detected: [sysmon(29)],
      sysmon_error: [sysmon(255)],
      file_access: [{ provider: ['Microsoft-Windows-Kernel-File'] }],
      file_rename: [{ provider: ['Microsoft-Windows-Kernel-File'] }],
      ps_module: [{ channel: powershellChannels, eventId: [4103] }],
      ps_script: [{ channel: powershellChannels, eventId: [4104] }],
      ps_classic_start: [{ channel: ['Windows PowerShell'], eventId: [400] }],
      ps_classic_provider_start: [{ channel: ['Windows PowerShell'], eventId: [600] }],
      ps_classic_script: [{ channel: ['Windows PowerShell'], eventId: [800] }],
    },
    linux: {
      process_creation: [linuxSysmon(1)],
      network_connection: [linuxSysmon(3)],
      process_termination: [linuxSysmon(5)],
      file_event: [linuxSysmon(11)],
      file_delete: [linuxSysmon(23)],
    },
    '*': {
      antivirus: [
        {
          channel: ['Microsoft-Windows-Windows Defender/Operational'],
          fields: { Signature: 'ThreatName', Filename: 'Path' },
        },
        { has: ['Signature', 'Filename'] },
      ],
      webserver: [{ has: ['cs-method', 'cs-uri-stem'] }, { has: ['cs-method', 'cs-uri-query'] }],
      proxy: [{ has: ['c-uri'] }, { has: ['cs-host', 'c-useragent'] }],
      dns: [{ has: ['query', 'record_type'] }, { has: ['query', 'qtype_name'] }],
      firewall: [{ has: ['src_ip', 'dst_ip', 'dst_port'] }],
    },
  },
  services: {
    windows: {
      security: channel('Security'),
      system: channel('System'),
      application: channel('Application'),
      sysmon: channel(...sysmonChannel),
      powershell: channel(...powershellChannels),
      'powershell-classic': channel('Windows PowerShell'),
      taskscheduler: channel('Microsoft-Windows-TaskScheduler/Operational'),
      wmi: channel('Microsoft-Windows-WMI-Activity/Operational'),
      windefend: channel('Microsoft-Windows-Windows Defender/Operational'),
      'firewall-as': channel('Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'),
      'bits-client': channel('Microsoft-Windows-Bits-Client/Operational'),
      'dns-client': channel(
        'Microsoft-Windows-DNS Client Events/Operational',
        'Microsoft-Windows-DNS-Client/Operational',
      ),
      'dns-server': channel('DNS Server'),
      'dns-server-audit': channel('Microsoft-Windows-DNS-Server/Audit'),
      'dns-server-analytic': channel('Microsoft-Windows-DNS-Server/Analytical'),
      dhcp: channel('Microsoft-Windows-DHCP-Server/Operational'),
      ntlm: channel('Microsoft-Windows-NTLM/Operational'),
      ldap: channel('Microsoft-Windows-LDAP-Client/Debug'),
      ldap_debug: channel('Microsoft-Windows-LDAP-Client/Debug'),
      'lsa-server': channel('Microsoft-Windows-LSA/Operational'),
      'driver-framework': channel('Microsoft-Windows-DriverFrameworks-UserMode/Operational'),
      'codeintegrity-operational': channel('Microsoft-Windows-CodeIntegrity/Operational'),
      'security-mitigations': channel(
        'Microsoft-Windows-Security-Mitigations/Kernel Mode',
        'Microsoft-Windows-Security-Mitigations/User Mode',
      ),
      applocker: channel(
        'Microsoft-Windows-AppLocker/MSI and Script',
        'Microsoft-Windows-AppLocker/EXE and DLL',
        'Microsoft-Windows-AppLocker/Packaged app-Deployment',
        'Microsoft-Windows-AppLocker/Packaged app-Execution',
      ),
      'appmodel-runtime': channel('Microsoft-Windows-AppModel-Runtime/Admin'),
      'appxdeployment-server': channel('Microsoft-Windows-AppXDeploymentServer/Operational'),
      'appxpackaging-om': channel('Microsoft-Windows-AppxPackaging/Operational'),
      capi2: channel('Microsoft-Windows-CAPI2/Operational'),
      'certificateservicesclient-lifecycle-system': channel(
        'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational',
      ),
      'diagnosis-scripted': channel('Microsoft-Windows-Diagnosis-Scripted/Operational'),
      'hyper-v-worker': channel('Microsoft-Windows-Hyper-V-Worker'),
      'iis-configuration': channel('Microsoft-IIS-Configuration/Operational'),
      'kernel-event-tracing': channel('Microsoft-Windows-Kernel-EventTracing'),
      'kernel-shimengine': channel('Microsoft-Windows-Kernel-ShimEngine/Operational'),
      'microsoft-servicebus-client': channel('Microsoft-ServiceBus-Client'),
      'msexchange-management': channel('MSExchange Management'),
      openssh: channel('OpenSSH/Operational'),
      'printservice-admin': channel('Microsoft-Windows-PrintService/Admin'),
      'printservice-operational': channel('Microsoft-Windows-PrintService/Operational'),
      sense: channel('Microsoft-Windows-SENSE/Operational'),
      'shell-core': channel('Microsoft-Windows-Shell-Core/Operational'),
      'smbclient-connectivity': channel('Microsoft-Windows-SmbClient/Connectivity'),
      'smbclient-security': channel('Microsoft-Windows-SmbClient/Security'),
      'smbserver-connectivity': channel('Microsoft-Windows-SMBServer/Connectivity'),
      'terminalservices-localsessionmanager': channel(
        'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
      ),
      vhdmp: channel('Microsoft-Windows-VHDMP/Operational'),
    },
    linux: {
      sysmon: channel('Linux-Sysmon/Operational'),
      auditd: [{ has: ['type', 'auid'] }, { has: ['type', 'syscall'] }, { has: ['type', 'a0'] }],
    },
    aws: { cloudtrail: [{ has: ['eventSource', 'eventName', 'awsRegion'] }] },
    azure: {
      activitylogs: [{ has: ['operationName', 'resourceId'] }],
      auditlogs: [{ has: ['operationName', 'initiatedBy'] }, { has: ['OperationName', 'InitiatedBy'] }],
      signinlogs: [
        { has: ['ResultType', 'AppDisplayName'] },
        { has: ['userPrincipalName', 'appDisplayName'] },
      ],
    },
    gcp: { 'gcp.audit': [{ has: ['protoPayload.methodName'] }, { has: ['gcp.audit.method_name'] }] },
    github: { audit: [{ has: ['action', 'actor', 'org'] }] },
    okta: { okta: [{ has: ['eventType', 'actor.type'] }, { has: ['eventtype', 'displaymessage'] }] },
    m365: { audit: [{ has: ['Operation', 'Workload'] }], exchange: [{ has: ['Operation', 'Workload'] }] },
    kubernetes: { audit: [{ has: ['verb', 'objectRef.resource'] }] },
    zeek: {
      dns: [{ has: ['id.orig_h', 'qtype_name'] }],
      http: [{ has: ['id.orig_h', 'user_agent', 'uri'] }],
      smb_files: [{ has: ['id.orig_h', 'action', 'path'] }],
      dce_rpc: [{ has: ['id.orig_h', 'endpoint', 'operation'] }],
      kerberos: [{ has: ['id.orig_h', 'request_type', 'cipher'] }],
      rdp: [{ has: ['id.orig_h', 'cookie', 'security_protocol'] }],
      x509: [{ has: ['certificate.serial'] }],
    },
  },
  products: {
    // An event with an event id and a channel or provider of the Windows event log.
    windows: [{ has: ['EventID', 'Channel'] }, { has: ['EventID', 'Provider_Name'] }],
    linux: channel('Linux-Sysmon/Operational'),
  },
};
