/** Line and column of a place in a document, for errors only: parses the text again, keeping positions. */
import { HuntbookError } from '../errors.ts';
import type { RulePosition } from './ast.ts';
import { placePath } from './fault.ts';
import type { RuleFault } from './fault.ts';
import { readYamlNodes, type YamlNode } from './yaml-nodes.ts';
import type { YamlDocument } from './yaml.ts';

/** Larger texts are not parsed again: their errors name the document only. */
const maxText = 1024 * 1024;

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
    const part = text.slice(document.start, document.end);
    const root = readYamlNodes(part);
    return root === null ? start : positionOf(part, findOffset(root, fault, part), document.firstLine);
  } catch {
    return start;
  }
}

function findOffset(root: YamlNode, fault: RuleFault, part: string): number {
  let node = root;
  let best = node.offset;
  for (const step of placePath(fault.place)) {
    let keyNode: YamlNode;
    if (typeof step === 'number') {
      const item = node.items[step];
      if (item === undefined) return best;
      keyNode = node = item;
    } else {
      const entry = node.entries.findLast(({ key }) => key === step);
      if (entry === undefined) return best;
      keyNode = entry.keyNode;
      node = entry.value ?? entry.keyNode;
    }
    best = fault.atKey ? keyNode.offset : node.offset;
  }
  return fault.offset === undefined ? best : best + scalarOffset(node, fault.offset, part);
}

/** Characters from the start of a scalar's source to a character of its value, where the two are the same text. */
function scalarOffset({ text, offset: start }: YamlNode, offset: number, part: string): number {
  if (text === null) return 0;
  const lead = part[start] === '"' || part[start] === "'" ? 1 : 0;
  return part.startsWith(text, start + lead) ? lead + offset : 0;
}

function positionOf(text: string, offset: number, firstLine: number): RulePosition {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  let line = firstLine + 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < lineStart; at = text.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}
