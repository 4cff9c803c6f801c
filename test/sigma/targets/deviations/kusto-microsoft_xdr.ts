/** Why our advanced hunting queries differ from the reference's. */
import type { SigmaRule, SigmaValue } from '../../../../src/sigma/ast.ts';
import { parseStringValue } from '../../../../src/sigma/string-value.ts';
import { displayText } from '../../../../src/sigma/pipeline/values.ts';
import type { Deviation } from '../oracle.ts';
import { valuesOf } from './combine.ts';
import { mapAtoms, mapComparisons, pairDeviations, rename, text, writeComparison } from './kusto-tree.ts';
import type { Comparison, Tree } from './kusto-tree.ts';

export const registryReasons = {
  'registry-paths': {
    reason:
      'Keys and names of values are columns of their own; a path of Sysmon is both, so the reference never finds a value by its name',
    undo: rename('RegistryPath', 'RegistryKey'),
  },
  'control-sets': {
    reason: 'There is no CurrentControlSet001 in the registry',
    undo: (tree: Tree) =>
      onRegistryKey(tree, (value) =>
        value.replace(
          /^HKEY_LOCAL_MACHINE\\System\\CurrentControlSet(?=\\|$)/i,
          'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet001',
        ),
      ),
  },
  'literal-stars': {
    reason:
      'The reference reads the backslash before a wildcard as its escape: a literal star, at another end',
    undo: (tree: Tree) => onRegistryKey(tree, unescaped),
  },
};

export const sharesVerdict: Deviation = {
  id: 'shares',
  reason: 'Accesses to shares and packets of the filtering platform are no connections of a process',
  verdict: (rule, ours) =>
    ours === null && rule.logsource.service === 'security' && has(rule, 'EventID', /^51(?:40|42|45|5\d)$/),
};

/** `RenameKey` is a kind of its own; the reference asks for two others. */
export const renamedKeys = {
  reason: 'RenameKey is RegistryKeyRenamed; the reference asks for new keys and values',
  undo: (tree: Tree) =>
    mapComparisons(tree, (comparison) =>
      comparison.value === 'RegistryKeyRenamed'
        ? either(
            ['RegistryValueSet', 'RegistryKeyCreated'].map((value) =>
              writeComparison({ ...comparison, value }),
            ),
          )
        : comparison,
    ),
};

const logonTypes: Readonly<Record<string, string>> = {
  2: 'Interactive',
  3: 'Network',
  4: 'Batch',
  5: 'Service',
  7: 'Unlock',
  10: 'RemoteInteractive',
  11: 'CachedInteractive',
};

