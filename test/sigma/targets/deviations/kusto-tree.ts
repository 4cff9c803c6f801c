/**
 * Conditions of KQL as trees, to compare ours with the reference's where a pipeline makes both differ in several ways.
 * Ours is changed into the reference's step by step, each step under the name of its reason; what is left must be equal,
 * or explained by the reasons of the target itself.
 */
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import { joinParts, parseStringValue } from '../../../../src/sigma/string-value.ts';
import { shapeOf } from '../../../../src/sigma/targets/strings.ts';
import type { Deviation } from '../oracle.ts';
import { deviations as ofTarget, explain } from './kusto.ts';

export type Tree =
  | { readonly op: 'and' | 'or'; readonly items: readonly Tree[] }
  | { readonly op: 'not'; readonly item: Tree }
  | { readonly op: 'atom'; readonly tokens: readonly string[] };
type Atom = Extract<Tree, { op: 'atom' }>;

/** Undoes one difference in a condition; the same tree where there is none. */
export type Undo = (tree: Tree, rule: SigmaRule) => Tree | null;

export interface Difference {
  readonly reason: string;
  readonly undo?: Undo;
  /** Or the other way round: what the reference should have written. */
  readonly correct?: Undo;
}

/** The reasons of a pipeline and those of the target, each alone or with others. */
export function pairDeviations(
  reasons: Readonly<Record<string, Difference>>,
  verdicts: readonly Deviation[],
): Deviation[] {
  let last: { ours: string; theirs: string; found: Set<string> | null } | null = null;
  const found = (rule: SigmaRule, ours: string, theirs: string): Set<string> | null => {
    if (last?.ours !== ours || last.theirs !== theirs)
      last = { ours, theirs, found: compare(reasons, rule, ours, theirs) };
    return last.found;
  };
  return [
    ...ofTarget,
    ...Object.entries(reasons).map(([id, { reason }]): Deviation => ({
      id,
      reason,
      applies: (rule, ours, theirs) => found(rule, ours, theirs)?.has(id) ?? false,
    })),
    ...verdicts,
  ];
}

function compare(
  reasons: Readonly<Record<string, Difference>>,
  rule: SigmaRule,
  ours: string,
  theirs: string,
): Set<string> | null {
  const [mine, other] = [split(ours), split(theirs)];
  if (mine.table !== other.table) return null;
  const found = new Set<string>();
  let [left, right] = [spread(mine.tree), spread(other.tree)];
  for (const [id, { undo, correct }] of Object.entries(reasons)) {
    const [undone, corrected] = [undo?.(left, rule) ?? left, correct?.(right, rule) ?? right];
    if (undone !== left || corrected !== right) found.add(id);
    [left, right] = [spread(undone), spread(corrected)];
  }
  return matches(left, right) ? found : null;
}

/** The table without computed columns, and the condition; no table is the empty text. */
function split(query: string): { table: string; tree: Tree } {
  const match = /^(\w+)(?:\n\| extend [^\n]*)?\n\| where ([^]*)$/.exec(query);
  return match === null
    ? { table: '', tree: parse(query) }
    : { table: match[1] as string, tree: parse(match[2] as string) };
}

function matches(a: Tree, b: Tree): boolean {
  const [left, right] = [text(a), text(b)];
  if (left === right) return true;
  if (a.op === 'not' && b.op === 'not') return matches(a.item, b.item);
  if ((a.op === 'and' || a.op === 'or') && a.op === b.op && a.items.length === b.items.length) {
    const rest = [...b.items];
    const all = a.items.every((item) => {
      const same = rest.findIndex((one) => text(one) === text(item));
      const place = same === -1 ? rest.findIndex((one) => matches(item, one)) : same;
      if (place !== -1) rest.splice(place, 1);
      return place !== -1;
    });
    if (all) return true;
  }
  return explain(left, right) !== null;
}

/** Every leaf replaced; null drops it. */
export function mapAtoms(tree: Tree, change: (atom: Atom) => Tree | null): Tree | null {
  if (tree.op === 'atom') return change(tree);
  if (tree.op === 'not') {
    const item = mapAtoms(tree.item, change);
    return item === tree.item || item === null ? item && tree : { op: 'not', item };
  }
  const items = tree.items.map((item) => mapAtoms(item, change)).filter((item) => item !== null);
  if (items.length === 0) return null;
  return items.length === tree.items.length && items.every((item, index) => item === tree.items[index])
    ? tree
    : { op: tree.op, items };
}

export interface Comparison {
  readonly field: string;
  /** As Sigma would write it, with wildcards. */
  readonly value: string;
}

/** A comparison of a column with text. */
export function readComparison({ tokens }: Atom): Comparison | null {
  const [field = '', op = ''] = tokens;
  const literal = tokens.at(-1) ?? '';
  if (!literal.startsWith('"')) return null;
  const content = read(literal);
  if (op === 'matches') return { field, value: unpattern(content) };
  const value = escapeStars(content);
  // A backslash before the star that follows would escape it.
  const open = value.replace(/\\+$/, '$&$&');
  if (op === '=~') return { field, value };
  if (op === 'contains') return { field, value: `*${open}*` };
  if (op === 'startswith') return { field, value: `${open}*` };
  return op === 'endswith' ? { field, value: `*${value}` } : null;
}

