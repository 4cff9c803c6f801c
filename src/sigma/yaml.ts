/**
 * YAML text to documents, in the 1.1 dialect of `yaml-scalars.ts`. Documents are read one by one, so that a broken
 * one does not take its neighbours with it. Values are strings, `YamlScalar`, null, arrays and maps; keys that were
 * not strings begin with `keyMark`. Bounded: size of the text, depth, merged keys, and what aliases expand to.
 */
import { YAMLException } from 'js-yaml';
import { HuntbookError } from '../errors.ts';
import { readFullYaml } from './yaml-full.ts';
import { YamlScalar } from './yaml-scalars.ts';
import { readUsualYaml } from './yaml-usual.ts';
import type { YamlValue } from './yaml-value.ts';

export interface YamlDocument {
  readonly value: YamlValue | undefined;
  readonly error: HuntbookError | undefined;
  /** Which document of the text, from 0. */
  readonly index: number;
  /** Where its part of the text begins, and the lines before that. */
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
}

export const maxRuleText = 4 * 1024 * 1024;
/** Nodes of a document after aliases are followed; the largest public rules have a few thousand. */
const maxNodes = 1_000_000;

/** `full`: without the shorter way for usual texts, which must give the same. */
export function readYaml(source: string, path: string, full = false): YamlDocument[] {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const documents: YamlDocument[] = [];
  for (const part of splitDocuments(text)) {
    const piece = part.start === 0 && part.end === text.length ? text : text.slice(part.start, part.end);
    const add = (value: YamlValue | undefined, error?: HuntbookError): void => {
      documents.push({ ...part, index: documents.length, value, error });
    };
    const usual = full ? undefined : readUsualYaml(piece);
    if (usual !== undefined) {
      add(usual);
      continue;
    }
    try {
      const before = documents.length;
      readFullYaml(piece, (value) => {
        const problem = mayAlias(piece) ? checkSize(value) : null;
        if (problem === null) add(value);
        else {
          const place = at(path, part.firstLine + 1, 1);
          add(undefined, new HuntbookError('HB_RULE_YAML', `${path}: ${problem}`, place));
        }
      });
      if (documents.length === before) add(null);
    } catch (error) {
      add(undefined, yamlError(error, path, part.firstLine));
    }
  }
  return documents;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
}

/** `---` at the start of a line always begins a document, whatever stands around it. */
function splitDocuments(text: string): Part[] {
  const starts: number[] = [0];
  for (let i = text.indexOf('\n---'); i !== -1; i = text.indexOf('\n---', i + 4)) {
    const next = text.charCodeAt(i + 4);
    if (next === 10 || next === 13 || next === 32 || next === 9 || Number.isNaN(next)) starts.push(i + 1);
  }
  if (starts.length === 1) return [{ start: 0, end: text.length, firstLine: 0 }];
  const parts: Part[] = [];
  let line = 0;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    const end = starts[i + 1] ?? text.length;
    // What stands before the first marker is a document only if it says something.
    if (i > 0 || /^[ \t]*[^\s#%]/m.test(text.slice(start, end))) parts.push({ start, end, firstLine: line });
    for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) line++;
  }
  return parts;
}

function at(
  file: string,
  line: number,
  column: number,
): { position: { file: string; line: number; column: number } } {
  return { position: { file, line, column } };
}

function yamlError(error: unknown, path: string, firstLine: number): HuntbookError {
  if (error instanceof YAMLException) {
    const mark = error.mark as { line: number; column: number } | undefined;
    const line = firstLine + (mark?.line ?? 0) + 1;
    const column = (mark?.column ?? 0) + 1;
    return new HuntbookError(
      'HB_RULE_YAML',
      `${path}:${line}:${column}: not valid YAML: ${error.reason}`,
      at(path, line, column),
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new HuntbookError('HB_RULE_YAML', `${path}: not valid YAML: ${reason}`, at(path, firstLine + 1, 1));
}

function mayAlias(text: string): boolean {
  return text.includes('&') && /[\s[{,:-]&[^\s&]/.test(text);
}

/** Counts nodes with aliases followed, each shared node once; null when within bounds. */
function checkSize(root: YamlValue): string | null {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const count = (value: YamlValue): number => {
    if (value === null || typeof value !== 'object' || value instanceof YamlScalar) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) return Infinity;
    open.add(value);
    let total = 1;
    for (const item of Array.isArray(value) ? value : Object.values(value)) total += count(item);
    open.delete(value);
    sizes.set(value, total);
    return total;
  };
  const total = count(root);
  if (total === Infinity) return 'a node contains itself';
  return total > maxNodes ? `aliases expand to more than ${maxNodes} nodes` : null;
}