export const deviations = pairDeviations(
  {
    ...registryReasons,
    'audited-keys': {
      reason: 'The Security log writes \\REGISTRY\\MACHINE for what the table calls HKEY_LOCAL_MACHINE',
      undo: (tree, rule) =>
        rule.logsource.service === 'security'
          ? onRegistryKey(tree, (value) =>
              value.replace(/^HKEY_LOCAL_MACHINE(?=\\|$)/, '\\REGISTRY\\MACHINE'),
            )
          : tree,
    },
    'registry-data': {
      reason: 'RegistryValueData holds numbers in decimal digits, not as Sysmon writes them',
      correct: (tree) => {
        const texts = numbersAsText(tree, 'RegistryValueData');
        return (
          texts &&
          mapComparisons(texts, (comparison) => {
            const digits = comparison.field === 'RegistryValueData' ? decimal(comparison.value) : null;
            return digits === null ? comparison : { ...comparison, value: digits };
          })
        );
      },
    },
    accounts: {
      reason:
        'Accounts are domain and name in two columns; the reference looks for parts of both in the name',
      undo: splitAccounts,
    },
    'kinds-of-events': {
      reason: 'A table holds several kinds of events: rules about deletions ask for these (ActionType)',
      undo: withoutKind,
    },
    directions: {
      reason: 'Initiated: false is what came in (ActionType); the reference drops it',
      undo: (tree) =>
        mapAtoms(tree, (leaf) => (text(leaf) === 'ActionType =~ "InboundConnectionAccepted"' ? null : leaf)),
    },
    'logon-results': {
      reason: 'EventID 4624 and 4625 are successes and failures (ActionType)',
      undo: (tree, rule) =>
        rule.logsource.service === 'security'
          ? mapAtoms(tree, (leaf) => (text(leaf).startsWith('ActionType =~ "Logon') ? null : leaf))
          : tree,
    },
    'logon-types': {
      reason: 'LogonType holds the name of the type',
      correct: (tree, rule) =>
        mapAtoms(tree, (leaf) => {
          const name = logonTypes[/^LogonType (?:==|=~) "?(\d+)"?$/.exec(text(leaf))?.[1] ?? ''];
          return name === undefined || rule.logsource.service !== 'security'
            ? leaf
            : writeComparison({ field: 'LogonType', value: name });
        }),
    },
    'deleted-values': {
      reason: 'DeleteValue is RegistryValueDeleted; the reference knows DeleteKey only',
      undo: (tree) => deletedValues(tree),
    },
    'renamed-keys': renamedKeys,
    'file-paths': {
      reason: 'FileName is the name alone; the path is in FolderPath',
      undo: (tree, rule) =>
        rule.logsource.category === 'file_access' ? rename('FolderPath', 'FileName')(tree) : tree,
    },
    'parent-names': {
      reason: 'InitiatingProcessParentFileName holds a name without a path',
      undo: (tree, rule) =>
        rule.logsource.category === 'process_creation'
          ? mapComparisons(tree, (comparison) =>
              comparison.field === 'InitiatingProcessParentFileName' && !/[*?]/.test(comparison.value)
                ? { ...comparison, value: `*\\${comparison.value}` }
                : comparison,
            )
          : tree,
    },
    'logon-ids': {
      reason: 'LogonId is a number',
      undo: (tree, rule) =>
        mapAtoms(tree, (leaf) => {
          if (!/^LogonId == \d+$/.test(text(leaf))) return leaf;
          const written = valuesOf(rule).filter(
            ({ field, value }) => field === 'LogonId' && value.kind === 'string',
          );
          return either(
            written.map(({ value }) => writeComparison({ field: 'LogonId', value: shown(value) })),
          );
        }),
    },
  },
  [
    {
      id: 'other-objects',
      reason:
        'DeviceRegistryEvents holds registry changes; handles of files, SAM and directory objects are no such',
      verdict: (rule, ours) =>
        ours === null &&
        rule.logsource.service === 'security' &&
        has(rule, 'EventID', /^46(?:56|61|62|63)$/) &&
        !has(rule, 'ObjectType', /^key$/i),
    },
    sharesVerdict,
    {
      id: 'logoffs',
      reason: 'No table holds logoffs',
      verdict: (rule, ours, theirs) =>
        ours === null && theirs === '' && has(rule, 'EventID', /^46(?:34|47)$/),
    },
    {
      id: 'parent-paths',
      reason: 'Of the parent of the acting process only the name of its file is kept: paths are refused',
      verdict: (rule, ours) =>
        ours === null && (has(rule, 'ParentImage', /\*$/) || has(rule, 'GrandParentImage', /\*$/)),
    },
    {
      id: 'loaded-files',
      reason: 'Version information of a loaded file is in no column; the reference takes that of the process',
      verdict: (rule, ours) =>
        ours === null &&
        rule.logsource.category === 'image_load' &&
        valuesOf(rule).some(({ field }) =>
          /^(?:Company|Description|FileVersion|OriginalFileName|Product)$/.test(field ?? ''),
        ),
    },
    {
      id: 'logon-columns',
      reason:
        'DeviceLogonEvents has columns for the account, the address and the type of events 4624 and 4625',
      verdict: (rule, ours, theirs) => ours !== null && theirs === null && has(rule, 'EventID', /^462[45]$/),
    },
    {
      id: 'registry-values',
      reason: 'DeviceRegistryEvents has columns for what event 4657 calls ObjectValueName and NewValue',
      verdict: (rule, ours, theirs) =>
        ours !== null &&
        theirs === null &&
        has(rule, 'EventID', /^4657$/) &&
        has(rule, 'ObjectValueName', /^/),
    },
  ],
);

