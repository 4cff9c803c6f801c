/**
 * Correlations in SPL. Sums over the time span slide with the events (streamstats time_window), so that events on both
 * sides of a bucket's border count together. Conditions that ask for few events, or for a rule that did not match, are
 * decided over fixed buckets (bin), as they hold for some sliding window nearly always.
 */
import type { HuntbookError } from '../../../errors.ts';
import type { Condition, CorrelationBound, SigmaCorrelation } from '../../ast.ts';
import { cannotExpress } from '../dialect.ts';
import type { CorrelationContext } from '../types.ts';
import { field, quoted } from './text.ts';

type Threshold = Extract<SigmaCorrelation['condition'], { kind: 'threshold' }>;

export function correlate(context: CorrelationContext): { search: string; query: string }[] {
  const { correlation, format } = context;
  if (format === 'data_model') throw refused(correlation, 'correlations over data models');
  const { condition, type } = correlation;
  let steps: string;
  if (type === 'temporal_ordered') steps = ordered(context);
  else if (condition.kind === 'expression') steps = expression(context, condition.tree);
  else steps = threshold(context, condition);
  const query = `${events(context, type.startsWith('temporal'))}\n\n${steps}`;
  return [{ search: query, query }];
}

/** All events of the rules; `event_type` says of which rule, where that matters. */
function events(context: CorrelationContext, labelled: boolean): string {
  const { correlation, parts } = context;
  const chained = parts.some(({ context: part }) => 'correlation' in part);
  const searches = parts.flatMap(({ reference, searches: texts }) =>
    texts.map(({ search }) => ({ search, reference })),
  );
  if (chained && !labelled) throw refused(correlation, 'counts of what correlations found');
  const renames = (reference: string): string =>
    Object.entries(correlation.aliases)
      .filter(([, rules]) => Object.hasOwn(rules, reference))
      .map(([alias, rules]) => ` | rename ${field(rules[reference] as string)} as ${field(alias)}`)
      .join('');
  const [only] = searches;
  // multisearch wants two searches at least.
  if (searches.length === 1 && only !== undefined) {
    const named = labelled ? ` | eval event_type=${quoted(label(context, only.reference))}` : '';
    const commands = `${renames(only.reference)}${named}`;
    return commands === '' ? only.search : `${only.search}\n${commands.slice(1)}`;
  }
  // As one search, an event that several of them find comes once.
  const plain = searches.every(({ search, reference }) => isPlain(search) && renames(reference) === '');
  if (plain && !labelled) return searches.map(({ search }) => `(${search})`).join(' OR ');
  const lines = searches.map(({ search, reference }) => {
    const body = search.startsWith('|') ? search : `search ${search}`;
    return `[ ${body}${renames(reference)} | eval event_type=${quoted(label(context, reference))} ]`;
  });
  // multisearch takes streaming commands only, which a correlation is not.
  return [`| ${chained ? 'union' : 'multisearch'}`, ...lines].join('\n');
}

/** Whether a search is nothing but conditions. */
function isPlain(search: string): boolean {
  return !search.startsWith('|') && !/\n\| /.test(search.replaceAll(/"(?:[^"\\]|\\[^])*"/g, '""'));
}

/** The name of a rule as a text that a search finds exactly. */
function label({ parts, correlation }: CorrelationContext, reference: string): string {
  const index = parts.findIndex((part) => part.reference === reference);
  const part = parts[index];
  if (part === undefined)
    throw refused(correlation, `the rule ${JSON.stringify(reference)}, which is not listed`);
  return part.label.includes('*') ? `${part.label.replaceAll('*', '_')} ${index + 1}` : part.label;
}

function threshold(context: CorrelationContext, condition: Threshold): string {
  const { correlation } = context;
  const { name, before, call } = aggregate(correlation, condition);
  const sliding = condition.bounds.every(({ op }) => op === 'gt' || op === 'gte');
  const tests = condition.bounds.map((bound) => `${name} ${operators[bound.op]} ${bound.value}`).join(' ');
  return [
    ...before,
    ...(sliding ? slide(correlation, `${call} as ${name}`) : bucket(correlation, `${call} as ${name}`)),
    '',
    `| search ${tests}`,
  ].join('\n');
}

function aggregate(
  correlation: SigmaCorrelation,
  { fields, percentile }: Threshold,
): { name: string; before: string[]; call: string } {
  const own = field(fields[0] ?? '');
  switch (correlation.type) {
    case 'event_count':
      return { name: 'event_count', before: [], call: 'count' };
    case 'temporal':
      return { name: 'event_type_count', before: [], call: 'dc(event_type)' };
    case 'value_count': {
      if (fields.length < 2) return { name: 'value_count', before: [], call: `dc(${own})` };
      return { name: 'value_count', before: [tuple(correlation, fields)], call: 'dc(value_tuple)' };
    }
    case 'value_percentile':
      if (percentile === null) throw refused(correlation, 'a percentile that is not given (key percentile)');
      return { name: 'value_percentile', before: [], call: `perc${percentile}(${own})` };
    case 'value_median':
      return { name: 'value_median', before: [], call: `median(${own})` };
    case 'value_avg':
      return { name: 'value_avg', before: [], call: `avg(${own})` };
    default:
      return { name: 'value_sum', before: [], call: `sum(${own})` };
  }
}

