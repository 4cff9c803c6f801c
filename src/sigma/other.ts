/** Correlations and filters: checked and kept, not run. */
import { HuntbookError } from '../errors.ts';
import type { OtherDocument, ParseResult } from './ast.ts';
import { parseCondition } from './condition.ts';
import { isMap } from './detection.ts';
import { RuleFault, at, quote } from './fault.ts';
import { own, parseLogSource, parseMetadata, plain } from './metadata.ts';
import { parseDetections } from './rule.ts';
import type { DocumentContext } from './rule.ts';
import { YamlScalar } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

const types =
  'event_count value_count temporal temporal_ordered value_sum value_avg value_percentile value_median'.split(
    ' ',
  );
const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];

/** Throws RuleFault. */
export function parseOther(
  kind: OtherDocument['kind'],
  map: YamlMap,
  context: DocumentContext,
): OtherDocument {
  const { id, name, title } = parseMetadata(map);
  const section = own(map, kind);
  if (!isMap(section)) throw new RuleFault('HB_RULE_INVALID', `${kind} must be a map`, at(null, kind));
  if (kind === 'correlation') checkCorrelation(section);
  else checkFilter(map, section, context);
  const source = plain(map) as Record<string, unknown>;
  return {
    kind,
    path: context.path,
    document: context.document,
    position: context.position,
    id,
    name,
    title,
    source,
  };
}

/** Rules that correlations name and that are not among the results. */
export function findMissingReferences(result: Pick<ParseResult, 'rules' | 'others'>): HuntbookError[] {
  const known = new Set<string>();
  for (const { id, name } of [...result.rules, ...result.others]) {
    if (id !== null) known.add(id);
    if (name !== null) known.add(name);
  }
  const errors: HuntbookError[] = [];
  for (const other of result.others) {
    if (other.kind !== 'correlation') continue;
    const missing = referencesOf(other).find((reference) => !known.has(reference));
    if (missing === undefined) continue;
    const { line, column } = other.position;
    errors.push(
      new HuntbookError(
        'HB_RULE_INVALID',
        `${other.path}:${line}:${column}: the correlation names the rule ${quote(missing)}, which was not found`,
        { position: { file: other.path, line, column } },
      ),
    );
  }
  return errors;
}

function referencesOf(other: OtherDocument): string[] {
  const section = other.source['correlation'] as Record<string, unknown>;
  const rules = section['rules'];
  if (Array.isArray(rules)) return rules.map(String);
  if (typeof rules === 'string') return [rules];
  return typeof section['condition'] === 'string' ? conditionNames(section['condition']) : [];
}

function conditionNames(text: string): string[] {
  const words = text.match(/[A-Za-z_]\w*/g) ?? [];
  return [...new Set(words)].filter((word) => !['and', 'or', 'not'].includes(word));
}

function checkCorrelation(section: YamlMap): void {
  const fail = (message: string, key?: string): never => {
    const place = at(null, 'correlation');
    throw new RuleFault(
      'HB_RULE_INVALID',
      `correlation: ${message}`,
      key === undefined ? place : at(place, key),
    );
  };
  const text = (key: string): string | undefined => {
    const value = own(section, key);
    return typeof value === 'string' ? value : undefined;
  };
  const type = text('type')?.toLowerCase();
  if (type === undefined) return fail('it has no type');
  if (!types.includes(type)) fail(`the type ${quote(type)} is none of ${types.join(', ')}`, 'type');
  const temporal = type.startsWith('temporal');
  const rules = own(section, 'rules') ?? undefined;
  if (rules !== undefined && typeof rules !== 'string' && !isTexts(rules))
    fail('rules must be text or a list', 'rules');
  if (rules === undefined && !temporal) fail('it names no rules');
  const generate = own(section, 'generate') ?? undefined;
  if (generate !== undefined && !(generate instanceof YamlScalar && generate.kind === 'bool')) {
    fail('generate must be true or false', 'generate');
  }
  const group = own(section, 'group-by') ?? undefined;
  if (group !== undefined && typeof group !== 'string' && !Array.isArray(group)) {
    fail('group-by must be text or a list', 'group-by');
  }
  const span = own(section, 'timespan') ?? undefined;
  if (span === undefined) fail('it has no timespan');
  const count = typeof span === 'string' ? /^(\d+)[smhdwMy]$/.exec(span) : null;
  if (count === null || Number(count[1]) === 0)
    fail('the timespan must be a number and one of s m h d w M y', 'timespan');
  const aliases = own(section, 'aliases') ?? undefined;
  if (aliases !== undefined && !(isMap(aliases) && Object.values(aliases).every((alias) => isMap(alias)))) {
    fail('aliases must be a map of maps', 'aliases');
  }
  checkCorrelationCondition(section, type, temporal, rules, fail);
}

function checkCorrelationCondition(
  section: YamlMap,
  type: string,
  temporal: boolean,
  rules: YamlValue | undefined,
  fail: (message: string, key?: string) => never,
): void {
  const condition = own(section, 'condition') ?? undefined;
  if (condition === undefined) {
    if (!temporal) fail('it has no condition');
    if (rules === undefined) fail('it names no rules');
  } else if (typeof condition === 'string') {
    if (!temporal) fail('a condition in words is for temporal correlations only', 'condition');
    const listed =
      rules === undefined
        ? conditionNames(condition)
        : ((Array.isArray(rules) ? rules : [rules]) as string[]);
    parseCondition(condition, listed, at(at(null, 'correlation'), 'condition'));
    const unused = listed.find((name) => !conditionNames(condition).includes(name));
    if (unused !== undefined) fail(`the rule ${quote(unused)} is not in the condition`, 'condition');
  } else if (isMap(condition)) {
    const used = Object.keys(condition).filter((key) => operators.includes(key));
    if (used.length !== 1) fail(`the condition needs exactly one of ${operators.join(', ')}`, 'condition');
    const foreign = Object.keys(condition).find(
      (key) => ![...operators, 'field', 'percentile'].includes(key),
    );
    if (foreign !== undefined) fail(`the condition has an unknown key ${quote(foreign)}`, 'condition');
    const limit = plain(own(condition, used[0] as string));
    if (limit === null || typeof limit === 'object' || !Number.isFinite(Number(limit))) {
      fail('the condition compares with a number', 'condition');
    }
    if (type.startsWith('value_') && own(condition, 'field') === undefined) {
      fail(`the condition of ${type} names no field`, 'condition');
    }
  } else fail('the condition must be a map or text', 'condition');
}

function checkFilter(map: YamlMap, section: YamlMap, context: DocumentContext): void {
  const place = at(null, 'filter');
  parseLogSource(map);
  const condition = own(section, 'condition');
  if (typeof condition !== 'string') {
    throw new RuleFault('HB_RULE_CONDITION', 'filter: the condition must be text', at(place, 'condition'));
  }
  const rules = own(section, 'rules');
  if (rules === undefined)
    throw new RuleFault('HB_RULE_INVALID', 'filter: rules is missing; any stands for all', place);
  if (typeof rules !== 'string' && !isTexts(rules)) {
    throw new RuleFault(
      'HB_RULE_INVALID',
      'filter: rules must be any, a name or a list of names',
      at(place, 'rules'),
    );
  }
  const detections = parseDetections(section, context.find, 'filter');
  parseCondition(condition, Object.keys(detections), at(place, 'condition'));
}

function isTexts(value: YamlValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
