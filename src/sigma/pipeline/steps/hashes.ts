/** Steps that make several items of one whose values hold several things: hashes with their algorithm, named groups. */
import { ANY } from '../../ast.ts';
import type { Detection, SigmaValue, StringPart } from '../../ast.ts';
import { joinParts } from '../../string-value.ts';
import { bounded, compilePattern } from '../conditions.ts';
import { StepFault, flagOf, textOf, textsOf } from '../parameters.ts';
import { displayText, valueOf } from '../values.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import { itemStep } from './items.ts';
import type { MakeStep } from './step.ts';

/** Algorithm by the number of hexadecimal digits, for hashes without a name before them. */
const byLength = new Map([
  [32, 'MD5'],
  [40, 'SHA1'],
  [64, 'SHA256'],
  [128, 'SHA512'],
]);

/**
 * `Hashes: MD5=...` as a field for each algorithm. Values of other algorithms are left out as long as one remains; HB_PIPELINE_RULE
 * otherwise. Without conditions on fields it speaks of `Hashes` and `Hash`.
 */
export const splitHashes: MakeStep = (context) => {
  const { parameters } = context.step;
  const algorithms = new Map(
    textsOf(parameters, 'valid_hash_algos').map((name) => [name.toUpperCase(), name] as const),
  );
  if (algorithms.size === 0) throw new StepFault('name at least one algorithm', 'valid_hash_algos');
  const prefix = textOf(parameters, 'field_prefix');
  const dropName = flagOf(parameters, 'drop_algo_prefix');
  const limited = context.fieldTest === null;
  return itemStep(context, (item, work) => {
    if (limited && item.field !== 'Hashes' && item.field !== 'Hash') return item;
    const found: [string, SigmaValue][] = [];
    for (const value of item.values) {
      const hash = value.kind === 'string' ? readHash(value) : null;
      const name = hash === null ? undefined : algorithms.get(hash.algorithm);
      if (hash !== null && name !== undefined) found.push([prefix + (dropName ? '' : name), hash.value]);
    }
    if (found.length === 0) {
      throw work.error(
        'HB_PIPELINE_RULE',
        `${item.field ?? 'the keyword'} holds no hash of ${[...algorithms.values()].join(', ')}`,
        item.position,
      );
    }
    return byField(item, found);
  });
};

/** A field for each named group of a pattern that the whole text of a value fits; items that do not fit stay. */
export const extractFields: MakeStep = (context) => {
  const { parameters } = context.step;
  const pattern = compilePattern(textOf(parameters, 'pattern'), 'pattern');
  if (pattern.names.size === 0) throw new StepFault('the pattern has no named group', 'pattern');
  const prefix = textOf(parameters, 'field_prefix');
  const extract = (value: SigmaValue, item: Item, work: Work): Detection | null => {
    if (value.kind !== 'string') return null;
    const text = displayText(value.parts);
    const match = bounded(work, item, () => pattern.search(text));
    if (match === null || match.start !== 0 || match.end !== text.length) return null;
    const items: Detection[] = [];
    for (const [name, number] of pattern.names) {
      const range = match.groups[number - 1];
      if (range == null) continue;
      items.push(
        single(item, prefix + name, { ...valueOf(text.slice(...range)), cased: value.cased } as SigmaValue),
      );
    }
    return items.length === 1 ? (items[0] as Detection) : items.length === 0 ? null : { kind: 'and', items };
  };
  return itemStep(context, (item, work) => {
    const found: Detection[] = [];
    for (const value of item.values) {
      const detection = extract(value, item, work);
      if (detection === null) return item;
      found.push(item.negated ? negateAll(detection) : detection);
    }
    if (found.length === 1) return found[0] as Detection;
    return { kind: linkOf(item), items: found };
  });
};

function readHash(
  value: Extract<SigmaValue, { kind: 'string' }>,
): { algorithm: string; value: SigmaValue } | null {
  const parts = value.parts[0] === ANY ? value.parts.slice(1) : value.parts;
  const [first] = parts;
  if (typeof first !== 'string') return null;
  const named = /^\s*(\w+)=/.exec(first);
  if (named === null) {
    const algorithm = byLength.get(first.length);
    if (algorithm === undefined || !/^[\dA-Fa-f]+$/.test(first)) return null;
    return { algorithm, value: { ...value, parts } };
  }
  const rest: StringPart[] = joinParts([first.slice(named[0].length), ...parts.slice(1)]);
  return { algorithm: (named[1] as string).toUpperCase(), value: { ...value, parts: rest } };
}

/** One item for each field, in order of appearance. */
function byField(item: Item, found: readonly (readonly [string, SigmaValue])[]): Detection {
  const fields = new Map<string, SigmaValue[]>();
  for (const [field, value] of found) {
    const values = fields.get(field);
    if (values === undefined) fields.set(field, [value]);
    else values.push(value);
  }
  const items = [...fields].map(([field, values]): Item => {
    const { groups: _groups, ...rest } = item;
    return { ...rest, field, values };
  });
  return items.length === 1 ? (items[0] as Item) : { kind: linkOf(item), items };
}

function single(item: Item, field: string, value: SigmaValue): Item {
  const { groups: _groups, ...rest } = item;
  return { ...rest, field, values: [value], link: 'or' };
}

/** How the values of an item join once each is an item of its own: not (a or b) is (not a and not b). */
function linkOf(item: Item): 'and' | 'or' {
  return (item.link === 'and') === item.negated ? 'or' : 'and';
}

/** The items carry the negation themselves; an `and` of them becomes an `or`. */
function negateAll(detection: Detection): Detection {
  return detection.kind === 'and' ? { kind: 'or', items: detection.items } : detection;
}
