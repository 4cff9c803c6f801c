/**
 * Flat objects, EventData beside the fields of the system: NXLog's im_msvistalog (with or without Logstash behind
 * it), the Security-Datasets, Sysmon and Security logs turned into tables, `Get-WinEvent | ConvertTo-Json`.
 *
 * NXLog: `Hostname` is the endpoint and `host` the collector; values of EventData are text, its own fields numbers,
 * so a numeric `ProcessID` is the logging process; `EventType` may hold its severity instead of Sysmon's value.
 * Sources: field list of im_msvistalog in NXLog's reference manual, EventLogRecord of .NET. Recognised by names.
 */
import { plain, standIn, type PathMapping, type Shape, Trait } from './shape.ts';

const known: Record<string, PathMapping> = {
  EventID: plain('EventID', Trait.number),
  EventId: standIn('EventID', 3, undefined, Trait.number),
  Channel: plain('Channel'),
  LogName: standIn('Channel', 1, 'LogName'),
  Provider_Name: plain('Provider_Name'),
  SourceName: standIn('Provider_Name', 1),
  ProviderName: standIn('Provider_Name', 4, 'ProviderName'),
  Provider: standIn('Provider_Name', 5, 'Provider'),
  EventSourceName: standIn('Provider_Name', 6, 'EventSourceName'),
  ProviderGuid: standIn('Provider_Guid', 1),
  Computer: plain('Computer'),
  Hostname: standIn('Computer', 1),
  ComputerName: standIn('Computer', 2, 'ComputerName'),
  MachineName: standIn('Computer', 4, 'MachineName'),
  Fqdn: standIn('Computer', 5, 'Fqdn'),
  EventRecordID: plain('EventRecordID'),
  RecordNumber: standIn('EventRecordID', 1),
  RecordId: standIn('EventRecordID', 3),
  SystemTime: plain('SystemTime'),
  TimeCreated: standIn('SystemTime', 1),
  EventTime: standIn('SystemTime', 2, 'EventTime'),
  '@timestamp': standIn('SystemTime', 3, '@timestamp'),
  TimeGenerated: standIn('SystemTime', 4, 'TimeGenerated'),
  Level: plain('Level'),
  Task: plain('Task'),
  Keywords: plain('Keywords'),
  Version: plain('Version'),
  Opcode: standIn('Opcode', 1),
  OpcodeValue: plain('Opcode'),
  ExecutionProcessID: standIn('Execution_ProcessID', 1),
  ExecutionThreadID: standIn('Execution_ThreadID', 1),
  ProcessID: {
    targets: [{ name: 'ProcessID', rank: 0 }],
    traits: Trait.data,
    whenNumber: [{ name: 'Execution_ProcessID', rank: 3 }],
  },
  ThreadID: {
    targets: [{ name: 'ThreadID', rank: 0 }],
    traits: 0,
    whenNumber: [{ name: 'Execution_ThreadID', rank: 3 }],
  },
  ActivityID: standIn('Correlation_ActivityID', 1),
  RelatedActivityID: standIn('Correlation_RelatedActivityID', 1),
  UserID: standIn('Security_UserID', 1),
  EventType: plain('EventType', Trait.eventType),
  Message: plain('Message', Trait.message),
  message: standIn('Message', 1, undefined, Trait.message),
  Id: {
    targets: [{ name: 'Id', rank: 0 }],
    traits: Trait.data,
    whenNumber: [
      { name: 'EventID', rank: 9 },
      { name: 'Id', rank: 0 },
    ],
  },
};

/** Names that the shipper adds to every event, so that they do not count as data of the event. */
const shipperNames = new Set(
  [
    '@version',
    'AccountName',
    'AccountType',
    'Category',
    'Domain',
    'ERROR_EVT_UNRESOLVED',
    'EventReceivedTime',
  ]
    .concat([
      'EventTypeOrignal',
      'EventTypeOriginal',
      'host',
      'port',
      'Severity',
      'SeverityValue',
      'Qualifiers',
    ])
    .concat([
      'SourceModuleName',
      'SourceModuleType',
      'tags',
      'type',
      'source',
      'sourcetype',
      'index',
      'UserSid',
    ])
    .concat([
      'ContainerLog',
      'LevelDisplayName',
      'TaskDisplayName',
      'OpcodeDisplayName',
      'KeywordsDisplayNames',
    ])
    .concat(['UserId', 'ThreadId', 'MatchedQueryIds', 'Bookmark', 'TaskCategory', 'Sid', 'SidType', 'Type'])
    .concat([
      'OpCode',
      'linecount',
      'punct',
      'splunk_server',
      'eventtype',
      'timestamp',
      '_bkt',
      '_cd',
      '_indextime',
    ])
    .concat(['_serial', '_si', '_sourcetype', '_subsecond', '_time', '_id', '_index', '_score', '_type']),
);

export const flat: Shape = {
  name: 'flat',
  mapPath(path) {
    if (path.length !== 1) return undefined;
    const name = path[0] as string;
    if (Object.hasOwn(known, name)) return known[name];
    return plain(name, shipperNames.has(name) ? 0 : Trait.data);
  },
};
