/**
 * What Windows shows for events of Sysmon: one heading, then a line `Name: value` for each field in the order of
 * Sysmon's manifest (version 15). Fields that an older Sysmon does not have are left out by who renders.
 */

export interface MessageTemplate {
  readonly heading: string;
  readonly task: string;
  readonly fields: readonly string[];
}

const process = 'RuleName UtcTime ProcessGuid ProcessId';
const registry = 'RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject';
const file = `${process} User Image TargetFilename Hashes`;
const image = 'FileVersion Description Product Company OriginalFileName';

function template(heading: string, rule: string, fields: string, task = heading): MessageTemplate {
  return {
    heading: `${heading}:`,
    task: rule === '' ? task : `${task} (rule: ${rule})`,
    fields: fields.split(' '),
  };
}

/** By event id. */
export const sysmonMessages: ReadonlyMap<number, MessageTemplate> = new Map([
  [
    1,
    template(
      'Process Create',
      'ProcessCreate',
      `${process} Image ${image} CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser`,
    ),
  ],
  [
    2,
    template(
      'File creation time changed',
      'FileCreateTime',
      `${process} Image TargetFilename CreationUtcTime PreviousCreationUtcTime User`,
    ),
  ],
  [
    3,
    template(
      'Network connection detected',
      'NetworkConnect',
      `${process} Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName`,
    ),
  ],
  [4, template('Sysmon service state changed', '', 'UtcTime State Version SchemaVersion')],
  [5, template('Process terminated', 'ProcessTerminate', `${process} Image User`)],
  [
    6,
    template(
      'Driver loaded',
      'DriverLoad',
      'RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus',
    ),
  ],
  [
    7,
    template(
      'Image loaded',
      'ImageLoad',
      `${process} Image ImageLoaded ${image} Hashes Signed Signature SignatureStatus User`,
    ),
  ],
  [
    8,
    template(
      'CreateRemoteThread detected',
      'CreateRemoteThread',
      'RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser',
    ),
  ],
  [9, template('RawAccessRead detected', 'RawAccessRead', `${process} Image Device User`)],
  [
    10,
    template(
      'Process accessed',
      'ProcessAccess',
      'RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser',
    ),
  ],
  [11, template('File created', 'FileCreate', `${process} Image TargetFilename CreationUtcTime User`)],
  [12, template('Registry object added or deleted', 'RegistryEvent', `${registry} User`)],
  [13, template('Registry value set', 'RegistryEvent', `${registry} Details User`)],
  [14, template('Registry object renamed', 'RegistryEvent', `${registry} NewName User`)],
  [
    15,
    template(
      'File stream created',
      'FileCreateStreamHash',
      `${process} Image TargetFilename CreationUtcTime Hash Contents User`,
    ),
  ],
  [16, template('Sysmon config state changed', '', 'UtcTime Configuration ConfigurationFileHash')],
  [
    17,
    template(
      'Pipe Created',
      'PipeEvent',
      'RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User',
    ),
  ],
  [
    18,
    template(
      'Pipe Connected',
      'PipeEvent',
      'RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User',
    ),
  ],
  [
    19,
    template(
      'WmiEventFilter activity detected',
      'WmiEvent',
      'RuleName EventType UtcTime Operation User EventNamespace Name Query',
    ),
  ],
  [
    20,
    template(
      'WmiEventConsumer activity detected',
      'WmiEvent',
      'RuleName EventType UtcTime Operation User Name Type Destination',
    ),
  ],
  [
    21,
    template(
      'WmiEventConsumerToFilter activity detected',
      'WmiEvent',
      'RuleName EventType UtcTime Operation User Consumer Filter',
    ),
  ],
  [22, template('Dns query', 'DnsQuery', `${process} QueryName QueryStatus QueryResults Image User`)],
  [23, template('File Delete archived', 'FileDelete', `${file} IsExecutable Archived`)],
  [
    24,
    template(
      'Clipboard changed',
      'ClipboardChange',
      `${process} Image Session ClientInfo Hashes Archived User`,
    ),
  ],
  [25, template('Process Tampering', 'ProcessTampering', `${process} Image Type User`)],
  [26, template('File Delete logged', 'FileDeleteDetected', `${file} IsExecutable`)],
  [27, template('File Block Executable', 'FileBlockExecutable', file)],
  [28, template('File Block Shredding', 'FileBlockShredding', `${file} IsExecutable`)],
  [29, template('File Executable Detected', 'FileExecutableDetected', file)],
  [255, template('Error report', '', 'UtcTime ID Description')],
]);
