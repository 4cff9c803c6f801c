/** Named sources for commands that take `--source`. */
import { loadConfig, namedSource, sourcePath, type NamedSource } from '../config/index.ts';
import { terminalText } from '../escape/index.ts';

/** Throws HB_SOURCE_UNKNOWN, and HB_CONFIG and HB_SECRET for a configuration that can not be read. */
export async function findSource(name: string, config: string | undefined): Promise<NamedSource> {
  return namedSource(await loadConfig(config === undefined ? {} : { file: config }), name);
}

/** Paths of a source of the kind files, as they stand in its configuration. */
export function sourceFiles(source: NamedSource, paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((written) => sourcePath(source, written)));
}

/** What a user should know before anything is sent to a source. */
export function sayWarning(text: string): void {
  process.stderr.write(`huntbook: ${terminalText(text)}\n`);
}
