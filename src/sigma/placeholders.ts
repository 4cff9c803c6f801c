/** Values for `%placeholders%`: a file of lists, and rules with the values put in. */
import { HuntbookError } from '../errors.ts';
import type { Detection, SigmaRule } from './ast.ts';
import { isMap } from './detection.ts';
import { expandItem } from './expand.ts';
import type { PlaceholderLookup } from './expand.ts';
import { plain } from './metadata.ts';
import { readYaml } from './yaml.ts';

/** The first document of a YAML text as plain values. Throws HB_RULE_YAML. */
export function parseYaml(text: string, path: string): unknown {
  const document = readYaml(text, path)[0];
  if (document?.error !== undefined) throw document.error;
  return plain(document?.value);
}

/** A map of names to a value or a list of values. Throws HB_RULE_YAML or HB_RULE_PLACEHOLDER. */
export function readPlaceholderFile(text: string, path: string): Record<string, string[]> {
  const document = readYaml(text, path)[0];
  if (document?.error !== undefined) throw document.error;
  const fail = (message: string): never => {
    throw new HuntbookError('HB_RULE_PLACEHOLDER', `${path}: ${message}`, { position: { file: path } });
  };
  if (document?.value === null || document === undefined) return {};
  const map = document.value;
  if (!isMap(map)) return fail('expected a map of placeholder names to lists of values');
  return Object.fromEntries(
    Object.keys(map).map((name) => {
      const values = plain(map[name]);
      const list = Array.isArray(values) ? (values as unknown[]) : [values];
      if (list.some((value) => value === null || typeof value === 'object'))
        fail(`${name} must be a list of values`);
      return [name, list.map(String)];
    }),
  );
}

/**
 * The rule with placeholders replaced by each of their values, in which `*` and `?` are wildcards. A placeholder
 * without an entry stays, and is an error once the rule is used. Throws as `expandItem` does.
 */
export function fillPlaceholders(
  rule: SigmaRule,
  values: Readonly<Record<string, readonly string[]>>,
): SigmaRule {
  const lookup: PlaceholderLookup = (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
  const entries = Object.entries(rule.detections).map(
    ([name, detection]) => [name, fillDetection(detection, lookup, rule)] as const,
  );
  if (entries.every(([name, detection]) => detection === rule.detections[name])) return rule;
  const detections = Object.create(null) as Record<string, Detection>;
  for (const [name, detection] of entries) detections[name] = detection;
  return { ...rule, detections };
}

function fillDetection(detection: Detection, lookup: PlaceholderLookup, rule: SigmaRule): Detection {
  if (detection.kind === 'item') return expandItem(detection, lookup, rule.path);
  const items = detection.items.map((item) => fillDetection(item, lookup, rule));
  return items.every((item, index) => item === detection.items[index]) ? detection : { ...detection, items };
}
