/** A named source to its engine: secrets are fetched, paths are taken from beside the configuration. */
import {
  resolveSecrets,
  sourcePath,
  type ElasticsearchSource,
  type NamedSource,
  type OpenSearchSource,
  type Secret,
  type SplunkSource,
} from '../../config/index.ts';
import { HuntbookError } from '../../errors.ts';
import { openElastic, openSplunk, splunkSettings, type SearchEngine } from '../../sources/index.ts';

export interface OpenSourceOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a user should know before anything is sent: a secret that others can read, TLS that is not checked. */
  readonly onWarning?: (text: string) => void;
}

/** Nothing is sent before the first question. Throws HB_SECRET, HB_CONFIG, HB_TLS, HB_MISSING_DEP. */
export async function openSource(
  source: NamedSource,
  options: OpenSourceOptions = {},
): Promise<SearchEngine> {
  const { name, settings } = source;
  if (settings.kind === 'files')
    throw new HuntbookError('HB_USAGE', `source ${name} is of kind files, which is no search engine`, {
      hint: 'huntbook hunt, huntbook sql and huntbook search --spl read its files.',
    });
  if (settings.insecure === true)
    options.onWarning?.(`source ${name}: insecure: the certificate of the server is not checked`);
  const secrets = await resolveSecrets(source, options);
  const ca = settings.ca === undefined ? undefined : await sourcePath(source, settings.ca);
  if (settings.kind === 'splunk') return openSplunkSource(source, settings, secrets, ca, options);
  return openElastic(elasticSettings(settings, secrets, ca));
}

function elasticSettings(
  settings: ElasticsearchSource | OpenSearchSource,
  { password, api_key: apiKey }: Readonly<Record<string, Secret>>,
  ca: string | undefined,
): Parameters<typeof openElastic>[0] {
  const { kind, url, username, insecure, index, time_field: timeField, timeout } = settings;
  const cloudId = settings.kind === 'elasticsearch' ? settings.cloud_id : undefined;
  return {
    product: kind,
    ...given({ url, cloudId, username, password, apiKey, ca, insecure, index, timeField, timeout }),
  };
}

async function openSplunkSource(
  source: NamedSource,
  settings: SplunkSource,
  { password, token, session }: Readonly<Record<string, Secret>>,
  ca: string | undefined,
  { env, onWarning }: OpenSourceOptions,
): Promise<SearchEngine> {
  const { url, username, app, owner, insecure, earliest, latest, timeout, splunkrc } = settings;
  const own = given({
    url,
    username,
    password,
    token,
    session,
    app,
    owner,
    ca,
    insecure,
    earliest,
    latest,
    timeout,
  });
  if (splunkrc === undefined) return openSplunk({ url: url as string, ...own });
  const found = await splunkSettings({
    ...(splunkrc !== true && { file: await sourcePath(source, splunkrc) }),
    ...(env !== undefined && { env }),
    overrides: own,
  });
  for (const warning of found.warnings) onWarning?.(`source ${source.name}: ${warning}`);
  return openSplunk(found.settings);
}

/** Without the members that are undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
