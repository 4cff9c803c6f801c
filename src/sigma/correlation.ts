/**
 * Correlations: rules that count, sum up or order the events of other rules within a span of time.
 * Specification: Sigma correlation rules 2.1.0, https://github.com/SigmaHQ/sigma-specification
 */
import type {
  Condition,
  CorrelationBound,
  CorrelationCondition,
  CorrelationType,
  SigmaCorrelation,
} from './ast.ts';
import { conditionReferences, parseCondition } from './condition.ts';
import { fail, failAt, section, textList } from './correlation-keys.ts';
import { isMap } from './detection.ts';
import { RuleFault, at, quote } from './fault.ts';
import type { Place } from './fault.ts';
import { customFields, own, parseMetadata, plain } from './metadata.ts';
import { chainKeys, parseChain } from './process-chain.ts';
import type { DocumentContext } from './rule.ts';
import { YamlScalar } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'process_chain',
] as const satisfies readonly CorrelationType[];
const types: readonly string[] = correlationTypes;
const operators: readonly string[] = [
  'gt',
  'gte',
  'lt',
  'lte',
  'eq',
  'neq',
] satisfies CorrelationBound['op'][];
/** Unknown keys of one correlation that are told. */
const maxNotes = 5;
/** Seconds; a month and a year are those of the Gregorian calendar on average. */
const units: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
};
const keys: readonly string[] = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

/** Throws RuleFault. */
export function parseCorrelation(map: YamlMap, context: DocumentContext): SigmaCorrelation {
  const metadata = parseMetadata(map);
  const source = own(map, 'correlation');
  if (!isMap(source)) throw new RuleFault('HB_RULE_INVALID', 'correlation must be a map', section);
  const type = correlationType(source);
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const listed = textList(source, 'rules');
  if (listed === undefined && !temporal) fail('it names no rules');
  if (listed?.length === 0) fail('it names no rules', 'rules');
  const chain = type === 'process_chain' ? parseChain(source, listed ?? [], context) : undefined;
  const { condition, rules } = parseAnyCondition(source, type, temporal, listed);
  const result: SigmaCorrelation = {
    kind: 'correlation',
    path: context.path,
    document: context.document,
    position: context.position,
    ...metadata,
    type,
    rules,
    rulesPosition: context.place('correlation', listed === undefined ? 'condition' : 'rules'),
    groupBy: textList(source, 'group-by') ?? [],
    timespan: timespan(source),
    condition,
    aliases: aliases(source),
    generate: generate(source),
    ...(chain && { chain }),
    custom: customFields(map),
  };
  noteIdle(source, result, context);
  return result;
}

/** What is written and has no effect: it may be a slip of the pen that changes what is found. */
function noteIdle(source: YamlMap, { type, condition }: SigmaCorrelation, context: DocumentContext): void {
  const known = type === 'process_chain' ? [...keys, ...chainKeys] : keys;
  for (const key of Object.keys(source)
    .filter((one) => !known.includes(one))
    .slice(0, maxNotes)) {
    const meant = known.find((one) => lettersOf(one) === lettersOf(key));
    const hint = meant === undefined ? '' : `; ${meant} is meant perhaps`;
    const why = chainKeys.includes(key) ? 'is of process_chain only' : 'is not known';
    context.note(`correlation: the key ${quote(key)} ${why} and has no effect${hint}`, 'correlation', key);
  }
  if (condition.kind !== 'threshold') return;
  if (condition.fields.length > 0 && !type.startsWith('value_'))
    context.note(
      `correlation: ${type} counts without a field, which has no effect`,
      'correlation',
      'condition',
    );
  if (condition.percentile !== null && type !== 'value_percentile')
    context.note(`correlation: ${type} takes no percentile, which has no effect`, 'correlation', 'condition');
}

function lettersOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** `10m` as seconds; undefined when it is no span of time above zero. */
export function parseTimespan(text: string): number | undefined {
  const found = /^(\d+)([smhdwMy])$/.exec(text);
  const seconds = found === null ? 0 : Number(found[1]) * (units[found[2] as string] as number);
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
}

function correlationType(source: YamlMap): CorrelationType {
  const written = own(source, 'type') ?? undefined;
  if (written === undefined) fail('it has no type');
  if (typeof written !== 'string') fail('the type must be text', 'type');
  const type = written.toLowerCase();
  if (!types.includes(type)) fail(`the type ${quote(type)} is none of ${types.join(', ')}`, 'type');
  return type as CorrelationType;
}

function timespan(source: YamlMap): { text: string; seconds: number } {
  const text = own(source, 'timespan') ?? undefined;
  if (text === undefined) fail('it has no timespan');
  const seconds = typeof text === 'string' ? parseTimespan(text) : undefined;
  if (seconds === undefined)
    fail('the timespan must be a number and one of s m h d w M y, such as 10m', 'timespan');
  return { text: text as string, seconds };
}

function generate(source: YamlMap): boolean {
  const value = own(source, 'generate') ?? undefined;
  if (value === undefined) return false;
  if (!(value instanceof YamlScalar && value.kind === 'bool'))
    fail('generate must be true or false', 'generate');
  return value.value as boolean;
}

