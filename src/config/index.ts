/** Settings: where the package lies, named sources, secrets. Reading files is loaded when it is asked for. */
import type { Config, ConfigOptions, NamedSource } from './load.ts';
import type { ResolveOptions } from './resolve.ts';
import type { Secret } from './secret.ts';

export { packageRoot, packageVersion } from './package.ts';
export { Secret } from './secret.ts';
export { didYouMean } from './suggest.ts';
export type { Config, ConfigOptions, NamedSource } from './load.ts';
export type {
  ElasticsearchSource,
  FilesSource,
  OpenSearchSource,
  SourceKind,
  SourceSettings,
  SplunkSource,
} from './schema.ts';

/** Throws HB_CONFIG with file and line, HB_SECRET for a secret that is written out. */
export async function loadConfig(options: ConfigOptions = {}): Promise<Config> {
  return (await import('./load.ts')).loadConfigNow(options);
}

/** Throws HB_SOURCE_UNKNOWN with the names that are there. */
export async function namedSource(config: Config, name: string): Promise<NamedSource> {
  return (await import('./load.ts')).findSource(config, name);
}

/** The secrets of a source by the names of their settings. Throws HB_SECRET, HB_MISSING_DEP. */
export async function resolveSecrets(
  source: NamedSource,
  options: ResolveOptions = {},
): Promise<Readonly<Record<string, Secret>>> {
  return (await import('./resolve.ts')).resolveSecrets(source, options);
}

/** A path as it is written in a source: relative to the file that describes it, `~` is the home folder. */
export async function sourcePath(source: NamedSource, written: string): Promise<string> {
  return (await import('./resolve.ts')).sourcePath(source, written);
}

/** The text of a configuration file with one source more, all else as it was. Throws HB_CONFIG, HB_SECRET, HB_EXISTS. */
export async function addSourceText(
  text: string,
  file: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): Promise<string> {
  return (await import('./add-source.ts')).addSourceText(text, file, name, entry);
}

/** Puts a secret into the system's keyring. Throws HB_SECRET, HB_MISSING_DEP. */
export async function storeSecret(service: string, name: string, value: Secret): Promise<void> {
  const { writeKeyring } = await import('./keyring.ts');
  return writeKeyring(service, name, value.reveal(), `keyring:${service}/${name}`);
}

/** The user's configuration, there or not. */
export async function userConfigFile(): Promise<string> {
  return (await import('./load.ts')).userFile();
}