/** Several fields as one text; the lengths keep `a, bc` and `ab, c` apart. Null where one of them is missing. */
function tuple(correlation: SigmaCorrelation, fields: readonly string[]): string {
  const parts = fields.map((name) => {
    if (/['\\\p{Cc}]/u.test(name))
      throw refused(correlation, `the field name ${JSON.stringify(name)} in eval`);
    return `len('${name}').":".'${name}'`;
  });
  return `| eval value_tuple=${parts.join('.')}`;
}

function expression(context: CorrelationContext, tree: Condition): string {
  const { correlation } = context;
  const write = (node: Condition, inOr: boolean): string => {
    switch (node.kind) {
      case 'ref':
        return `event_types=${quoted(label(context, node.name))}`;
      case 'not':
        return `NOT ${node.item.kind === 'ref' ? write(node.item, false) : `(${write(node.item, false)})`}`;
      case 'of':
        throw refused(correlation, 'selectors such as `1 of` in the condition of a correlation');
      default: {
        const text = node.items.map((item) => write(item, node.kind === 'or'));
        if (node.kind === 'or') return text.join(' OR ');
        return inOr ? `(${text.join(' ')})` : text.join(' ');
      }
    }
  };
  const absent = hasNot(tree);
  const call = 'values(event_type) as event_types';
  return [
    ...(absent ? bucket(correlation, call) : slide(correlation, call)),
    '',
    `| search ${write(tree, false)}`,
  ].join('\n');
}

function hasNot(tree: Condition): boolean {
  if (tree.kind === 'not') return true;
  return (tree.kind === 'and' || tree.kind === 'or') && tree.items.some(hasNot);
}

/**
 * `startN` of an event of the N-th rule is the latest time at which a chain of the first N rules that ends with it may
 * have begun; after streamstats, of any event so far. Of events with the same time the later step comes first: they are
 * not one after the other.
 */
function ordered(context: CorrelationContext): string {
  const { correlation, parts } = context;
  const { condition, timespan } = correlation;
  const bounds: readonly CorrelationBound[] = condition.kind === 'threshold' ? condition.bounds : [];
  const all =
    condition.kind === 'threshold' &&
    bounds.every(({ op, value }) => (op === 'gte' || op === 'eq') && value === parts.length);
  if (!all) throw refused(correlation, 'an order of some of the rules only');
  const names = parts.map(({ reference }) => quoted(label(context, reference)));
  const steps = names.map((name, index) => `event_type=${name}, ${index + 1}`).join(', ');
  const lines = [`| eval step=case(${steps})`, '| sort 0 _time -step'];
  names.forEach((_, index) => {
    const start = `start${index + 1}`;
    lines.push(`| eval ${start}=if(step=${index + 1}, ${index === 0 ? '_time' : `start${index}`}, null())`);
    if (index < names.length - 1) lines.push(stream(correlation, `max(${start}) as ${start}`));
  });
  lines.push('', `| where _time-start${names.length}<=${timespan.seconds}`);
  return lines.join('\n');
}

function slide(correlation: SigmaCorrelation, call: string): string[] {
  return ['| sort 0 _time', stream(correlation, call)];
}

function stream({ timespan, groupBy }: SigmaCorrelation, call: string): string {
  const by = groupBy.length === 0 ? '' : ` by ${groupBy.map(field).join(' ')}`;
  return `| streamstats time_window=${windowOf(timespan)} ${call}${by}`;
}

function bucket({ timespan, groupBy }: SigmaCorrelation, call: string): string[] {
  return [
    `| bin _time span=${bucketOf(timespan)}`,
    `| stats ${call} by ${['_time', ...groupBy].map(field).join(' ')}`,
  ];
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', neq: '!=' } as const;

function windowOf({ text, seconds }: SigmaCorrelation['timespan']): string {
  return /^\d+[smhd]$/.test(text) ? text : `${seconds}s`;
}

/** Buckets of months and years follow the calendar. */
function bucketOf({ text, seconds }: SigmaCorrelation['timespan']): string {
  const found = /^(\d+)([smhdwMy])$/.exec(text);
  if (found === null) return `${seconds}s`;
  return found[1] + ({ M: 'mon', y: 'y' }[found[2] as string] ?? (found[2] as string));
}

function refused(correlation: SigmaCorrelation, what: string): HuntbookError {
  return cannotExpress(correlation, 'Splunk', what);
}