/** The reference's way to write it. */
export function writeComparison({ field, value }: Comparison): Atom {
  const shape = shapeOf(joinParts(parseStringValue(value)));
  if (shape.kind === 'any') return atom(field, 'startswith', '""');
  if (shape.kind === 'pattern') return atom(field, 'matches', 'regex', quote(`(?is)^${pattern(value)}$`));
  const op = { exact: '=~', startsWith: 'startswith', endsWith: 'endswith', contains: 'contains' }[
    shape.kind
  ];
  return atom(field, op, quote(shape.text));
}

/** Comparisons with text changed; the same tree where none is. */
export function mapComparisons(
  tree: Tree,
  change: (comparison: Comparison) => Comparison | Tree | null,
): Tree | null {
  return mapAtoms(tree, (leaf) => {
    const comparison = readComparison(leaf);
    if (comparison === null) return leaf;
    const next = change(comparison);
    if (next === comparison) return leaf;
    return next === null || 'op' in next ? next : writeComparison(next);
  });
}

export function rename(from: string, to: string): (tree: Tree) => Tree | null {
  return (tree) =>
    mapAtoms(tree, (leaf) =>
      leaf.tokens.includes(from)
        ? { op: 'atom', tokens: leaf.tokens.map((token) => (token === from ? to : token)) }
        : leaf,
    );
}

export function atom(...tokens: readonly string[]): Atom {
  return { op: 'atom', tokens };
}

export function quote(content: string): string {
  return `"${content.replaceAll(/[\\"]/g, '\\$&')}"`;
}

/** Lists as single comparisons, groups within groups of the same kind as one, nothing twice. */
function spread(tree: Tree): Tree {
  if (tree.op === 'not') return { op: 'not', item: spread(tree.item) };
  if (tree.op === 'atom') {
    const { tokens } = tree;
    const op = tokens[1];
    if (op !== 'in~' && op !== 'in' && op !== 'has_all') return tree;
    const values = tokens.slice(2).filter((token) => !/^[(),]$/.test(token));
    const items = values.map((value) =>
      atom(tokens[0] as string, '=~', value.startsWith('"') ? value : quote(value)),
    );
    return items.length === 1 ? (items[0] as Tree) : { op: op === 'has_all' ? 'and' : 'or', items };
  }
  const items = tree.items.flatMap((item) => {
    const inner = spread(item);
    return inner.op === tree.op ? inner.items : [inner];
  });
  const single = [...new Map(items.map((item) => [text(item), item])).values()];
  return single.length === 1 ? (single[0] as Tree) : { op: tree.op, items: single };
}

export function text(tree: Tree): string {
  if (tree.op === 'atom') return tree.tokens.join(' ');
  if (tree.op === 'not') return `not ( ${text(tree.item)} )`;
  return tree.items
    .map((item) => (item.op === 'atom' || item.op === 'not' ? text(item) : `( ${text(item)} )`))
    .join(` ${tree.op} `);
}

function parse(condition: string): Tree {
  const tokens = condition.match(/"(?:[^"\\]|\\[^])*"|\['(?:[^'\\]|\\.)*'\]|[(),]|[^\s(),"]+/g) ?? [];
  let at = 0;
  const chain = (op: 'and' | 'or', operand: () => Tree): Tree => {
    const items = [operand()];
    while (tokens[at] === op) {
      at++;
      items.push(operand());
    }
    return items.length === 1 ? (items[0] as Tree) : { op, items };
  };
  const either = (): Tree => chain('or', () => chain('and', single));
  const inner = (): Tree => {
    at++;
    const tree = either();
    at++;
    return tree;
  };
  const single = (): Tree => {
    if (tokens[at] === '(') return inner();
    if (tokens[at] === 'not') {
      at++;
      return { op: 'not', item: inner() };
    }
    const start = at;
    for (let depth = 0; at < tokens.length; at++) {
      const token = tokens[at] as string;
      if (depth === 0 && (token === ')' || token === 'and' || token === 'or')) break;
      depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    }
    return atom(...tokens.slice(start, at));
  };
  return either();
}

function read(literal: string): string {
  return literal.slice(1, -1).replaceAll(/\\([^])/g, '$1');
}

/** Text as Sigma writes it: stars and question marks escaped, and backslashes where they would escape. */
function escapeStars(content: string): string {
  return content.replaceAll(/\\*[*?]/g, (all) => '\\'.repeat(2 * (all.length - 1) + 1) + all.at(-1));
}

function unpattern(source: string): string {
  const open = source.replace(/^\(\?i?s\)/, '');
  const body = open.replace(/^\^/, '').replace(/(?<=^|[^\\])((?:\\\\)*)\$$/, '$1');
  const value = body.replaceAll(/\\([^])|\.\*|\./g, (all, char: string | undefined) =>
    char === undefined ? (all === '.' ? '?' : '*') : char === '*' || char === '?' ? `\\${char}` : char,
  );
  return `${open.startsWith('^') ? '' : '*'}${value}${body === open.replace(/^\^/, '') ? '*' : ''}`;
}

function pattern(value: string): string {
  return parseStringValue(value)
    .map((part) =>
      typeof part === 'string' ? part.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&') : part === 0 ? '.*' : '.',
    )
    .join('');
}
