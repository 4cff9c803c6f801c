/**
 * Where the nodes of a YAML document stand, from what the full reader tells while it reads. For errors only: it takes
 * several times as long as reading alone.
 */
import { readFullYaml, type NodeListener } from './yaml-full.ts';
import { YamlScalar, keyMark } from './yaml-scalars.ts';
import type { YamlValue } from './yaml-value.ts';

export interface YamlNode {
  readonly kind: 'map' | 'list' | 'scalar';
  /** Of its first character, behind anchors and tags. */
  readonly offset: number;
  /** Of a scalar: its text, if it is text. */
  readonly text: string | null;
  readonly items: readonly YamlNode[];
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keyNode: YamlNode;
  /** Null where nothing stands behind the key. */
  readonly value: YamlNode | null;
}

/** A node being read, with the nodes that were read within it. */
interface Draft {
  readonly from: number;
  readonly inner: { readonly node: YamlNode; readonly value: YamlValue; readonly to: number }[];
}

type State = Parameters<NodeListener>[1] & { readonly anchor: string | null };

/** Blanks, comments, anchors and tags before a node. */
const lead = /(?:[\s\uFEFF]|#[^\n\r]*|[&!][^\s,[\]{}]*)*/y;
const blanks = /(?:[\s\uFEFF]|(?<=\s)#[^\n\r]*)*/y;
const aliasName = /\*([^\s,[\]{}]+)/y;

/** The first document of a text that can be read; null when it holds none. Throws YAMLException. */
export function readYamlNodes(text: string): YamlNode | null {
  const top: Draft = { from: 0, inner: [] };
  const open: Draft[] = [top];
  const anchors = new Map<string, YamlNode>();
  const listener = (event: string, state: State): void => {
    const parent = open.at(-1) as Draft;
    if (event === 'open') {
      // The reader went back: what it made of this part before does not count.
      while ((parent.inner.at(-1)?.to ?? -1) > state.position) parent.inner.pop();
      open.push({ from: state.position, inner: [] });
      return;
    }
    open.pop();
    const node = finish(text, parent, state, anchors);
    if (state.anchor !== null) anchors.set(state.anchor, node);
    open.at(-1)?.inner.push({ node, value: state.result as YamlValue, to: state.position });
  };
  readFullYaml(text, () => {}, listener as NodeListener);
  return top.inner[0]?.node ?? null;
}

function finish(text: string, draft: Draft, state: State, anchors: Map<string, YamlNode>): YamlNode {
  const [first] = draft.inner;
  // A flow collection or scalar is first tried as the key of a block map.
  if (first && draft.inner.length === 1 && first.value !== null && first.value === state.result)
    return first.node;
  const begin = after(lead, text, draft.from);
  // Nothing at all stands behind its colon or hyphen.
  const offset = state.result === null && begin >= state.position ? draft.from : begin;
  const alias = text[offset] === '*' ? anchors.get(matchAt(aliasName, text, offset)?.[1] ?? '') : undefined;
  if (alias !== undefined) return { ...alias, offset };
  const base = { offset, text: null, items: [], entries: [] };
  if (state.kind === 'mapping') return { ...base, kind: 'map', entries: entriesOf(text, draft) };
  if (state.kind === 'sequence') return { ...base, kind: 'list', items: itemsOf(text, draft) };
  return { ...base, kind: 'scalar', text: typeof state.result === 'string' ? state.result : null };
}

function entriesOf(text: string, { inner }: Draft): YamlEntry[] {
  const entries: YamlEntry[] = [];
  for (let i = 0; i < inner.length; i++) {
    const { node: keyNode, value: key, to } = inner[i] as Draft['inner'][number];
    const follows = hasColon(text, to) ? inner[++i] : undefined;
    entries.push({ key: keyText(key), keyNode, value: follows?.node ?? null });
  }
  return entries;
}

function itemsOf(text: string, { inner }: Draft): YamlNode[] {
  const items: YamlNode[] = [];
  for (let i = 0; i < inner.length; i++) {
    const { node, value, to } = inner[i] as Draft['inner'][number];
    // `[key: value]` is a list of a map.
    const follows = hasColon(text, to) ? inner[++i] : undefined;
    if (follows === undefined) items.push(node);
    else {
      const entry = { key: keyText(value), keyNode: node, value: follows.node };
      items.push({ kind: 'map', offset: node.offset, text: null, items: [], entries: [entry] });
    }
  }
  return items;
}

/** As the reader makes keys of values. */
function keyText(value: YamlValue): string {
  return typeof value === 'string' || value instanceof YamlScalar ? String(value) : keyMark;
}

function hasColon(text: string, from: number): boolean {
  return text[after(blanks, text, from)] === ':';
}

function after(pattern: RegExp, text: string, from: number): number {
  return from + (matchAt(pattern, text, from)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
