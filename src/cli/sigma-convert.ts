/** `huntbook sigma convert`: rules and correlations to queries. */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { Converter, suggestPipelines, type Conversion, type ConvertResult } from '../sigma/index.ts';
import { exit } from './exit.ts';
import { openOutput, writeWhole } from './output.ts';
import { choosePipelines, externalSources, loadDocuments } from './sigma-rules.ts';
import type { Documents, SigmaCliOptions } from './sigma-rules.ts';

interface ConvertCliOptions extends SigmaCliOptions {
  readonly target: string;
  readonly format: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly explainPipeline?: boolean;
  readonly quiet?: boolean;
}

/** What became of one rule file. */
interface FileResult {
  readonly path: string;
  readonly conversions: Conversion[];
  readonly errors: HuntbookError[];
}

/** Exits with 0 when every rule was converted, with the status of rule errors when some were not. */
export async function runSigmaConvert(paths: readonly string[], options: ConvertCliOptions): Promise<void> {
  const pipelines = choosePipelines(options);
  const converter = new Converter({
    target: options.target,
    format: options.format,
    ...(pipelines === undefined ? {} : { pipelines }),
    ...(options.set === undefined ? {} : { options: options.set }),
    ...externalSources(options),
    ...(options.explainPipeline === true ? { trace: true } : {}),
  });
  const documents = await loadDocuments(paths, options);
  if (documents.files === 0) throw new HuntbookError('HB_NOT_FOUND', `${paths.join(', ')}: holds no rule`);
  const result = converter.convert(documents);
  const files = byFile(result, documents);
  const folder = options.output !== undefined && isFolder(options.output);
  if (folder) await writeFolder(files, paths, options.output as string, converter, options);
  else await writeOne(files, result, options);
  if (options.explainPipeline === true)
    for (const file of files) for (const one of file.conversions) explain(one);
  report(files, documents, converter, pipelines === undefined, options);
  await exit(files.some(({ errors }) => errors.length > 0) ? ExitCode.rule : ExitCode.ok);
}

function byFile(result: ConvertResult, documents: Documents): FileResult[] {
  const files = new Map<string, FileResult>();
  const of = (name: string): FileResult => {
    let found = files.get(name);
    if (found === undefined) files.set(name, (found = { path: name, conversions: [], errors: [] }));
    return found;
  };
  for (const conversion of result.conversions) {
    const file = of(conversion.document.path);
    file.conversions.push(conversion);
    if (conversion.error !== undefined) file.errors.push(conversion.error);
  }
  // References that lead nowhere are known to both.
  const said = new Set([...files.values()].flatMap(({ errors }) => errors.map(({ message }) => message)));
  for (const error of documents.errors)
    if (!said.has(error.message)) of(error.position?.file ?? '').errors.push(error);
  return [...files.values()];
}

async function writeOne(
  files: readonly FileResult[],
  result: ConvertResult,
  options: ConvertCliOptions,
): Promise<void> {
  const output = openOutput(options.output, options.force === true);
  try {
    if (options.json === true) {
      for (const file of files) output.stream.write(`${JSON.stringify(jsonLine(file, options.target))}\n`);
    } else if (result.output !== null) output.stream.write(withNewline(result.output));
    else {
      const texts = files.flatMap(({ conversions }) =>
        conversions.flatMap(({ queries }) => queries.map(asText)),
      );
      // Queries of several lines are told apart by an empty line.
      const gap = texts.some((text) => text.trimEnd().includes('\n')) ? '\n' : '';
      for (const [index, text] of texts.entries())
        output.stream.write((index === 0 ? '' : gap) + withNewline(text));
    }
    await output.commit();
  } catch (error) {
    output.discard();
    throw output.reason(error);
  }
}

/** One file for each rule file, in folders as the rules lie. */
async function writeFolder(
  files: readonly FileResult[],
  roots: readonly string[],
  folder: string,
  converter: Converter,
  options: ConvertCliOptions,
): Promise<void> {
  const extension = extensions[converter.target.name] ?? 'txt';
  for (const file of files) {
    const texts = file.conversions.flatMap(({ queries }) => queries.map(asText));
    if (texts.length === 0) continue;
    const structured = file.conversions.some(({ queries }) =>
      queries.some((query) => typeof query !== 'string'),
    );
    const target = path.join(folder, `${relativeName(file.path, roots)}.${structured ? 'json' : extension}`);
    mkdirSync(path.dirname(target), { recursive: true });
    await writeWhole(target, options.force === true, texts.map(withNewline).join('\n'));
  }
}