/** Whether a rule compares a field with such a value. */
export function has(rule: SigmaRule, field: string, value: RegExp): boolean {
  return valuesOf(rule).some((found) => found.field === field && value.test(shown(found.value)));
}

export function startsWith(rule: SigmaRule, category: string): boolean {
  return rule.logsource.category?.startsWith(category) === true;
}

export function shown(value: SigmaValue): string {
  if (value.kind === 'string') return displayText(value.parts);
  return 'value' in value ? String(value.value) : '';
}

export function onRegistryKey(
  tree: Tree,
  change: (value: string) => string,
  field = 'RegistryKey',
): Tree | null {
  return mapComparisons(tree, (comparison) => {
    if (comparison.field !== field) return comparison;
    const value = change(comparison.value);
    return value === comparison.value ? comparison : { field, value };
  });
}

/** The value written out with its wildcards, and read again as if it had been written so. */
export function unescaped(value: string): string {
  const shownText = displayText(parseStringValue(value));
  return displayText(parseStringValue(shownText)) === shownText ? value : shownText;
}

/** Comparisons of a column of text with numbers, as text. */
export function numbersAsText(tree: Tree, field: string): Tree | null {
  return mapAtoms(tree, (leaf) => {
    const [name, op, value = ''] = leaf.tokens;
    return name === field && op === '==' && /^\d+$/.test(value) ? writeComparison({ field, value }) : leaf;
  });
}

/** A number as Sysmon writes it in decimal digits. */
function decimal(value: string): string | null {
  const match = /^\*?[DQ]WORD \((0x[\da-f]+)(?:-0x([\da-f]+))?\)\*?$/i.exec(value);
  return match === null ? null : BigInt((match[1] as string) + (match[2] ?? '')).toString();
}

function either(items: readonly Tree[]): Tree {
  return { op: 'or', items };
}

function splitAccounts(tree: Tree, rule: SigmaRule): Tree | null {
  const own = rule.logsource.category === 'process_creation' ? '' : 'InitiatingProcess';
  const prefixes = new Map([
    ['User', own],
    ['ParentUser', 'InitiatingProcess'],
  ]);
  return mapComparisons(tree, (comparison: Comparison) => {
    const prefix = prefixes.get(comparison.field);
    if (prefix === undefined) return comparison;
    const [domain = '', name] = comparison.value.split('\\');
    if (name === undefined) return { ...comparison, field: `${prefix}AccountName` };
    return {
      op: 'and',
      items: [
        writeComparison({ field: `${prefix}AccountName`, value: name }),
        writeComparison({ field: `${prefix}AccountDomain`, value: domain }),
      ],
    };
  });
}

export function withoutKind(tree: Tree, rule: SigmaRule): Tree {
  if (!/^(?:file|registry)_delete$/.test(rule.logsource.category ?? '') || tree.op !== 'and') return tree;
  if (valuesOf(rule).some(({ field }) => field === 'EventType')) return tree;
  const [first, ...rest] = tree.items;
  const kinds = /^(?:(?:ActionType|EventType) =~ "\w+Deleted"(?: or )?)+$/;
  return first !== undefined && kinds.test(text(first)) ? { op: 'and', items: rest } : tree;
}

export function deletedValues(tree: Tree): Tree {
  if (tree.op === 'not') {
    const item = deletedValues(tree.item);
    return item === tree.item ? tree : { op: 'not', item };
  }
  if (tree.op === 'atom') {
    const match = /^(ActionType|EventType) =~ "RegistryValueDeleted"$/.exec(text(tree));
    return match === null ? tree : writeComparison({ field: match[1] as string, value: 'DeleteValue' });
  }
  if (
    tree.op === 'or' &&
    tree.items.some((item) => /"RegistryKeyDeleted"/.test(text(item)) && item.op === 'atom')
  )
    return tree;
  const items = tree.items.map(deletedValues);
  return items.every((item, index) => item === tree.items[index]) ? tree : { op: tree.op, items };
}
