/** What became of each rule file, in the order in which the files were read; and where its queries are written. */
import path from 'node:path';
import type { HuntbookError } from '../errors.ts';
import type { Conversion, ConvertResult, SigmaCorrelation, SigmaRule } from '../sigma/index.ts';
import type { Documents } from './sigma-rules.ts';

export interface FileResult {
  readonly path: string;
  /** Rules and correlations as they stand in the file. */
  readonly documents: (SigmaRule | SigmaCorrelation)[];
  /** Of those documents that give queries of their own. */
  readonly conversions: Conversion[];
  readonly errors: HuntbookError[];
}

/** `roots` are the paths that the documents were read from, in their order. */
export function filesOf(result: ConvertResult, documents: Documents, roots: readonly string[]): FileResult[] {
  const files = new Map<string, FileResult>();
  const of = (name: string): FileResult => {
    let found = files.get(name);
    if (found === undefined)
      files.set(name, (found = { path: name, documents: [], conversions: [], errors: [] }));
    return found;
  };
  for (const rule of documents.rules) of(rule.path).documents.push(rule);
  for (const correlation of documents.correlations) of(correlation.path).documents.push(correlation);
  for (const conversion of result.conversions) {
    const file = of(conversion.document.path);
    file.conversions.push(conversion);
    if (conversion.error !== undefined) file.errors.push(conversion.error);
  }
  // References that lead nowhere are known to both.
  const said = new Set([...files.values()].flatMap(({ errors }) => errors.map(({ message }) => message)));
  for (const error of documents.errors)
    if (!said.has(error.message)) of(error.position?.file ?? '').errors.push(error);
  const sorted = inOrder([...files.values()], roots);
  for (const file of sorted) {
    file.documents.sort(byPosition);
    file.conversions.sort((a, b) => byPosition(a.document, b.document));
    file.errors.sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
  }
  return sorted;
}

/** One line of `--json`. */
export function jsonLine({ path: name, documents, conversions, errors }: FileResult, target: string): object {
  const first = conversions.find(({ error }) => error === undefined) ?? conversions[0];
  const document = first?.document ?? documents[0];
  const head = { path: name, id: document?.id ?? null, title: document?.title ?? null, target };
  const queries = conversions.flatMap((conversion) => conversion.queries);
  const [error, ...others] = errors.map(({ code, message, position }) => ({
    code,
    message,
    line: position?.line ?? null,
    column: position?.column ?? null,
  }));
  if (error === undefined) return { ...head, pipelines: first?.pipelines ?? [], queries };
  return {
    ...head,
    // Other documents of the file may have come through.
    ...(queries.length === 0 ? {} : { queries }),
    error,
    ...(others.length === 0 ? {} : { errors: [error, ...others] }),
  };
}

/**
 * For each file its path below the root it was found in, without its extension and never above the folder that is
 * written to. Files of the same name get numbers; case is no difference, as it is none on many file systems.
 */
export function outputNames(files: readonly string[], roots: readonly string[]): string[] {
  const taken = new Set<string>();
  const resolved = roots.map((root) => path.resolve(root));
  return files.map((file) => {
    const wanted = relativeName(path.resolve(file), resolved);
    let name = wanted;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wanted}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function relativeName(file: string, roots: readonly string[]): string {
  const root = roots.find((folder) => file.startsWith(withSeparator(folder)));
  const name = root === undefined ? path.basename(file) : file.slice(withSeparator(root).length);
  return name.replace(/\.ya?ml$/i, '');
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}

/** As the loader lists them: root by root, and in a folder by name. */
function inOrder(files: readonly FileResult[], roots: readonly string[]): FileResult[] {
  const resolved = roots.map((root) => path.resolve(root));
  const keyed = files.map((file) => {
    const full = path.resolve(file.path);
    const root = resolved.findIndex((name) => full === name || full.startsWith(withSeparator(name)));
    return { file, root: root === -1 ? roots.length : root, parts: full.split(path.sep) };
  });
  keyed.sort((a, b) => a.root - b.root || compareParts(a.parts, b.parts));
  return keyed.map(({ file }) => file);
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i] as string, b[i] as string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function byPosition(a: SigmaRule | SigmaCorrelation, b: SigmaRule | SigmaCorrelation): number {
  return a.position.line - b.position.line;
}
