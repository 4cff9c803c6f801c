/**
 * The YAML of configuration files (https://yaml.org/spec/1.2.2/, core schema: times stay text), with the line of every
 * key and item, so that an error can name its place. Bounded by size; aliases are refused, since nothing needs them.
 */
import { CORE_SCHEMA, load, YAMLException, type State } from 'js-yaml';
import { HuntbookError } from '../errors.ts';

/** A configuration of some thousand sources; what is larger is another file. */
const maxText = 1024 * 1024;
const maxDepth = 50;

export interface YamlText {
  readonly value: unknown;
  /** Line of the key or item at a path, from 1; of the nearest above it when there is none. */
  lineOf(path: readonly (string | number)[]): number;
}

interface Node {
  readonly from: number;
  readonly to: number;
  readonly kind: string | null;
  readonly result: unknown;
  readonly inner: readonly Node[];
}

/** Blanks and comments before a node. */
const lead = /(?:\s|#[^\n]*)*/y;

/** Throws HB_CONFIG with the place. */
export function readYamlText(text: string, file: string): YamlText {
  const fail = (line: number, message: string): never => {
    throw new HuntbookError('HB_CONFIG', `${file}:${line}: ${message}`, { position: { file, line } });
  };
  if (text.length > maxText) fail(1, `a configuration may have ${maxText} characters, this has more`);
  const open: { from: number; inner: Node[] }[] = [{ from: 0, inner: [] }];
  const lineAt = lineCounter(text);
  const listener = (event: string, state: State): void => {
    const { position, result, kind } = state as unknown as {
      position: number;
      result: unknown;
      kind: string;
    };
    if (event === 'open') {
      const parent = open.at(-1) as { inner: Node[] };
      // The reader went back: what it made of this part before does not count.
      while ((parent.inner.at(-1)?.to ?? -1) > position) parent.inner.pop();
      open.push({ from: position, inner: [] });
      if (open.length > maxDepth) fail(lineAt(position), 'the configuration is nested too deeply');
      return;
    }
    const { from, inner } = open.pop() as { from: number; inner: Node[] };
    lead.lastIndex = from;
    const begin = from + (lead.exec(text)?.[0].length ?? 0);
    // Plain text can not begin so.
    if (text[begin] === '*')
      fail(lineAt(begin), 'aliases are not known here; write the values out, or quote the text');
    const [only] = inner;
    // A flow collection or scalar is first tried as the key of a block map.
    const again = only !== undefined && inner.length === 1 && only.result !== null && only.result === result;
    open.at(-1)?.inner.push(again ? only : { from: begin, to: position, kind, result, inner });
  };
  let value: unknown;
  try {
    value = load(text, { schema: CORE_SCHEMA, listener } as Parameters<typeof load>[1]);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const mark = error.mark as { line: number; column: number } | undefined;
    return fail((mark?.line ?? 0) + 1, `not valid YAML: ${error.reason}`);
  }
  const root = open[0]?.inner.at(-1);
  return {
    value,
    lineOf: (path) => lineAt(root === undefined ? 0 : offsetOf(root, path, text)),
  };
}

function offsetOf(root: Node, path: readonly (string | number)[], text: string): number {
  let node = root;
  let best = root.from;
  for (const step of path) {
    const next = typeof step === 'number' ? itemOf(node, step) : entryOf(node, step, text);
    if (next === undefined) return best;
    best = next.at;
    node = next.value;
  }
  return best;
}

function itemOf(node: Node, index: number): { at: number; value: Node } | undefined {
  const item = node.inner[index];
  return item && { at: item.from, value: item };
}

function entryOf(node: Node, key: string, text: string): { at: number; value: Node } | undefined {
  for (let i = 0; i < node.inner.length; i++) {
    const keyNode = node.inner[i] as Node;
    const value = /^\s*:/.test(text.slice(keyNode.to, keyNode.to + 100)) ? node.inner[++i] : undefined;
    if (String(keyNode.result) === key) return { at: keyNode.from, value: value ?? keyNode };
  }
  return undefined;
}

/** The line of an offset, from 1. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
