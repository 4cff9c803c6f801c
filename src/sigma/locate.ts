/** Line and column of a place in a document, for errors only: parses the text again, keeping positions. */
import { createRequire } from 'node:module';
import { HuntbookError } from '../errors.ts';
import type { RulePosition } from './ast.ts';
import { placePath } from './fault.ts';
import type { RuleFault } from './fault.ts';
import { YamlScalar, keyMark, resolveScalar } from './yaml-scalars.ts';
import type { YamlDocument } from './yaml.ts';

type Yaml = typeof import('yaml');
type Node = import('yaml').Node;

/** Larger texts are not parsed again: their errors name the document only. */
const maxText = 1024 * 1024;

let loaded: Yaml | undefined;

/** The fault as it leaves the parser: with the file, and line and column as near as can be found. */
export function locateFault(
  fault: RuleFault,
  text: string,
  document: YamlDocument,
  path: string,
): HuntbookError {
  const position = locate(fault, text, document);
  return new HuntbookError(fault.code, `${path}:${position.line}:${position.column}: ${fault.message}`, {
    position: { file: path, ...position },
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  });
}

function locate(fault: RuleFault, text: string, document: YamlDocument): RulePosition {
  const start = { line: document.firstLine + 1, column: 1 };
  if (document.end - document.start > maxText) return start;
  try {
    // Loaded only now: most runs have no bad rule, and the package takes its time.
    loaded ??= createRequire(import.meta.url)('yaml') as Yaml;
    const part = text.slice(document.start, document.end);
    const lines = new loaded.LineCounter();
    const [parsed] = loaded.parseAllDocuments(part, {
      lineCounter: lines,
      version: '1.1',
      uniqueKeys: false,
      merge: true,
    });
    if (parsed === undefined || !('contents' in parsed)) return start;
    const offset = findOffset(loaded, parsed as import('yaml').Document, fault, part);
    if (offset === null) return start;
    const found = lines.linePos(offset);
    return { line: document.firstLine + found.line, column: found.col };
  } catch {
    return start;
  }
}

function findOffset(
  yaml: Yaml,
  document: import('yaml').Document,
  fault: RuleFault,
  part: string,
): number | null {
  let node: unknown = document.contents;
  let keyNode: unknown = node;
  let best = offsetOf(node);
  for (const step of placePath(fault.place)) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    if (typeof step === 'number') {
      if (!yaml.isSeq(node)) return best;
      node = node.items[step];
      keyNode = node;
    } else {
      if (!yaml.isMap(node)) return best;
      const pair = node.items.findLast((item) => keyText(yaml, item.key) === step);
      if (pair === undefined) return best;
      keyNode = pair.key;
      // A key without a value has an empty node behind the colon: the key says more.
      node = pair.value ?? pair.key;
    }
    best = offsetOf(fault.atKey ? keyNode : node) ?? best;
  }
  if (best === null || fault.offset === undefined || !yaml.isScalar(node)) return best;
  return best + scalarOffset(node, fault.offset, part, best);
}

/** Characters from the start of a scalar's source to a character of its value, where the two are the same text. */
function scalarOffset(node: import('yaml').Scalar, offset: number, part: string, start: number): number {
  const value = String(node.value);
  const lead = part[start] === '"' || part[start] === "'" ? 1 : 0;
  return part.startsWith(value, start + lead) ? lead + offset : 0;
}

function offsetOf(node: unknown): number | null {
  return (node as Node | null | undefined)?.range?.[0] ?? null;
}

function keyText(yaml: Yaml, key: unknown): string | null {
  if (!yaml.isScalar(key)) return null;
  if (key.type !== 'PLAIN') return String(key.value);
  const source = key.source ?? String(key.value);
  const scalar = resolveScalar(source);
  return scalar instanceof YamlScalar ? `${keyMark}${String(scalar.value)}` : source;
}