/** The path below the folder that was given, without its extension; never above it. */
function relativeName(file: string, roots: readonly string[]): string {
  const full = path.resolve(file);
  for (const root of roots) {
    const relative = path.relative(path.resolve(root), full);
    if (relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative))
      return relative.replace(/\.ya?ml$/i, '');
  }
  return path.basename(full).replace(/\.ya?ml$/i, '');
}

function jsonLine({ path: name, conversions, errors }: FileResult, target: string): object {
  const first = conversions.find(({ error }) => error === undefined) ?? conversions[0];
  const head = {
    path: name,
    id: first?.document.id ?? null,
    title: first?.document.title ?? null,
    target,
  };
  const queries = conversions.flatMap((conversion) => conversion.queries);
  const [error] = errors;
  if (error === undefined) return { ...head, pipelines: first?.pipelines ?? [], queries };
  const { code, message, position } = error;
  return {
    ...head,
    // Other documents of the file may have come through.
    ...(queries.length === 0 ? {} : { queries }),
    error: { code, message, line: position?.line ?? null, column: position?.column ?? null },
  };
}

function explain({ document, pipelines, trace }: Conversion): void {
  const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);
  say(`${document.path}: ${document.title} (${pipelines.join(', ') || 'no pipeline'})`);
  for (const step of trace) {
    if (step.changes.length === 0) continue;
    say(`  ${step.pipeline} step ${step.step + 1}: ${step.type}${step.id === null ? '' : ` (${step.id})`}`);
    for (const change of step.changes) say(`    ${change}`);
  }
}

function report(
  files: readonly FileResult[],
  documents: Documents,
  converter: Converter,
  suggested: boolean,
  options: ConvertCliOptions,
): void {
  const say = (text: string): void => void process.stderr.write(`huntbook: ${terminalText(text)}\n`);
  if (options.json !== true)
    for (const { errors } of files) for (const error of errors) say(`${error.message} [${error.code}]`);
  if (options.quiet === true) return;
  for (const { path: file, position, message } of documents.notices)
    say(`${file}:${position.line}: ${message}`);
  const conversions = files.flatMap((file) => file.conversions);
  if (suggested) advise(conversions, converter, say);
  const queries = conversions.reduce((sum, one) => sum + one.queries.length, 0);
  const failed = files.reduce((sum, { errors }) => sum + errors.length, 0);
  say(
    `${conversions.length - conversions.filter(({ error }) => error).length} rules to ${queries} queries for ` +
      `${converter.target.title}${failed === 0 ? '' : `, ${failed} not converted`}`,
  );
}

/** Which pipelines were taken because none was named, and for how many rules there was none. */
function advise(conversions: readonly Conversion[], converter: Converter, say: (text: string) => void): void {
  const counts = new Map<string, number>();
  for (const { document } of conversions) {
    if (document.kind !== 'rule') continue;
    const names = suggestPipelines(converter.target, document).join(' ');
    counts.set(names, (counts.get(names) ?? 0) + 1);
  }
  for (const [names, count] of counts) {
    if (names === '') continue;
    const flags = names
      .split(' ')
      .map((name) => `-p ${name}`)
      .join(' ');
    say(
      `no pipeline was named: took ${flags} for ${count} ${count === 1 ? 'rule' : 'rules'} (-p none: take none)`,
    );
  }
}

const extensions: Readonly<Record<string, string>> = {
  splunk: 'spl',
  eql: 'eql',
  esql: 'esql',
  kusto: 'kql',
  sqlite: 'sql',
  duckdb: 'sql',
  postgres: 'sql',
  clickhouse: 'sql',
  databricks: 'sql',
  loki: 'logql',
  secops: 'yaral',
  elastalert: 'yml',
  opensearch_ppl: 'ppl',
};

function isFolder(name: string): boolean {
  return /[/\\]$/.test(name) || (statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function asText(query: unknown): string {
  return typeof query === 'string' ? query : JSON.stringify(query, null, 2);
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
