/**
 * Trees when some atoms are already known: partial evaluation, necessary atoms, and what can still come true.
 */
/** An atom's id, or an operator with its operands. */
export type Tree = number | readonly ['and' | 'or' | 'not', ...Tree[]];

/** A tree after partial evaluation. */
export type Folded = Tree | boolean;

/** Replaces atoms by what `known` says of them (undefined: not known) and simplifies; renames the others. */
export function foldTree(tree: Tree, known: (atom: number) => boolean | number): Folded {
  if (typeof tree === 'number') return known(tree);
  const [op] = tree;
  if (op === 'not') {
    const item = foldTree(tree[1] as Tree, known);
    return typeof item === 'boolean' ? !item : ['not', item];
  }
  const absorbing = op === 'or';
  const items: Tree[] = [];
  for (let i = 1; i < tree.length; i++) {
    const item = foldTree(tree[i] as Tree, known);
    if (item === absorbing) return absorbing;
    if (typeof item !== 'boolean') items.push(item);
  }
  if (items.length === 0) return !absorbing;
  return items.length === 1 ? (items[0] as Tree) : [op, ...items];
}

/** Atoms of which one must hold for the tree to hold, the cheapest such set; null when there is none. */
export function necessaryAtoms(
  tree: Tree,
  cost: (atom: number) => number,
): { atoms: number[]; cost: number } | null {
  if (typeof tree === 'number') return { atoms: [tree], cost: cost(tree) };
  if (tree[0] === 'not') return null;
  let best: { atoms: number[]; cost: number } | null = null;
  const union: number[] = [];
  let sum = 0;
  for (let i = 1; i < tree.length; i++) {
    const set = necessaryAtoms(tree[i] as Tree, cost);
    if (tree[0] === 'and') {
      if (set && (!best || set.cost < best.cost)) best = set;
    } else {
      if (!set) return null;
      for (const atom of set.atoms) union.push(atom);
      sum += set.cost;
    }
  }
  return tree[0] === 'and' ? best : { atoms: union, cost: sum };
}

/** Whether the tree can become true and can become false, when each atom is true, false, or open. */
export function possible(
  tree: Tree,
  atom: (id: number) => { yes: boolean; no: boolean },
): { yes: boolean; no: boolean } {
  if (typeof tree === 'number') return atom(tree);
  if (tree[0] === 'not') {
    const { yes, no } = possible(tree[1] as Tree, atom);
    return { yes: no, no: yes };
  }
  const and = tree[0] === 'and';
  let yes = and;
  let no = !and;
  for (let i = 1; i < tree.length; i++) {
    const item = possible(tree[i] as Tree, atom);
    yes = and ? yes && item.yes : yes || item.yes;
    no = and ? no || item.no : no && item.no;
  }
  return { yes, no };
}

/** The atoms that make the tree true as they stand, without those under a negation: the evidence. */
export function supportingAtoms(
  tree: Tree,
  holds: (atom: number) => boolean,
  out: Set<number> = new Set(),
): Set<number> {
  if (typeof tree === 'number') {
    if (holds(tree)) out.add(tree);
  } else if (tree[0] === 'and') {
    for (let i = 1; i < tree.length; i++) supportingAtoms(tree[i] as Tree, holds, out);
  } else if (tree[0] === 'or') {
    for (let i = 1; i < tree.length; i++) {
      if (treeHolds(tree[i] as Tree, holds)) supportingAtoms(tree[i] as Tree, holds, out);
    }
  }
  return out;
}

export function treeHolds(tree: Tree, holds: (atom: number) => boolean): boolean {
  if (typeof tree === 'number') return holds(tree);
  if (tree[0] === 'not') return !treeHolds(tree[1] as Tree, holds);
  const and = tree[0] === 'and';
  for (let i = 1; i < tree.length; i++) if (treeHolds(tree[i] as Tree, holds) !== and) return !and;
  return and;
}

/** The atoms that are not under a negation. */
export function positiveAtoms(tree: Tree, out: Set<number> = new Set()): Set<number> {
  if (typeof tree === 'number') out.add(tree);
  else if (tree[0] !== 'not') for (let i = 1; i < tree.length; i++) positiveAtoms(tree[i] as Tree, out);
  return out;
}
