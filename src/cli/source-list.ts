/** `huntbook source list`. */
import { loadConfig, type NamedSource } from '../config/index.ts';
import { terminalText } from '../escape/index.ts';
import { textTable } from './text-table.ts';

export interface SourceListOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export async function runSourceList({ config: file, json }: SourceListOptions): Promise<void> {
  const config = await loadConfig(file === undefined ? {} : { file });
  const sources = [...config.sources.values()];
  for (const notice of config.notices) process.stderr.write(`huntbook: ${terminalText(notice)}\n`);
  if (json === true) {
    const shown = sources.map(({ name, settings, origin, origins }) => ({
      name,
      ...settings,
      origin,
      origins,
    }));
    process.stdout.write(`${JSON.stringify({ schema: 'huntbook/1', data: shown }, null, 2)}\n`);
    return;
  }
  if (sources.length === 0) {
    process.stderr.write('huntbook: no source is configured; huntbook source add --help shows how\n');
    return;
  }
  const rows = sources.map((source) => [
    source.name,
    source.settings.kind,
    addressOf(source),
    loginOf(source),
    source.origin,
  ]);
  process.stdout.write(textTable(['name', 'kind', 'where', 'login', 'from'], rows));
}

function addressOf({ settings }: NamedSource): string {
  if (settings.kind === 'files') return settings.paths.join(', ');
  if (settings.kind === 'splunk') return settings.url ?? 'as .splunkrc says';
  const where = settings.url ?? 'Elastic Cloud';
  return settings.index === undefined ? where : `${where} ${settings.index}`;
}

/** Names of secrets, which are no secrets. */
function loginOf({ settings }: NamedSource): string {
  if (settings.kind === 'files') return '';
  const all = settings as Readonly<Record<string, unknown>>;
  const secret = ['token', 'session', 'api_key', 'password'].map((key) => all[key]).find(Boolean);
  return [settings.username, secret].filter(Boolean).join(' ');
}
