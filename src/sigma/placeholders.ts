/** Values for `%placeholders%`: a file of lists, and rules with the values put in. */
import { HuntbookError } from '../errors.ts';
import type { Detection, SigmaRule, SigmaValue, StringPart } from './ast.ts';
import { groupItem, isMap } from './detection.ts';
import { plain } from './metadata.ts';
import { escapeLiteral } from './regex-class.ts';
import { isPlaceholder, joinParts, parseStringValue } from './string-value.ts';
import { readYaml } from './yaml.ts';

/** Values that one written value may become. */
const maxVariants = 100_000;

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
 * without an entry stays, and is an error once the rule is used. Throws HB_LIMIT when the combinations explode.
 */
export function fillPlaceholders(
  rule: SigmaRule,
  values: Readonly<Record<string, readonly string[]>>,
): SigmaRule {
  const entries = Object.entries(rule.detections).map(
    ([name, detection]) => [name, fillDetection(detection, values, rule)] as const,
  );
  if (entries.every(([name, detection]) => detection === rule.detections[name])) return rule;
  const detections = Object.create(null) as Record<string, Detection>;
  for (const [name, detection] of entries) detections[name] = detection;
  return { ...rule, detections };
}

type Lookup = Readonly<Record<string, readonly string[]>>;

function fillDetection(detection: Detection, values: Lookup, rule: SigmaRule): Detection {
  if (detection.kind !== 'item') {
    const items = detection.items.map((item) => fillDetection(item, values, rule));
    return items.every((item, index) => item === detection.items[index])
      ? detection
      : { ...detection, items };
  }
  if (!detection.values.some(hasPlaceholder)) return detection;
  const { field, modifiers, negated, link, position } = detection;
  const filled = detection.values.map((value) => fillValue(value, values, rule));
  return groupItem(field, modifiers, { values: filled, all: link === 'and', negated }, position);
}

function hasPlaceholder(value: SigmaValue): boolean {
  if (value.kind === 'regex') return value.placeholders === true;
  return value.kind === 'string' && value.parts.some(isPlaceholder);
}

function fillValue(value: SigmaValue, values: Lookup, rule: SigmaRule): SigmaValue | SigmaValue[] {
  if (!hasPlaceholder(value)) return value;
  if (value.kind === 'string') {
    const pieces = value.parts.map((part): StringPart[][] => {
      if (!isPlaceholder(part)) return [[part]];
      return listOf(values, part.placeholder)?.map(parseStringValue) ?? [[part]];
    });
    return combinations(pieces, rule).map((parts) => ({ ...value, parts: joinParts(parts.flat()) }));
  }
  if (value.kind !== 'regex') return value;
  const pieces = value.source.split(/(?<!\\)(%\w+%)/).map((piece, index) => {
    if (index % 2 === 0) return [piece.replaceAll('\\%', '%')];
    return listOf(values, piece.slice(1, -1))?.map(escapeLiteral) ?? [piece];
  });
  return combinations(pieces, rule).map((parts) => {
    const source = parts.join('');
    const { placeholders: _filled, ...rest } = value;
    return /(?<!\\)%\w+%/.test(source) && hasOpen(value.source, values)
      ? { ...value, source }
      : { ...rest, source };
  });
}

function hasOpen(source: string, values: Lookup): boolean {
  return [...source.matchAll(/(?<!\\)%(\w+)%/g)].some(
    (found) => listOf(values, found[1] as string) === undefined,
  );
}

function listOf(values: Lookup, name: string): readonly string[] | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function combinations<Piece>(pieces: readonly (readonly Piece[])[], rule: SigmaRule): Piece[][] {
  const count = pieces.reduce((product, piece) => product * piece.length, 1);
  if (count > maxVariants) {
    throw new HuntbookError(
      'HB_LIMIT',
      `${rule.path}: placeholders give ${count} combinations, more than ${maxVariants}`,
      {
        position: { file: rule.path, ...rule.position },
      },
    );
  }
  let result: Piece[][] = [[]];
  for (const piece of pieces) result = result.flatMap((head) => piece.map((choice) => [...head, choice]));
  return result;
}
