/** What the sigma commands have in common: rules with their filters, pipelines by name or file, outside sources. */
import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { listRuleFiles, loadPlaceholders, loadRuleTree, readRuleFile } from '../rules/index.ts';
import {
  applyFilters,
  builtinPipelineNames,
  fillPlaceholders,
  maxRuleText,
  parsePipeline,
  parseRules,
  parseSigmacConfig,
  type ExternalSources,
  type ParseResult,
  type Pipeline,
} from '../sigma/index.ts';

export interface SigmaCliOptions {
  readonly pipeline?: readonly string[];
  readonly filters?: readonly string[];
  readonly placeholders?: string;
  readonly allowExternal?: boolean;
  readonly ruleCache?: boolean;
}

export type Documents = ParseResult;

/**
 * All documents of the paths, filters applied and placeholders filled. Problems of rules are in `errors`. A path `-` is
 * standard input. Throws HB_NOT_FOUND for a path that is missing, or when there is no rule at all.
 */
export async function loadDocuments(paths: readonly string[], options: SigmaCliOptions): Promise<Documents> {
  const loaded = await loadAll(paths, options);
  const missing = loaded.errors.find(({ code }) => code === 'HB_NOT_FOUND');
  if (missing !== undefined) throw missing;
  if (loaded.rules.length + loaded.correlations.length + loaded.filters.length + loaded.errors.length === 0)
    throw new HuntbookError('HB_NOT_FOUND', `${paths.join(', ')}: holds no rule`);
  const { rules, errors } = applyFilters(loaded.rules, loaded.filters, loaded.correlations);
  const values = options.placeholders === undefined ? null : loadPlaceholders(options.placeholders);
  return {
    ...loaded,
    rules: values === null ? rules : rules.map((rule) => fillPlaceholders(rule, values)),
    errors: [...loaded.errors, ...errors],
  };
}

async function loadAll(paths: readonly string[], options: SigmaCliOptions): Promise<Documents> {
  const filters = options.filters ?? [];
  const cache = options.ruleCache === false ? { cache: null } : {};
  if (!paths.includes('-')) return loadRuleTree([...paths, ...filters], cache);
  const read = parseRules(await readStandardInput(paths), '-', { named: true });
  if (filters.length === 0) return read;
  const more = loadRuleTree(filters, cache);
  return { ...read, filters: [...read.filters, ...more.filters], errors: [...read.errors, ...more.errors] };
}

/** The rules that another command gives. Throws HB_USAGE when `-` is not the only path, HB_LIMIT when they are too long. */
export async function readStandardInput(paths: readonly string[]): Promise<string> {
  if (paths.length > 1) throw new HuntbookError('HB_USAGE', '-, for standard input, stands alone');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxRuleText)
      throw new HuntbookError('HB_LIMIT', `-: rules may have ${maxRuleText} bytes, this has more`);
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new HuntbookError('HB_RULE_YAML', '-: the text is not UTF-8');
  return bytes.toString('utf8');
}

/** Undefined: none was given, so that each target's own advice counts; empty: `none` was given. */
export function choosePipelines(options: SigmaCliOptions): (string | Pipeline)[] | undefined {
  const given = options.pipeline;
  if (given === undefined) return undefined;
  if (given.includes('none')) {
    if (given.length === 1) return [];
    throw new HuntbookError('HB_USAGE', '-p none stands alone: with it no pipeline is applied');
  }
  const known = new Set(builtinPipelineNames());
  return given.flatMap((name): (string | Pipeline)[] => {
    if (known.has(name) || !(existsSync(name) || /[/\\]|\.ya?ml$/.test(name))) return [name];
    return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true
      ? pipelineFilesIn(name).map(readPipelineFile)
      : [readPipelineFile(name)];
  });
}

function pipelineFilesIn(folder: string): string[] {
  const files = listRuleFiles([folder]).files.map(({ path }) => path);
  if (files.length === 0) throw new HuntbookError('HB_NOT_FOUND', `${folder}: holds no pipeline file`);
  return files;
}

/** A pipeline file, or an old sigmac configuration: told apart by their keys. Throws an error after printing the others. */
function readPipelineFile(path: string): Pipeline {
  const text = readPipelineText(path);
  const old =
    /^(?:fieldmappings|logsources|defaultindex)\s*:/m.test(text) && !/^transformations\s*:/m.test(text);
  const { pipeline, errors } = old ? parseSigmacConfig(text, path) : parsePipeline(text, path);
  const sorted = errors.toSorted((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
  const last = sorted.pop();
  for (const error of sorted)
    process.stderr.write(`huntbook: ${terminalText(error.message)} [${error.code}]\n`);
  if (last !== undefined) throw last;
  if (pipeline === null) throw new HuntbookError('HB_PIPELINE_INVALID', `${path}: holds no pipeline`);
  return pipeline;
}

function readPipelineText(path: string): string {
  try {
    return readRuleFile(path);
  } catch (error) {
    if (!(error instanceof HuntbookError) || error.code === 'HB_NOT_FOUND') throw error;
    throw new HuntbookError('HB_PIPELINE_INVALID', error.message, { cause: error });
  }
}

const outsideTimeout = 30_000;
const outsideSize = 64 * 1024 * 1024;

/** What pipelines may reach when the user allows it. Web pages are fetched by a process of their own, since steps do not wait. */
export function externalSources(options: SigmaCliOptions): { external?: ExternalSources } {
  if (options.allowExternal !== true) return {};
  const run = (file: string, args: readonly string[], input = ''): string => {
    const { status, signal, error, stdout, stderr } = spawnSync(file, args, {
      encoding: 'utf8',
      timeout: outsideTimeout,
      maxBuffer: outsideSize,
      input,
    });
    if (error !== undefined)
      throw new Error(
        (error as NodeJS.ErrnoException).code === 'ETIMEDOUT'
          ? `no answer within ${outsideTimeout / 1000} s`
          : `cannot be run: ${error.message}`,
      );
    if (status === 0) return stdout;
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new Error(reason === '' ? `ended with ${signal ?? status}` : reason);
  };
  return {
    external: {
      readFile: (path) => readFileSync(path, 'utf8'),
      fetchText: (url, request) =>
        run(process.execPath, ['-e', fetchScript], JSON.stringify({ url, request })),
      runCommand: (command) =>
        typeof command === 'string'
          ? run('/bin/sh', ['-c', command])
          : run(command[0] ?? '', command.slice(1)),
    },
  };
}

const fetchScript = `
const { readFileSync } = require('node:fs');
const { url, request } = JSON.parse(readFileSync(0, 'utf8'));
async function run() {
  if (!/^https?:/i.test(url)) throw new Error('only http and https are fetched');
  const answer = await fetch(url, { method: request.method, headers: request.headers, body: request.body });
  if (!answer.ok) throw new Error('HTTP ' + answer.status);
  process.stdout.write(await answer.text());
}
run().catch((error) => {
  process.stderr.write(String(error.cause?.message ?? error.message));
  process.exitCode = 1;
});`;
