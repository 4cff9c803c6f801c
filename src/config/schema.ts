/** What a configuration file may hold: named sources of four kinds. The table in docs/connect.md says what each key means. */
import * as v from 'valibot';
import { parseSecretReference } from './secret-reference.ts';

/** What is wrong with a value, without the value: it may be a secret in the wrong place. */
const text = v.pipe(v.string('must be text; put it in quotes'), v.nonEmpty('is empty'));
const flag = v.boolean('must be true or false');
const secret = v.pipe(
  text,
  v.check((value) => parseSecretReference(value) !== null, 'literal secret'),
);
const seconds = v.pipe(
  v.number('must be a number of seconds'),
  v.check((value) => value > 0 && value <= 86_400, 'must be a number of seconds from 1 to 86400'),
);
const texts = v.pipe(
  v.lazy((input) => (Array.isArray(input) ? v.array(text) : text)),
  v.transform((value) => (typeof value === 'string' ? [value] : value)),
  v.minLength(1, 'is empty'),
);
const url = v.pipe(
  text,
  v.check(
    (value) => /^https?:\/\/[^/\s]/i.test(value) && URL.canParse(value),
    'must be an address such as https://host:8089',
  ),
  v.check((value) => !hasCredentials(value), 'literal secret in an address'),
);

const common = { description: v.optional(text) };
const engine = {
  ...common,
  username: v.optional(text),
  password: v.optional(secret),
  ca: v.optional(text),
  insecure: v.optional(flag),
  earliest: v.optional(text),
  latest: v.optional(text),
  timeout: v.optional(seconds),
  index: v.optional(text),
  pipelines: v.optional(texts),
};
const elastic = {
  ...engine,
  time_field: v.optional(text),
  fields: v.optional(
    v.picklist(['sigma', 'ecs', 'winlogbeat', 'helk'], 'must be sigma, ecs, winlogbeat or helk'),
  ),
  index_map: v.optional(text),
};

export const sourceSchemas = {
  splunk: v.strictObject({
    ...engine,
    kind: v.literal('splunk'),
    url: v.optional(url),
    token: v.optional(secret),
    session: v.optional(secret),
    app: v.optional(text),
    owner: v.optional(text),
    splunkrc: v.optional(v.union([v.literal(true), text], 'must be true or the path of a file')),
  }),
  elasticsearch: v.strictObject({
    ...elastic,
    kind: v.literal('elasticsearch'),
    url: v.optional(url),
    cloud_id: v.optional(text),
    api_key: v.optional(secret),
  }),
  opensearch: v.strictObject({ ...elastic, kind: v.literal('opensearch'), url }),
  files: v.strictObject({ ...common, kind: v.literal('files'), paths: texts }),
} as const;

export type SourceKind = keyof typeof sourceSchemas;
export type SplunkSource = v.InferOutput<(typeof sourceSchemas)['splunk']>;
export type ElasticsearchSource = v.InferOutput<(typeof sourceSchemas)['elasticsearch']>;
export type OpenSearchSource = v.InferOutput<(typeof sourceSchemas)['opensearch']>;
export type FilesSource = v.InferOutput<(typeof sourceSchemas)['files']>;
export type SourceSettings = SplunkSource | ElasticsearchSource | OpenSearchSource | FilesSource;

export const sourceKinds = Object.keys(sourceSchemas) as SourceKind[];
/** Keys whose values are references to secrets. */
export const secretKeys: readonly string[] = ['password', 'token', 'session', 'api_key'];

export function keysOf(kind: SourceKind): string[] {
  return Object.keys(sourceSchemas[kind].entries);
}

export function hasCredentials(address: string): boolean {
  if (!URL.canParse(address)) return /\/\/[^/]*@/.test(address);
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}
