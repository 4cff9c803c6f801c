/** Why our queries of OCSF events differ from the reference's, which have the names and event ids of Sysmon. */
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import { ocsfClasses } from '../../../../src/sigma/pipeline/builtin/ocsf.ts';
import { valuesOf } from './combine.ts';
import { atom, mapAtoms, mapComparisons, pairDeviations, text, writeComparison } from './kusto-tree.ts';
import type { Comparison, Tree } from './kusto-tree.ts';

export const deviations = pairDeviations(
  {
    classes: {
      reason: 'Events of OCSF are told apart by class_uid and activity_id; there is no EventID',
      undo: (tree, rule) => {
        const found = classOf(rule);
        if (found === undefined) return tree;
        return withoutFirst(
          tree,
          /^(?:class_uid|activity_id) /,
          found.activity === undefined || saysActivity(rule) ? 1 : 2,
        );
      },
      correct: (tree, rule) =>
        classOf(rule) === undefined || rule.logsource.product !== 'windows'
          ? tree
          : withoutFirst(tree, /^EventID /, 1),
    },
    'registry-paths': {
      reason: 'reg_key.path, reg_value.path and reg_value.name are what Sysmon writes as one TargetObject',
      correct: splitPaths,
    },
    hashes: {
      reason: 'Hashes are a list of digits with their algorithms, not one text',
      correct: (tree, rule) => {
        const hashes = classOf(rule)?.hashes;
        if (hashes === undefined) return tree;
        return mapComparisons(tree, (comparison) => {
          const match = /^\*?\w+=([^*]*)\*?$/.exec(comparison.value);
          return comparison.field !== 'Hashes' || match === null
            ? comparison
            : { field: hashes, value: `*${match[1]}*` };
        });
      },
    },
    directions: {
      reason: 'The direction of a connection is a number',
      correct: (tree, rule) =>
        mapAtoms(tree, (leaf) => {
          const match = /^Initiated =[=~] "?(true|false)"?$/i.exec(text(leaf));
          if (match === null || rule.logsource.category !== 'network_connection') return leaf;
          return atom('Initiated', '==', match[1]?.toLowerCase() === 'true' ? '2' : '1');
        }),
    },
    'registry-activities': {
      reason: 'What was done to the registry is a number (activity_id)',
      correct: (tree, rule) =>
        mapComparisons(tree, (comparison) => {
          const numbers = activities[comparison.value];
          if (rule.logsource.category?.startsWith('registry_') !== true || numbers === undefined)
            return comparison;
          return comparison.field === 'EventType'
            ? { op: 'or', items: numbers.map((number) => atom('EventType', '==', number)) }
            : comparison;
        }),
    },
    attributes: {
      reason: 'Attributes of OCSF have names of their own; the reference leaves those of Sysmon',
      correct: (tree, rule) => {
        const fields = classOf(rule)?.fields;
        if (fields === undefined) return tree;
        return mapAtoms(tree, (leaf) => {
          const tokens = leaf.tokens.map((token, index) => {
            if (!/^[A-Za-z]\w+$/.test(token) || !isField(leaf.tokens, index)) return token;
            return Object.hasOwn(fields, token) ? (fields[token] as string) : `unmapped.${token}`;
          });
          return tokens.every((token, index) => token === leaf.tokens[index]) ? leaf : atom(...tokens);
        });
      },
    },
  },
  [],
);

const activities: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ['1'],
  DeleteKey: ['4'],
  DeleteValue: ['4'],
  RenameKey: ['5'],
  SetValue: ['2', '3'],
};

function classOf({ logsource: { category } }: SigmaRule): (typeof ocsfClasses)[string] | undefined {
  return category !== undefined && Object.hasOwn(ocsfClasses, category) ? ocsfClasses[category] : undefined;
}

function saysActivity(rule: SigmaRule): boolean {
  return (
    rule.logsource.category?.startsWith('registry_') === true &&
    valuesOf(rule).some(({ field }) => field === 'EventType')
  );
}

/** The first token of a comparison, or the first argument of a function. */
function isField(tokens: readonly string[], index: number): boolean {
  return tokens[index + 1] === '(' ? false : index === 0 || tokens[index - 1] === '(';
}

/** The conditions that a pipeline puts before those of the rule. */
function withoutFirst(tree: Tree, added: RegExp, count: number): Tree {
  if (tree.op !== 'and') return tree;
  let from = 0;
  while (from < Math.min(count, tree.items.length - 1) && added.test(text(tree.items[from] as Tree))) from++;
  return from === 0 ? tree : { op: 'and', items: tree.items.slice(from) };
}

function splitPaths(tree: Tree, rule: SigmaRule): Tree | null {
  const { category } = rule.logsource;
  if (category?.startsWith('registry_') !== true) return tree;
  return mapComparisons(tree, (comparison: Comparison) => {
    const value = comparison.value.replace(/^(\*?)HKLM(?=\\)/, '$1HKEY_LOCAL_MACHINE');
    if (comparison.field === 'NewName' && value !== comparison.value) return { ...comparison, value };
    if (comparison.field !== 'TargetObject') return comparison;
    const key = writeComparison({ field: 'reg_key.path', value });
    if (category === 'registry_add') return key;
    // A backslash before the star at the end is written twice.
    const match = /^(\*?)(.*?)(\*?)$/s.exec(value.replace(/\\\\\*$/, '\\*'));
    const [, open = '', path = '', more = ''] = match ?? [];
    const cut = path.lastIndexOf('\\');
    const parts: Tree[] = [];
    if (cut === -1) parts.push(writeComparison({ field: 'reg_value.name', value: `*${path}${more}` }));
    else {
      if (cut > 0) parts.push(writeComparison({ field: 'reg_value.path', value: open + path.slice(0, cut) }));
      if (cut + 1 < path.length)
        parts.push(writeComparison({ field: 'reg_value.name', value: path.slice(cut + 1) + more }));
    }
    const items: Tree[] = category === 'registry_set' ? [] : [key];
    if (more !== '') items.push(writeComparison({ field: 'reg_value.path', value }));
    if (parts.length > 0) items.push({ op: 'and', items: parts });
    return { op: 'or', items };
  });
}
