/**
 * More events of Security auditing, as `message-labels.ts` has them: handles, rights, tokens, sessions, tasks, keys,
 * and the filtering platform. By event id: section to labels; the section '' holds labels outside of any.
 */
import {
  access,
  endpoints,
  filterOfPacket,
  type Labels,
  object,
  processNamed,
  subject,
  target,
  task,
} from './message-label-parts.ts';

type Sections = Readonly<Record<string, Labels>>;

const callerProcess: Labels = { 'Process ID': 'CallerProcessId', 'Process Name': 'CallerProcessName' };
const descriptors: Labels = {
  'Original Security Descriptor': 'OldSd',
  'New Security Descriptor': 'NewSd',
};
const key: Labels = {
  'Provider Name': 'ProviderName',
  'Algorithm Name': 'AlgorithmName',
  'Key Name': 'KeyName',
  'Key Type': 'KeyType',
};
const keyClient: Labels = {
  'Process ID': 'ClientProcessId',
  'Process Creation Time': 'ClientCreationTime',
};
const outcome: Labels = { Operation: 'Operation', 'Return Code': 'ReturnCode' };
const station: Sections = {
  Subject: {
    'Account Name': 'AccountName',
    'Account Domain': 'AccountDomain',
    'Logon ID': 'LogonID',
  },
  Session: { 'Session Name': 'SessionName' },
  'Additional Information': { 'Client Name': 'ClientName', 'Client Address': 'ClientAddress' },
};
const locked: Sections = { Subject: { ...target, 'Session ID': 'SessionId' } };
const taskChanged: Sections = { Subject: subject, 'Task Information': task };
const blocked: Sections = {
  'Application Information': { 'Process ID': 'ProcessId', 'Application Name': 'Application' },
  'Network Information': endpoints,
  'Filter Information': filterOfPacket,
};
const privileged: Labels = { Privileges: 'PrivilegeList' };
const protectedData: Labels = {
  'Data Description': 'DataDescription',
  'Key Identifier': 'MasterKeyId',
  'Protected Data Flags': 'ProtectedDataFlags',
  'Protection Algorithms': 'CryptoAlgorithms',
};

export const furtherEvents: Readonly<Record<number, Sections>> = {
  4611: { '': { 'Logon Process Name': 'LogonProcessName' }, Subject: subject },
  4627: {
    '': { 'Logon Type': 'LogonType', 'Group Membership': 'GroupMembership' },
    Subject: subject,
    'New Logon': target,
  },
  4658: { Subject: subject, Object: object, 'Process Information': processNamed },
  4660: {
    Subject: subject,
    Object: object,
    'Process Information': { ...processNamed, 'Transaction ID': 'TransactionId' },
  },
  4661: {
    Subject: subject,
    Object: object,
    'Process Information': processNamed,
    'Access Request Information': { ...access, Properties: 'Properties' },
  },
  4662: {
    Subject: subject,
    Object: object,
    Operation: {
      'Operation Type': 'OperationType',
      Accesses: 'AccessList',
      'Access Mask': 'AccessMask',
      Properties: 'Properties',
    },
    'Additional Information': { 'Parameter 1': 'AdditionalInfo', 'Parameter 2': 'AdditionalInfo2' },
  },
  4670: {
    Subject: subject,
    Object: object,
    Process: processNamed,
    'Permissions Change': descriptors,
  },
  4673: {
    Subject: subject,
    Service: { Server: 'ObjectServer', 'Service Name': 'Service' },
    Process: processNamed,
    'Service Request Information': privileged,
  },
  4674: {
    Subject: subject,
    Object: { ...object, 'Object Handle': 'HandleId' },
    'Process Information': processNamed,
    'Requested Operation': { 'Desired Access': 'AccessMask', Privileges: 'PrivilegeList' },
  },
  4689: { Subject: subject, 'Process Information': { ...processNamed, 'Exit Status': 'Status' } },
  4690: {
    Subject: subject,
    'Source Handle Information': {
      'Source Handle ID': 'SourceHandleId',
      'Source Process ID': 'SourceProcessId',
    },
    'New Handle Information': {
      'Target Handle ID': 'TargetHandleId',
      'Target Process ID': 'TargetProcessId',
    },
  },
  4692: {
    Subject: subject,
    'Key Information': {
      'Key Identifier': 'MasterKeyId',
      'Recovery Server': 'RecoveryServer',
      'Recovery Key ID': 'RecoveryKeyId',
    },
    'Status Information': { 'Status Code': 'FailureReason' },
  },
  4695: {
    Subject: subject,
    'Protected Data': protectedData,
    'Status Information': { 'Status Code': 'FailureReason' },
  },
  4699: taskChanged,
  4700: taskChanged,
  4701: taskChanged,
  4702: {
    Subject: subject,
    'Task Information': { 'Task Name': 'TaskName', 'Task New Content': 'TaskContentNew' },
  },
  4703: {
    '': {
      'Enabled Privileges': 'EnabledPrivilegeList',
      'Disabled Privileges': 'DisabledPrivilegeList',
    },
    Subject: subject,
    'Target Account': target,
    'Process Information': processNamed,
  },
  4778: station,
  4779: station,
  4797: {
    Subject: subject,
    'Additional Information': {
      'Caller Workstation': 'Workstation',
      'Target Account Name': 'TargetUserName',
      'Target Account Domain': 'TargetDomainName',
    },
  },
  4798: {
    Subject: subject,
    User: {
      'Security ID': 'TargetSid',
      'Account Name': 'TargetUserName',
      'Account Domain': 'TargetDomainName',
    },
    'Process Information': callerProcess,
  },
  4799: {
    Subject: subject,
    Group: {
      'Security ID': 'TargetSid',
      'Group Name': 'TargetUserName',
      'Group Domain': 'TargetDomainName',
    },
    'Process Information': callerProcess,
  },
  4800: locked,
  4801: locked,
  4907: {
    Subject: subject,
    Object: object,
    'Process Information': processNamed,
    'Auditing Settings': descriptors,
  },
  5058: {
    Subject: subject,
    'Process Information': keyClient,
    'Cryptographic Parameters': key,
    'Key File Operation Information': { ...outcome, 'File Path': 'KeyFilePath' },
  },
  5059: {
    Subject: subject,
    'Process Information': keyClient,
    'Cryptographic Parameters': key,
    'Additional Information': outcome,
  },
  5061: {
    Subject: subject,
    'Cryptographic Parameters': key,
    'Cryptographic Operation': outcome,
  },
  5152: blocked,
  5154: blocked,
  5157: {
    ...blocked,
    'Application Information': { 'Process ID': 'ProcessID', 'Application Name': 'Application' },
  },
  5158: blocked,
  5379: { Subject: { ...subject, 'Read Operation': 'ReadOperation' } },
  6416: {
    '': {
      'Device ID': 'DeviceId',
      'Device Name': 'DeviceDescription',
      'Class ID': 'ClassId',
      'Class Name': 'ClassName',
      'Vendor IDs': 'VendorIds',
      'Compatible IDs': 'CompatibleIds',
      'Location Information': 'LocationInformation',
    },
    Subject: subject,
  },
};
