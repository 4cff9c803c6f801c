/** A named source with its secrets fetched: what the clients of the engines are opened with. */
import path from 'node:path';
import type { NamedSource } from './load.ts';
import { secretKeys } from './schema.ts';
import { expandHome, resolveSecret } from './secret-reference.ts';
import type { Secret } from './secret.ts';

export interface ResolveOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onWarning?: (text: string) => void;
}

/** The settings by the names of the file, secrets as `Secret`. Throws HB_SECRET, HB_MISSING_DEP. */
export async function resolveSecrets(
  { name, settings, folder }: NamedSource,
  options: ResolveOptions = {},
): Promise<Readonly<Record<string, Secret>>> {
  const found: Record<string, Secret> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (!secretKeys.includes(key) || typeof value !== 'string') continue;
    found[key] = await resolveSecret(value, { what: `source ${name}: ${key}`, folder, ...options });
  }
  return found;
}

/** A path as it is written in a source: relative to the file that describes it, `~` is the home folder. */
export function sourcePath({ folder }: NamedSource, written: string): string {
  return path.resolve(folder, expandHome(written));
}
