/** `huntbook sigma convert`: rules and correlations to queries. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { Converter, type Conversion, type ConvertResult } from '../sigma/index.ts';
import { exit } from './exit.ts';
import { openOutput, writeWhole } from './output.ts';
import { filesOf, jsonLine, outputNames, type FileResult } from './sigma-files.ts';
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
  const result = converter.convert(documents);
  const files = filesOf(result, documents, [...paths, ...(options.filters ?? [])]);
  const { output, json } = options;
  if (output !== undefined && json !== true && (/[/\\]$/.test(output) || isFolder(output)))
    await writeFolder(files, paths, output, converter, options);
  else await writeOne(files, result, options);
  if (options.explainPipeline === true)
    for (const file of files) for (const one of file.conversions) explain(one);
  report(files, documents, converter, pipelines === undefined, options);
  await exit(files.some(({ errors }) => errors.length > 0) ? ExitCode.rule : ExitCode.ok);
}

async function writeOne(
  files: readonly FileResult[],
  result: ConvertResult,
  options: ConvertCliOptions,
): Promise<void> {
  const output = openOutput(options.output, options.force === true);
  try {
    if (options.json === true)
      writeAll(
        output.stream,
        files.map((file) => `${JSON.stringify(jsonLine(file, options.target))}\n`),
      );
    else if (result.output !== null) output.stream.write(withNewline(result.output));
    else {
      const texts = files.flatMap(({ conversions }) =>
        conversions.flatMap(({ queries }) => queries.map(asText)),
      );
      // Queries of several lines are told apart by an empty line.
      const gap = texts.some((text) => text.trimEnd().includes('\n')) ? '\n' : '';
      writeAll(
        output.stream,
        texts.map((text, index) => (index === 0 ? '' : gap) + withNewline(text)),
      );
    }
    await output.commit();
  } catch (error) {
    output.discard();
    throw output.reason(error);
  }
}

/** In pieces of some size: a write of its own for each query would take longer than the query. */
function writeAll(stream: Writable, texts: readonly string[]): void {
  const size = 500;
  for (let from = 0; from < texts.length; from += size) stream.write(texts.slice(from, from + size).join(''));
}

/** One file for each rule file, in folders as the rules lie; none when one of them is in the way. */
async function writeFolder(
  files: readonly FileResult[],
  roots: readonly string[],
  folder: string,
  converter: Converter,
  options: ConvertCliOptions,
): Promise<void> {
  const written = files.filter(({ conversions }) => conversions.some(({ queries }) => queries.length > 0));
  const names = outputNames(
    written.map(({ path: name }) => name),
    roots,
  );
  const texts = written.map(({ conversions }, index): [string, string] => {
    const queries = conversions.flatMap((conversion) => conversion.queries);
    const structured = queries.some((query) => typeof query !== 'string');
    const one = converter.finish(conversions);
    const extension = extensionOf(options.format, one === null && structured, converter);
    const target = path.join(folder, `${names[index]}.${extension}`);
    if (one !== null) return [target, withNewline(one)];
    // Several texts in a file of JSON are a list.
    if (structured && queries.length > 1) return [target, withNewline(asText(queries))];
    return [target, queries.map((query) => withNewline(asText(query))).join('\n')];
  });
  const inTheWay = options.force === true ? undefined : texts.find(([target]) => existsSync(target));
  if (inTheWay !== undefined) throw new HuntbookError('HB_EXISTS', `${inTheWay[0]}: exists already`);
  for (const [target, text] of texts) {
    makeFolder(path.dirname(target));
    await writeWhole(target, options.force === true, text);
  }
}

/** Parents first: what Node does by itself never ends below /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new HuntbookError('HB_WRITE', `${folder}: the folder cannot be made (${reason})`, { cause: error });
  }
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
  if (suggested) advise(conversions, say);
  const queries = conversions.reduce((sum, one) => sum + one.queries.length, 0);
  const failed = files.reduce((sum, { errors }) => sum + errors.length, 0);
  const converted = conversions.filter(({ error }) => error === undefined).length;
  say(
    `${converted} ${converted === 1 ? 'rule' : 'rules'} to ${queries} ${queries === 1 ? 'query' : 'queries'} for ` +
      `${converter.target.title}${failed === 0 ? '' : `, ${failed} not converted`}`,
  );
}

/** Which pipelines were taken because none was named, and for how many rules there was none. */
function advise(conversions: readonly Conversion[], say: (text: string) => void): void {
  const counts = new Map<string, number>();
  for (const { document, pipelines } of conversions) {
    if (document.kind !== 'rule') continue;
    const names = pipelines.join(' ');
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

/** By the format where it has a form of its own, else by the language. */
function extensionOf(format: string, structured: boolean, { target }: Converter): string {
  if (format.endsWith('_ndjson')) return 'ndjson';
  if (format === 'savedsearches') return 'conf';
  return structured ? 'json' : (extensions[target.name] ?? 'txt');
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function asText(query: unknown): string {
  return typeof query === 'string' ? query : JSON.stringify(query, null, 2);
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
