/**
 * Where settings come from, first to last: flags (the caller's), environment `HUNTBOOK_SOURCES_NAME_KEY`, the project's
 * `huntbook.yaml` in the working folder, the user's `huntbook/config.yaml` below XDG_CONFIG_HOME. A source of the
 * project replaces the user's of that name whole: settings of two files are never mixed, so that a foreign file can not
 * send a user's token to another address. `--config FILE` or HUNTBOOK_CONFIG stand for both files.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { HuntbookError } from '../errors.ts';
import { readSource } from './read-source.ts';
import { keysOf, secretKeys, sourceKinds, type SourceKind, type SourceSettings } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { readYamlText } from './yaml-text.ts';

export interface NamedSource {
  readonly name: string;
  readonly settings: SourceSettings;
  /** Where it is described: `huntbook.yaml:3`. */
  readonly origin: string;
  /** Where each setting comes from: a file and line, or a variable of the environment. */
  readonly origins: Readonly<Record<string, string>>;
  /** Relative paths of its settings begin here. */
  readonly folder: string;
}

export interface Config {
  readonly sources: ReadonlyMap<string, NamedSource>;
  /** Files that were read, the first goes first. */
  readonly files: readonly string[];
  readonly notices: readonly string[];
}

export interface ConfigOptions {
  /** Instead of the project's and the user's file. */
  readonly file?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export const projectFiles = ['huntbook.yaml', 'huntbook.yml'] as const;
/** Names stand in commands, in variables of the environment and in file names. */
export const sourceName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Throws HB_CONFIG with file and line, HB_SECRET for a secret that is written out. */
export function loadConfigNow({ file, cwd = process.cwd(), env = process.env }: ConfigOptions = {}): Config {
  const given = file ?? (env['HUNTBOOK_CONFIG'] || undefined);
  const files: string[] = [];
  const notices: string[] = [];
  const sources = new Map<string, NamedSource>();
  const add = (name: string, shown: string, text: string): void => {
    files.push(name);
    for (const source of readFile(name, shown, text, env)) {
      const before = sources.get(source.name);
      if (before === undefined) sources.set(source.name, source);
      else notices.push(`source ${source.name} of ${source.origin} is hidden by that of ${before.origin}`);
    }
  };
  if (given !== undefined) {
    const name = path.resolve(cwd, given);
    add(name, given, readText(name, given) ?? missing(given));
  } else {
    const found = projectFiles.flatMap((name): [string, string][] => {
      const text = readText(path.join(cwd, name), name);
      return text === null ? [] : [[name, text]];
    });
    if (found.length > 1)
      throw new HuntbookError('HB_CONFIG', `there are ${projectFiles.join(' and ')} here; keep one of them`);
    for (const [name, text] of found) add(path.join(cwd, name), name, text);
    const user = userFile(env);
    const text = readText(user, user);
    if (text !== null) add(user, user, text);
  }
  return { sources, files, notices };
}

/** Throws HB_SOURCE_UNKNOWN with the names that are there. */
export function findSource(config: Config, name: string): NamedSource {
  const found = config.sources.get(name);
  if (found !== undefined) return found;
  const known = [...config.sources.keys()];
  const reason =
    config.files.length === 0
      ? `there is no ${projectFiles[0]} here and none of the user`
      : didYouMean(name, known).slice(2) || `known: ${known.join(', ') || 'none'}`;
  throw new HuntbookError('HB_SOURCE_UNKNOWN', `no source is named ${name}: ${reason}`, {
    hint: 'huntbook source list shows the names, huntbook source add makes one; see docs/connect.md.',
  });
}

export function userFile(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return path.join(env['XDG_CONFIG_HOME'] || path.join(homedir(), '.config'), 'huntbook', 'config.yaml');
}

function readText(name: string, shown: string): string | null {
  try {
    return readFileSync(name, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new HuntbookError('HB_CONFIG', `${shown}: cannot be read (${code ?? 'error'})`, { cause: error });
  }
}

function missing(name: string): never {
  throw new HuntbookError('HB_CONFIG', `${name}: is not there`, { position: { file: name } });
}

function readFile(
  file: string,
  shown: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): NamedSource[] {
  const yaml = readYamlText(text, shown);
  const fault = (at: readonly (string | number)[], message: string): HuntbookError => {
    const line = yaml.lineOf(at);
    const where = at.length === 0 ? '' : ` ${at.join('.')}:`;
    return new HuntbookError('HB_CONFIG', `${shown}:${line}:${where} ${message}`, {
      position: { file, line },
      hint: 'See docs/connect.md for the shape of the file.',
    });
  };
  if (yaml.value === null || yaml.value === undefined) return [];
  const top = asMap(yaml.value) ?? raise(fault([], 'must be a map with sources:'));
  for (const key of Object.keys(top))
    if (key !== 'sources')
      throw fault([key], `no such key${didYouMean(key, ['sources']) || '; known: sources'}`);
  const entries = asMap(top['sources'] ?? {}) ?? raise(fault(['sources'], 'must be a map of names'));
  return Object.entries(entries).map(([name, entry]) => {
    const below = (at: readonly (string | number)[], message: string): HuntbookError =>
      fault(['sources', name, ...at], message);
    if (!sourceName.test(name))
      throw below([], 'a name has letters, digits, dots, hyphens and underscores, at most 64');
    const origin = `${shown}:${yaml.lineOf(['sources', name])}`;
    const { values, origins } = fromEnvironment(name, entry, env);
    for (const key of Object.keys(asMap(entry) ?? {}))
      origins[key] ??= `${shown}:${yaml.lineOf(['sources', name, key])}`;
    const fromFile = (at: readonly (string | number)[], message: string): HuntbookError => {
      const variable = origins[String(at[0])];
      if (at[0] === undefined || !(at[0] in values)) return below(at, message);
      return new HuntbookError('HB_CONFIG', `${variable}: ${message}`);
    };
    const settings = readSource(asMap(entry) === null ? entry : { ...asMap(entry), ...values }, fromFile);
    return { name, settings, origin, origins, folder: path.dirname(file) };
  });
}

/** Values of the environment for one source. A secret in a variable is named by it, as by `env:`. */
function fromEnvironment(
  name: string,
  entry: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { values: Record<string, unknown>; origins: Record<string, string> } {
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  const kind = asMap(entry)?.['kind'] as SourceKind;
  if (!sourceKinds.includes(kind)) return { values, origins };
  for (const key of keysOf(kind)) {
    const variable = `HUNTBOOK_SOURCES_${name}_${key}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
    const value = env[variable];
    if (key === 'kind' || value === undefined || value === '') continue;
    origins[key] = variable;
    if (secretKeys.includes(key)) values[key] = `env:${variable}`;
    else if (key === 'insecure' || key === 'splunkrc')
      values[key] = value === 'true' ? true : value === 'false' ? false : value;
    else if (key === 'timeout') values[key] = Number(value);
    else values[key] = key === 'pipelines' || key === 'paths' ? value.split(',') : value;
  }
  return { values, origins };
}

function asMap(value: unknown): Record<string, unknown> | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function raise(error: HuntbookError): never {
  throw error;
}
