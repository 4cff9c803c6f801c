/**
 * Correlations in KQL. Where enough is asked for, the time span slides with the events: for counts of events by looking
 * back so many rows (prev), else by a join of each event with those of its group within the time span before it
 * (https://learn.microsoft.com/kusto/query/join-time-window). Conditions that ask for few events, or for a rule that did
 * not match, are decided over fixed buckets (bin).
 */
import type { HuntbookError } from '../../../errors.ts';
import type { Condition, SigmaCorrelation } from '../../ast.ts';
import { anyOf } from '../correlation-words.ts';
import { cannotExpress } from '../dialect.ts';
import type { CorrelationContext } from '../types.ts';
import { quoted } from './text.ts';
import { column } from './values.ts';

type Threshold = Extract<SigmaCorrelation['condition'], { kind: 'threshold' }>;

/** What the steps are written with. */
interface Words {
  readonly time: string;
  readonly span: string;
  /** `key1, key2`; empty without group-by. */
  readonly keys: readonly string[];
}

export function correlate(context: CorrelationContext): { search: string; query: string }[] {
  const { correlation } = context;
  const words: Words = {
    time: timeField(context),
    span: /^\d+[smhd]$/.test(correlation.timespan.text)
      ? correlation.timespan.text
      : `${correlation.timespan.seconds}s`,
    keys: correlation.groupBy.map((_, index) => `key${index + 1}`),
  };
  const { condition, type } = correlation;
  let query: string;
  if (type === 'temporal_ordered') query = ordered(context, words);
  else if (condition.kind === 'expression') query = expression(context, words, condition.tree);
  else query = threshold(context, words, condition);
  return [{ search: query, query }];
}

/**
 * All events of the rules with their group in `key1`, `key2`, … and, for the temporal types, their rule in `event_type`.
 * What is sought in one table for one purpose is one search, so that an event of several of them comes once.
 */
function events(context: CorrelationContext): string[] {
  const { correlation, parts, options } = context;
  const labelled = correlation.type.startsWith('temporal');
  const searches = new Map<string, { table: string; extend: string; conditions: string[] }>();
  for (const { reference, label, searches: texts, context: part } of parts) {
    if ('correlation' in part) throw refused(correlation, 'a correlation of correlations');
    const columns = Object.entries(correlation.aliases)
      .filter(([, rules]) => Object.hasOwn(rules, reference))
      .map(([alias, rules]) => `${column(alias, options)} = ${column(rules[reference] as string, options)}`);
    if (labelled) columns.unshift(`event_type = ${quoted(label)}`);
    const extend = columns.join(', ');
    for (const { search, query } of texts) {
      if (query === search) {
        throw refused(
          correlation,
          'a correlation of rules without a table',
          'Give the option table, or a pipeline.',
        );
      }
      const table = query.slice(0, -`\n| where ${search}`.length);
      const key = `${table}\n${extend}`;
      const found = searches.get(key);
      if (found === undefined) searches.set(key, { table, extend, conditions: [search] });
      else found.conditions.push(search);
    }
  }
  const texts = [...searches.values()].map(({ table, extend, conditions }) => [
    table,
    `| where ${anyOf(conditions, ' or ')}`,
    ...(extend === '' ? [] : [`| extend ${extend}`]),
  ]);
  const [only] = texts;
  const lines =
    texts.length === 1 && only !== undefined
      ? only
      : [
          'union',
          ...texts.map((text, index) => `  (${text.join(' ')})${index < texts.length - 1 ? ',' : ''}`),
        ];
  const keys = correlation.groupBy.map(
    (name, index) => `key${index + 1} = tolower(tostring(${column(name, options)}))`,
  );
  if (keys.length > 0) {
    const present = keys.map((_, index) => `isnotempty(key${index + 1})`).join(' and ');
    lines.push(`| extend ${keys.join(', ')}`, `| where ${present}`);
  }
  return lines;
}

function threshold(context: CorrelationContext, words: Words, condition: Threshold): string {
  const { correlation } = context;
  const { name, value, call } = aggregate(context, condition);
  const tests = condition.bounds
    .map(({ op, value: bound }) => `${name} ${operators[op]} ${bound}`)
    .join(' and ');
  if (!condition.bounds.every(({ op }) => op === 'gt' || op === 'gte')) {
    return [
      ...events(context),
      ...(value === null ? [] : [`| extend value = ${value}`]),
      `| summarize ${name} = ${call} by ${[...words.keys, `window = bin(${words.time}, ${words.span})`].join(', ')}`,
      `| where ${tests}`,
    ].join('\n');
  }
  if (correlation.type === 'event_count') return lookBack(context, words, condition);
  return [
    ...materialized(context, value),
    'matched',
    ...paired(words, 'matched', ['value']),
    `| where other_time between (${words.time} - ${words.span} .. ${words.time})`,
    `| summarize ${name} = ${call} by ${['event_id', words.time, ...words.keys].join(', ')}`,
    `| where ${tests}`,
  ].join('\n');
}

/** So many events ago is not longer ago than the time span. */
function lookBack(context: CorrelationContext, { time, span, keys }: Words, { bounds }: Threshold): string {
  const count = Math.max(
    ...bounds.map(({ op, value }) => (op === 'gt' ? Math.floor(value) + 1 : Math.ceil(value))),
  );
  const lines = events(context);
  if (count > 1) {
    const back = count - 1;
    lines.push(
      `| sort by ${[...keys, time].map((name) => `${name} asc`).join(', ')}`,
      `| extend first_time = prev(${time}, ${back})${keys.map((key) => `, first_${key} = prev(${key}, ${back})`).join('')}`,
      `| where ${[...keys.map((key) => `first_${key} == ${key}`), `${time} - first_time <= ${span}`].join(' and ')}`,
    );
  }
  return lines.join('\n');
}

