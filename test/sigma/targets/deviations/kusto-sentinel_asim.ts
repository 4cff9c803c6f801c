/** Why our queries of ASIM parsers differ from the reference's. */
import { valuesOf } from './combine.ts';
import {
  deletedValues,
  has,
  numbersAsText,
  sharesVerdict,
  onRegistryKey,
  registryReasons,
  renamedKeys,
  shown,
  startsWith,
  withoutKind,
} from './kusto-microsoft_xdr.ts';
import { mapAtoms, pairDeviations, rename, text, writeComparison } from './kusto-tree.ts';

export const deviations = pairDeviations(
  {
    ...registryReasons,
    'audited-keys': {
      reason: 'The Security log writes \\REGISTRY\\MACHINE for what ASIM calls HKEY_LOCAL_MACHINE',
      undo: (tree, rule) =>
        rule.logsource.service === 'security'
          ? onRegistryKey(tree, (value) =>
              value.replace(/^HKEY_LOCAL_MACHINE(?=\\|$)/, '\\REGISTRY\\MACHINE'),
            )
          : tree,
    },
    'file-paths': {
      reason:
        'TargetFileName is a name without a path, TargetFilePath the path, and ActingProcessName who did it; the reference has them crossed',
      undo: (tree, rule) => {
        if (!startsWith(rule, 'file_')) return tree;
        const path = rule.logsource.category === 'file_access' ? 'FileName' : 'TargetFileName';
        const renamed = rename('TargetFilePath', path)(tree);
        return renamed && rename('ActingProcessName', 'TargetFilePath')(renamed);
      },
    },
    'kinds-of-events': {
      reason: 'A schema holds several kinds of events: rules about deletions ask for these (EventType)',
      undo: withoutKind,
    },
    'deleted-values': {
      reason: 'DeleteValue is RegistryValueDeleted; the reference knows DeleteKey only',
      undo: deletedValues,
    },
    'renamed-keys': renamedKeys,
    directions: {
      reason: 'NetworkDirection is Outbound or Inbound, never true',
      correct: (tree) =>
        mapAtoms(tree, (leaf) => {
          const match = /^NetworkDirection =[=~] "?(true|false)"?$/i.exec(text(leaf));
          if (match === null) return leaf;
          const value = match[1]?.toLowerCase() === 'true' ? 'Outbound' : 'Inbound';
          return writeComparison({ field: 'NetworkDirection', value });
        }),
    },
    'full-names': {
      reason: 'DstHostname leaves out the domain; DstFQDN has it',
      undo: (tree) => mapAtoms(tree, (leaf) => (/^(?:Dst|Src)FQDN /.test(text(leaf)) ? null : leaf)),
    },
    'status-codes': {
      reason: 'HttpStatusCode is text, which does not compare with a number',
      correct: (tree) => numbersAsText(tree, 'HttpStatusCode'),
    },
    'registry-data': {
      reason: 'RegistryValueData is text, which does not compare with a number',
      correct: (tree) => numbersAsText(tree, 'RegistryValueData'),
    },
    'session-ids': {
      reason: 'Sessions of Windows are decimal numbers in ASIM',
      undo: (tree, rule) =>
        mapAtoms(tree, (leaf) => {
          if (!/^TargetUserSessionId =~ "\d+"$/.test(text(leaf))) return leaf;
          const written = valuesOf(rule).filter(
            ({ field, value }) => field === 'LogonId' && value.kind === 'string',
          );
          return {
            op: 'or',
            items: written.map(({ value }) =>
              writeComparison({ field: 'TargetUserSessionId', value: shown(value) }),
            ),
          };
        }),
    },
  },
  [
    {
      id: 'original-names',
      reason: 'TargetProcessFileOriginalName is the column; the reference maps to one that it then refuses',
      verdict: (rule, ours, theirs) =>
        theirs === null &&
        ours?.includes('TargetProcessFileOriginalName') === true &&
        has(rule, 'OriginalFileName', /^/),
    },
    {
      id: 'more-columns',
      reason: 'The schemas have a column for these fields, which the reference refuses',
      verdict: (rule, ours, theirs) =>
        theirs === null &&
        ours !== null &&
        ['SourceFilename', 'SourceHostname', 'SourceIp', 'cs-user-agent', 'dst_ip'].some((field) =>
          has(rule, field, /^/),
        ),
    },
    {
      id: 'other-objects',
      reason: 'imRegistry holds registry changes; handles of files, SAM and directory objects are no such',
      verdict: (rule, ours) =>
        ours === null &&
        rule.logsource.service === 'security' &&
        has(rule, 'EventID', /^46(?:56|61|62|63)$/) &&
        !has(rule, 'ObjectType', /^key$/i),
    },
    sharesVerdict,
    {
      id: 'logoffs',
      reason: 'The reference leaves a query without a condition',
      verdict: (rule, ours, theirs) =>
        ours === null && theirs === '' && has(rule, 'EventID', /^46(?:34|47)$/),
    },
    {
      id: 'no-column',
      reason: 'imFileEvent has nothing for the parent of the acting process, and times are no text',
      verdict: (rule, ours) =>
        ours === null &&
        startsWith(rule, 'file_') &&
        (has(rule, 'ParentImage', /^/) || has(rule, 'CreationUtcTime', /^/)),
    },
  ],
);
