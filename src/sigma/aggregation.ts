/**
 * Rules from before correlations: `selection | count(field) by host > 5` and `selection | near other`, with a
 * `timeframe`. Each becomes the rule in front of the pipe and a correlation over it.
 * Old form: Sigma specification 1.0, https://github.com/SigmaHQ/sigma-specification/blob/main/Sigma_1_0_0.md
 */
import type { CorrelationBound, CorrelationType, RuleNotice, SigmaCorrelation, SigmaRule } from './ast.ts';
import { parseTimespan } from './correlation.ts';
import { isMap } from './detection.ts';
import { RuleFault, at, quote } from './fault.ts';
import { own } from './metadata.ts';
import { nearMeaning, referenceOf, threshold, unsupported } from './near.ts';
import type { AggregationMeaning } from './near.ts';
import { parseRule } from './rule.ts';
import type { DocumentContext } from './rule.ts';
import type { YamlMap } from './yaml-value.ts';

export interface ConvertedRule {
  /** The rule in front of the pipe; with `near`, then one for each detection behind it. */
  readonly rules: readonly SigmaRule[];
  readonly correlation: SigmaCorrelation;
  readonly notice: RuleNotice;
}

const aggregations: Readonly<Record<string, CorrelationType>> = {
  count: 'event_count',
  sum: 'value_sum',
  avg: 'value_avg',
};
const operators: Readonly<Record<string, CorrelationBound['op']>> = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '=': 'eq',
  '==': 'eq',
  '!=': 'neq',
};
const aggregationPattern =
  /^\s*([A-Za-z]+)\s*\(\s*([^\s()|<>=!,]*)\s*\)\s*(?:by\s+([^()|<>=!]*[^\s()|<>=!])\s*)?(>=|<=|==|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)\s*$/;
/** Characters; the pattern takes time in the square of the length. */
const maxAggregation = 1000;
const place = at(at(null, 'detection'), 'condition');

/** Whether a rule's condition has a pipe, and is for `convertAggregation`. */
export function hasAggregation(map: YamlMap): boolean {
  const section = own(map, 'detection');
  if (!isMap(section)) return false;
  const condition = own(section, 'condition');
  return typeof condition === 'string'
    ? condition.includes('|')
    : Array.isArray(condition) && condition.some((text) => typeof text === 'string' && text.includes('|'));
}

/** Throws RuleFault: HB_RULE_UNSUPPORTED where no correlation means the same. */
export function convertAggregation(map: YamlMap, context: DocumentContext): ConvertedRule {
  const section = own(map, 'detection') as YamlMap;
  const text = aggregatedText(section);
  const pipe = text.indexOf('|');
  const rest = text.slice(pipe + 1);
  const timespan = timeframe(section, pipe);
  const front = { ...section, condition: text.slice(0, pipe).trimEnd() };
  const whole = parseRule({ ...map, detection: front }, context);
  const base: SigmaRule = { ...whole, name: whole.name ?? (whole.id === null ? madeName(whole) : null) };
  const near = /^\s*near\s+/.exec(rest);
  const meaning =
    near === null
      ? aggregationOf(base, rest, pipe + 1)
      : nearMeaning(base, rest.slice(near[0].length), place, pipe + 1 + near[0].length);
  const correlation = correlationOf(base, meaning, timespan, context);
  const notice: RuleNotice = {
    path: context.path,
    position: context.place('detection', 'condition'),
    message:
      `the old aggregation ${quote(text.slice(pipe).trim())} was read as a correlation of the type ` +
      `${meaning.type} over ${timespan.text}`,
  };
  return { rules: meaning.rules, correlation, notice };
}

function aggregatedText(section: YamlMap): string {
  const written = own(section, 'condition');
  if (typeof written === 'string') return written;
  const list = written as readonly unknown[];
  if (list.length === 1 && typeof list[0] === 'string') return list[0];
  throw unsupported(
    'an aggregation after a pipe cannot be one of several conditions',
    place,
    0,
    'Split the rule.',
  );
}

function timeframe(section: YamlMap, pipe: number): { text: string; seconds: number } {
  const text = own(section, 'timeframe') ?? undefined;
  if (text === undefined) {
    throw unsupported(
      'the aggregation after the pipe has no timeframe, so the span of time it is about cannot be known',
      place,
      pipe,
      'Write the time span below detection, such as timeframe: 5m, or write the rule as a correlation.',
    );
  }
  const seconds = typeof text === 'string' ? parseTimespan(text) : undefined;
  if (typeof text !== 'string' || seconds === undefined) {
    throw new RuleFault(
      'HB_RULE_INVALID',
      'the timeframe must be a number and one of s m h d w M y, such as 10m',
      at(at(null, 'detection'), 'timeframe'),
    );
  }
  return { text, seconds };
}

function aggregationOf(base: SigmaRule, text: string, offset: number): AggregationMeaning {
  const found = text.length > maxAggregation ? null : aggregationPattern.exec(text);
  if (found === null) {
    throw unsupported(
      `the aggregation ${quote(text.trim())} is not of the form count(field) by field > number`,
      place,
      offset,
      'See the Sigma specification for correlations, which replaced aggregations.',
    );
  }
  const [, word, field, groups, operator, limit] = found as unknown as [
    string,
    string,
    string,
    string?,
    string?,
    string?,
  ];
  const name = word.toLowerCase();
  const counted = Object.hasOwn(aggregations, name) ? aggregations[name] : undefined;
  if (counted === undefined) {
    const known = name === 'min' || name === 'max';
    throw unsupported(
      known ? `correlations have no ${name}` : `the aggregation ${quote(word)} is none of count, sum, avg`,
      place,
      offset,
      'See the Sigma specification for correlations, which replaced aggregations.',
    );
  }
  if (field === '' && counted !== 'event_count') throw unsupported(`${name} needs a field`, place, offset);
  const type = field !== '' && counted === 'event_count' ? 'value_count' : counted;
  const bound = { op: operators[operator as string] as CorrelationBound['op'], value: Number(limit) };
  return {
    type,
    groupBy:
      groups === undefined
        ? []
        : groups
            .split(',')
            .map((group) => group.trim())
            .filter((group) => group !== ''),
    condition: threshold([bound], field === '' ? [] : [field]),
    rules: [base],
  };
}

function correlationOf(
  base: SigmaRule,
  { type, groupBy, condition, rules }: AggregationMeaning,
  timespan: SigmaCorrelation['timespan'],
  context: DocumentContext,
): SigmaCorrelation {
  const { logsource: _source, detections: _detections, conditions: _conditions, ...head } = base;
  return {
    ...head,
    kind: 'correlation',
    id: null,
    name: null,
    related: [...base.related, ...(base.id === null ? [] : [{ id: base.id, type: 'derived' }])],
    type,
    rules: rules.map(referenceOf),
    rulesPosition: context.place('detection', 'condition'),
    groupBy,
    timespan,
    condition,
    aliases: {},
    generate: false,
  };
}

/** For a rule without id and name: from where it stands (FNV-1a). */
function madeName({ path, document }: SigmaRule): string {
  let hash = 0x811c9dc5;
  for (const char of `${path}#${document}`)
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  return `rule_${(hash >>> 0).toString(16).padStart(8, '0')}`;
}
