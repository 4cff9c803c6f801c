/** What the sigma commands have in common: rules with their filters, pipelines by name or file, outside sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { loadPlaceholders, loadRuleTree, readRuleFile } from '../rules/index.ts';
import {
  applyFilters,
  builtinPipelineNames,
  fillPlaceholders,
  parsePipeline,
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

export interface Documents extends ParseResult {
  /** Files that were read. */
  readonly files: number;
}

/** All documents of the paths, filters applied and placeholders filled. Problems are in `errors`. */
export async function loadDocuments(paths: readonly string[], options: SigmaCliOptions): Promise<Documents> {
  const all = [...paths, ...(options.filters ?? [])];
  const loaded = await loadRuleTree(all, options.ruleCache === false ? { cache: null } : {});
  const { rules, errors } = applyFilters(loaded.rules, loaded.filters, loaded.correlations);
  const values = options.placeholders === undefined ? null : loadPlaceholders(options.placeholders);
  return {
    ...loaded,
    rules: values === null ? rules : rules.map((rule) => fillPlaceholders(rule, values)),
    errors: [...loaded.errors, ...errors],
  };
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
  return given.map((name) => {
    if (known.has(name) || !(existsSync(name) || /[/\\]|\.ya?ml$/.test(name))) return name;
    return readPipelineFile(name);
  });
}

/** A pipeline file, or an old sigmac configuration: told apart by their keys. Throws the first error. */
function readPipelineFile(path: string): Pipeline {
  const text = readRuleFile(path);
  const old =
    /^(?:fieldmappings|logsources|defaultindex)\s*:/m.test(text) && !/^transformations\s*:/m.test(text);
  const { pipeline, errors } = old ? parseSigmacConfig(text, path) : parsePipeline(text, path);
  for (const error of errors.slice(1))
    process.stderr.write(`huntbook: ${terminalText(error.message)} [${error.code}]\n`);
  if (errors[0] !== undefined) throw errors[0];
  if (pipeline === null) throw new HuntbookError('HB_PIPELINE_INVALID', `${path}: holds no pipeline`);
  return pipeline;
}

const outsideTimeout = 30_000;
const outsideSize = 64 * 1024 * 1024;

/** What pipelines may reach when the user allows it. Web pages are fetched by a process of their own, since steps do not wait. */
export function externalSources(options: SigmaCliOptions): { external?: ExternalSources } {
  if (options.allowExternal !== true) return {};
  const run = (file: string, args: readonly string[], input?: string): string =>
    execFileSync(file, args, {
      encoding: 'utf8',
      timeout: outsideTimeout,
      maxBuffer: outsideSize,
      ...(input === undefined ? {} : { input }),
    });
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
if (!/^https?:/i.test(url)) throw new Error('only http and https are fetched');
fetch(url, { method: request.method, headers: request.headers, body: request.body }).then(async (answer) => {
  if (!answer.ok) throw new Error('HTTP ' + answer.status);
  process.stdout.write(await answer.text());
});`;
