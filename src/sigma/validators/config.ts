/**
 * The file that says which validators are asked, in the form of the reference's command line: `validators`, a list of
 * names in which `-name` takes away, and `exclusions`, a map of rule ids to a name or a list of names.
 */
import { HuntbookError } from '../../errors.ts';
import { parseYaml } from '../placeholders.ts';
import { validators } from './registry.ts';

export interface CheckConfig {
  readonly names: readonly string[];
  /** By rule id in small letters. */
  readonly exclusions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names in the file that no validator here has; they have no effect. */
  readonly unknown: readonly string[];
}

/** Throws HB_CONFIG. */
export function parseCheckConfig(text: string, path: string): CheckConfig {
  const fail = (message: string): never => {
    throw new HuntbookError('HB_CONFIG', `${path}: ${message}`, { position: { file: path } });
  };
  const config = readMap(text, path) ?? fail('expected a map with validators and exclusions');
  const known = new Set(['all', ...validators.map(({ name }) => name)]);
  const unknown = new Set<string>();
  const namesOf = (value: unknown, key: string): string[] => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.map((name) => {
      if (typeof name !== 'string') fail(`${key} must be a name or a list of names`);
      if (!known.has((name as string).replace(/^-/, ''))) unknown.add(name as string);
      return name as string;
    });
  };
  const { validators: written, exclusions: excluded } = config as {
    validators?: unknown;
    exclusions?: unknown;
  };
  const names = written === undefined || written === null ? [] : namesOf(written, 'validators');
  const exclusions = new Map<string, ReadonlySet<string>>();
  if (excluded !== undefined && excluded !== null) {
    if (typeof excluded !== 'object' || Array.isArray(excluded))
      fail('exclusions must be a map of rule ids to names');
    for (const [id, value] of Object.entries(excluded as object))
      exclusions.set(id.toLowerCase(), new Set(namesOf(value, `the exclusion of ${id}`)));
  }
  return { names: names.filter((name) => !unknown.has(name)), exclusions, unknown: [...unknown] };
}

function readMap(text: string, path: string): object | null {
  let value: unknown;
  try {
    value = parseYaml(text, path);
  } catch (error) {
    if (!(error instanceof HuntbookError)) throw error;
    throw new HuntbookError('HB_CONFIG', error.message, {
      cause: error,
      ...(error.position && { position: error.position }),
    });
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}