function aliases(source: YamlMap): Record<string, Record<string, string>> {
  const written = own(source, 'aliases') ?? undefined;
  const result = Object.create(null) as Record<string, Record<string, string>>;
  if (written === undefined) return result;
  if (!isMap(written)) fail('aliases must be a map of maps', 'aliases');
  const place = at(section, 'aliases');
  for (const name of Object.keys(written)) {
    const fields = own(written, name);
    if (!isMap(fields)) failAt('aliases must be a map of maps', at(place, name));
    const entries = Object.create(null) as Record<string, string>;
    for (const rule of Object.keys(fields)) {
      const field = own(fields, rule);
      if (typeof field !== 'string')
        failAt(`the alias ${quote(name)} needs a field for each rule`, at(at(place, name), rule));
      entries[rule] = field;
    }
    result[name] = entries;
  }
  return result;
}

/** The condition, and the rules: those listed or else those that the condition names. */
function parseAnyCondition(
  source: YamlMap,
  type: CorrelationType,
  temporal: boolean,
  listed: string[] | undefined,
): { condition: CorrelationCondition; rules: string[] } {
  const written = own(source, 'condition') ?? undefined;
  if (type === 'process_chain')
    return {
      condition: { kind: 'threshold', bounds: [], fields: [], percentile: null },
      rules: listed ?? [],
    };
  if (typeof written === 'string') {
    if (!temporal) fail('a condition in words is for temporal correlations only', 'condition');
    const { tree, rules } = parseExpression(written, listed);
    return { condition: { kind: 'expression', text: written, tree }, rules };
  }
  if (written === undefined && !temporal) fail('it has no condition');
  if (listed === undefined) fail('it names no rules');
  if (written === undefined) {
    const bounds: CorrelationBound[] = [{ op: 'gte', value: listed.length }];
    return { condition: { kind: 'threshold', bounds, fields: [], percentile: null }, rules: listed };
  }
  if (!isMap(written)) fail('the condition must be a map or text', 'condition');
  return { condition: parseThreshold(written, type), rules: listed };
}

function parseExpression(text: string, listed: string[] | undefined): { tree: Condition; rules: string[] } {
  const place = at(section, 'condition');
  const words = (text.match(/[A-Za-z0-9_-]+/g) ?? []).filter((word) => !['and', 'or', 'not'].includes(word));
  const tree = parseCondition(text, listed ?? words, place, 'rule');
  const named = conditionReferences(tree);
  if (named === null) failAt('1 of and all of are not for correlations: name the rules', place);
  const used = new Set(named);
  const unused = listed?.find((name) => !used.has(name));
  if (unused !== undefined) failAt(`the rule ${quote(unused)} is not in the condition`, place);
  return { tree, rules: listed ?? [...used] };
}

function parseThreshold(
  written: YamlMap,
  type: CorrelationType,
): Extract<CorrelationCondition, { kind: 'threshold' }> {
  const place = at(section, 'condition');
  const foreign = Object.keys(written).find((key) => ![...operators, 'field', 'percentile'].includes(key));
  if (foreign !== undefined) failAt(`the condition has an unknown key ${quote(foreign)}`, place);
  const used = Object.keys(written).filter((key) => operators.includes(key)) as CorrelationBound['op'][];
  const bounds = used.map((op) => ({
    op,
    value: numberAt(written, op, 'the condition compares with a number'),
  }));
  checkBounds(bounds, place);
  const fields = own(written, 'field') ?? undefined;
  if (type.startsWith('value_') && fields === undefined)
    failAt(`the condition of ${type} names no field`, place);
  const percentile = own(written, 'percentile') ?? undefined;
  const share =
    percentile === undefined ? null : numberAt(written, 'percentile', 'percentile must be a number');
  if (share !== null && (share < 0 || share > 100))
    failAt('percentile must be between 0 and 100', at(place, 'percentile'));
  return { kind: 'threshold', bounds, fields: fieldList(fields, type, place), percentile: share };
}

/** One comparison, or a range: a lower and an upper bound. */
function checkBounds(bounds: readonly CorrelationBound[], place: Place): void {
  const isLower = ({ op }: CorrelationBound): boolean => op === 'gt' || op === 'gte';
  const isUpper = ({ op }: CorrelationBound): boolean => op === 'lt' || op === 'lte';
  const range = bounds.length === 2 && bounds.some(isLower) && bounds.some(isUpper);
  if (bounds.length !== 1 && !range)
    failAt(`the condition needs one of ${operators.join(', ')}, or a range such as gte with lt`, place);
}

function fieldList(value: YamlValue | undefined, type: CorrelationType, place: Place): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const inner = at(place, 'field');
  if (!list.every((field) => typeof field === 'string') || (value !== undefined && list.length === 0))
    failAt('field must be text or a list of texts', inner);
  if (list.length > 1 && type !== 'value_count') failAt(`${type} takes one field`, inner);
  return list as string[];
}

function numberAt(map: YamlMap, key: string, message: string): number {
  const value = plain(own(map, key));
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (value === null || typeof value === 'object' || !Number.isFinite(number))
    failAt(message, at(at(section, 'condition'), key));
  return number;
}
