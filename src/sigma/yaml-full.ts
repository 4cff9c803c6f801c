/** The full YAML reader: js-yaml with the scalars of `yaml-scalars.ts`, and where its nodes stand if asked. */
import { FAILSAFE_SCHEMA, Type, loadAll, type LoadOptions, type Schema } from 'js-yaml';
import { resolveScalar, resolveTagged, type YamlScalar } from './yaml-scalars.ts';
import type { YamlValue } from './yaml-value.ts';

/** Told before and after each node that is read, as `listener` of js-yaml. */
export type NodeListener = NonNullable<LoadOptions['listener']>;

const maxDepth = 50;
let schema: Schema | undefined;

/** Calls `each` with every document. Throws YAMLException. */
export function readFullYaml(text: string, each: (value: YamlValue) => void, listener?: NodeListener): void {
  schema ??= buildSchema();
  const options = { schema, json: true, maxDepth, ...(listener && { listener }) } as LoadOptions;
  loadAll(text, (value) => each(value as YamlValue), options);
}

function buildSchema(): Schema {
  const tag = (name: string): string => `tag:yaml.org,2002:${name}`;
  const merge = new Type(tag('merge'), { kind: 'scalar', resolve: (data: unknown) => data === '<<' });
  let resolved: YamlScalar | undefined;
  // The reader asks `resolve` and then `construct` of the same text, one after the other.
  const plain = new Type('tag:huntbook,2026:plain', {
    kind: 'scalar',
    resolve: (data: string | null) => data !== null && (resolved = resolveScalar(data)) !== undefined,
    construct: () => resolved,
  });
  const tagged = (name: string, kind: Parameters<typeof resolveTagged>[0]): Type =>
    new Type(tag(name), {
      kind: 'scalar',
      resolve: (data: string | null) => resolveTagged(kind, data ?? '') !== undefined,
      construct: (data: string | null) => resolveTagged(kind, data ?? ''),
    });
  return FAILSAFE_SCHEMA.extend({
    implicit: [merge, plain],
    explicit: [
      tagged('null', 'null'),
      tagged('bool', 'bool'),
      tagged('int', 'int'),
      tagged('float', 'float'),
      tagged('timestamp', 'date'),
    ],
  });
}