function aggregate(
  context: CorrelationContext,
  { fields, percentile }: Threshold,
): { name: string; value: string | null; call: string } {
  const { correlation } = context;
  const columns = fields.map((name) => column(name, context.options));
  const number = `todouble(${columns[0] ?? ''})`;
  switch (correlation.type) {
    case 'event_count':
      return { name: 'event_count', value: null, call: 'count()' };
    case 'temporal':
      return { name: 'event_type_count', value: 'event_type', call: 'count_distinct(value)' };
    case 'value_count': {
      const whole =
        columns.length === 1
          ? `tolower(tostring(${columns[0]}))`
          : `iff(${columns.map((name) => `isempty(${name})`).join(' or ')}, "", tolower(tostring(pack_array(${columns.join(', ')}))))`;
      return { name: 'value_count', value: whole, call: 'count_distinctif(value, isnotempty(value))' };
    }
    case 'value_percentile':
      if (percentile === null) throw refused(correlation, 'a percentile that is not given (key percentile)');
      return { name: 'value_percentile', value: number, call: `percentile(value, ${percentile})` };
    case 'value_median':
      return { name: 'value_median', value: number, call: 'percentile(value, 50)' };
    case 'value_avg':
      return { name: 'value_avg', value: number, call: 'avg(value)' };
    default:
      return { name: 'value_sum', value: number, call: 'sum(value)' };
  }
}

function expression(context: CorrelationContext, words: Words, tree: Condition): string {
  const { correlation, parts } = context;
  const write = (node: Condition): string => {
    switch (node.kind) {
      case 'ref': {
        const part = parts.find(({ reference }) => reference === node.name);
        if (part === undefined)
          throw refused(correlation, `the rule ${JSON.stringify(node.name)}, which is not listed`);
        return `set_has_element(event_types, ${quoted(part.label)})`;
      }
      case 'not':
        return `not(${write(node.item)})`;
      case 'of':
        throw refused(correlation, 'selectors such as `1 of` in the condition of a correlation');
      default:
        return node.items
          .map((item) => (item.kind === 'and' || item.kind === 'or' ? `(${write(item)})` : write(item)))
          .join(` ${node.kind} `);
    }
  };
  if (hasNot(tree)) {
    return [
      ...events(context),
      `| summarize event_types = make_set(event_type) by ${[...words.keys, `window = bin(${words.time}, ${words.span})`].join(', ')}`,
      `| where ${write(tree)}`,
    ].join('\n');
  }
  return [
    ...materialized(context, 'event_type'),
    'matched',
    ...paired(words, 'matched', ['value']),
    `| where other_time between (${words.time} - ${words.span} .. ${words.time})`,
    `| summarize event_types = make_set(value) by ${['event_id', words.time, ...words.keys].join(', ')}`,
    `| where ${write(tree)}`,
  ].join('\n');
}

function hasNot(tree: Condition): boolean {
  if (tree.kind === 'not') return true;
  return (tree.kind === 'and' || tree.kind === 'or') && tree.items.some(hasNot);
}

/** `start` is the latest time at which a chain of rules that ends with this event may have begun; times must differ. */
function ordered(context: CorrelationContext, words: Words): string {
  const { correlation, parts } = context;
  const { condition } = correlation;
  const all =
    condition.kind === 'threshold' &&
    condition.bounds.every(({ op, value }) => (op === 'gte' || op === 'eq') && value === parts.length);
  if (!all) throw refused(correlation, 'an order of some of the rules only');
  const lines = materialized(context, null);
  parts.forEach(({ label }, index) => {
    const own = `matched | where event_type == ${quoted(label)}`;
    if (index === 0) {
      lines.push(`let step1 = ${own} | extend start = ${words.time};`);
      return;
    }
    lines.push(
      `let step${index + 1} = ${own}`,
      ...paired(words, `step${index}`, ['start']),
      `| where other_time < ${words.time} and ${words.time} - start <= ${words.span}`,
      `| summarize start = max(start) by ${['event_id', words.time, ...words.keys].join(', ')};`,
    );
  });
  lines.push(`step${parts.length}`);
  return lines.join('\n');
}

function materialized(context: CorrelationContext, value: string | null): string[] {
  return [
    'let matched = materialize(',
    ...events(context),
    ...(value === null ? [] : [`| extend value = ${value}`]),
    '| serialize event_id = row_number()',
    ');',
  ];
}

/** Joins with the events of the same group in the same bucket or the one before; `other_time` is theirs. */
function paired({ time, span, keys }: Words, other: string, columns: readonly string[]): string[] {
  const bucket = `bin(${time}, ${span})`;
  return [
    `| project ${['event_id', time, ...keys, `window = ${bucket}`].join(', ')}`,
    `| join kind=inner (${other}`,
    `  | project ${[...keys, `other_time = ${time}`, ...columns, `window = range(${bucket}, ${bucket} + ${span}, ${span})`].join(', ')}`,
    '  | mv-expand window to typeof(datetime)',
    `) on ${[...keys, 'window'].join(', ')}`,
  ];
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '==', neq: '!=' } as const;

function timeField(context: CorrelationContext): string {
  const { time_field: time } = context.state;
  return column(
    typeof time === 'string' ? time : (context.options['time_field'] ?? 'TimeGenerated'),
    context.options,
  );
}

function refused(correlation: SigmaCorrelation, what: string, hint?: string): HuntbookError {
  return cannotExpress(correlation, 'Kusto', what, hint);
}
