/** Why our queries of SecurityEvent differ from the reference's. */
import {
  has,
  numbersAsText,
  onRegistryKey,
  registryReasons,
  shown,
  startsWith,
  unescaped,
} from './kusto-microsoft_xdr.ts';
import { mapAtoms, mapComparisons, pairDeviations, rename } from './kusto-tree.ts';
import { valuesOf } from './combine.ts';

export const deviations = pairDeviations(
  {
    'registry-paths': { ...registryReasons['registry-paths'], undo: rename('RegistryPath', 'ObjectName') },
    'registry-roots': {
      reason: 'The Security log writes \\REGISTRY\\MACHINE, not HKEY_LOCAL_MACHINE',
      undo: (tree, rule) =>
        startsWith(rule, 'registry_')
          ? onRegistryKey(
              tree,
              (value) =>
                value
                  .replace(
                    /^\\REGISTRY\\MACHINE\\System\\CurrentControlSet(?=\\|$)/i,
                    'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet001',
                  )
                  .replace(/^\\REGISTRY\\MACHINE(?=\\|$)/, 'HKEY_LOCAL_MACHINE')
                  .replace(/^\\REGISTRY\\USER(?=\\|$)/, 'HKEY_USERS'),
              'ObjectName',
            )
          : tree,
    },
    'literal-stars': {
      reason: registryReasons['literal-stars'].reason,
      undo: (tree) => onRegistryKey(tree, unescaped, 'ObjectName'),
    },
    'acting-processes': {
      reason: 'NewProcessName is of process creation alone; other events have ProcessName',
      undo: rename('ProcessName', 'NewProcessName'),
    },
    accounts: {
      reason: 'SubjectAccount is domain and name, as User is; SubjectUserName is the name alone',
      undo: rename('SubjectAccount', 'SubjectUserName'),
    },
    'sysmon-ids': {
      reason: 'Event ids of Sysmon are not those of the Security log',
      correct: (tree, rule) =>
        rule.logsource.category === undefined
          ? tree
          : mapAtoms(tree, (leaf) => (leaf.tokens[0] === 'EventID' ? null : leaf)),
    },
    'object-types': {
      reason: 'SecurityEvent has ObjectType; the reference drops what a rule asks of it',
      undo: (tree) => mapAtoms(tree, (leaf) => (leaf.tokens[0] === 'ObjectType' ? null : leaf)),
    },
    'import-hashes': {
      reason: 'FileHash is never an import hash',
      correct: (tree, rule) => {
        const imports = valuesOf(rule).flatMap(({ field, value }) =>
          field === 'Hashes' ? (/^\*?IMPHASH=(.*)$/i.exec(shown(value))?.[1] ?? []) : [],
        );
        return mapComparisons(tree, (comparison) =>
          comparison.field === 'FileHash' && imports.includes(comparison.value) ? null : comparison,
        );
      },
    },
    'new-values': {
      reason: 'NewValue is text, which does not compare with a number',
      correct: (tree) => {
        const texts = numbersAsText(tree, 'NewValue');
        return texts && numbersAsText(texts, 'OldValue');
      },
    },
  },
  [
    {
      id: 'other-systems',
      reason: 'SecurityEvent holds events of Windows only',
      verdict: (rule, ours) => ours === null && rule.logsource.product !== 'windows',
    },
    {
      id: 'no-events',
      reason:
        'The Security log has no image loads, and SecurityEvent no columns for the addresses of network connections',
      verdict: (rule, ours) =>
        ours === null && /^(?:image_load|network_connection)$/.test(rule.logsource.category ?? ''),
    },
    {
      id: 'no-column',
      reason: 'SecurityEvent has no such columns: the query would fail',
      verdict: (rule, ours) =>
        ours === null &&
        startsWith(rule, 'file_') &&
        (has(rule, 'ParentImage', /^/) || has(rule, 'CommandLine', /^/)),
    },
    {
      id: 'accessed-files',
      reason: 'The file that is accessed is ObjectName; the reference refuses it',
      verdict: (rule, ours, theirs) =>
        theirs === null && ours !== null && rule.logsource.category === 'file_access',
    },
    {
      id: 'security-log',
      reason: 'SecurityEvent holds every event of the Security log; the reference knows some event ids only',
      verdict: (rule, ours, theirs) =>
        theirs === null && ours !== null && rule.logsource.service === 'security',
    },
  ],
);
