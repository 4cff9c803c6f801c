/**
 * Splunk SPL (https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference). In a search NOT binds tightest,
 * then OR, then AND, which is a space. Texts are compared without case.
 */
import type { Expression } from '../../ast.ts';
import { withoutDoubleNot } from '../absence.ts';
import type { Dialect, Spot, Walk } from '../dialect.ts';
import { textTarget } from '../text-target.ts';
import type { RuleContext, Target } from '../types.ts';
import { correlate } from './correlation.ts';
import { dataModelSearch, formats, options } from './formats.ts';
import { laterOf } from './later.ts';
import type { Later } from './later.ts';
import { keywords, values, writeList } from './values.ts';

const dialect: Dialect = {
  name: 'splunk',
  title: 'Splunk',
  manual: 'https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference',
  formats,
  options,
  supports: {
    keywords: 'yes',
    regex: 'yes',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'no',
    correlations: [
      'event_count',
      'value_count',
      'temporal',
      'temporal_ordered',
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
      'expression',
      'aliases',
      'chained',
    ],
    notes: [
      'cased, `?` and a literal `*`: as regular expressions behind the search',
      'correlations slide with the events; those that ask for few events or for a missing rule use fixed buckets',
      'groups of correlations and distinct values are told apart by case',
      'correlations of correlations: temporal types only; an event that several rules with regular expressions find counts for each',
      'parts of times: the form of a time in a field is not known',
    ],
    ranOn: null,
  },
  suggests: [{ when: { product: 'windows' }, pipelines: ['sysmon', 'splunk_windows'] }],
  precedence: ['not', 'or', 'and'],
  grouping: 'needed',
  and: ' ',
  or: ' OR ',
  not: (operand) => (operand === '' ? '' : `NOT ${operand}`),
  group: (inner) => `(${inner})`,
  values,
  keywords,
  list: writeList,
  node: (expression, spot, walk) =>
    spot.parent === null && expression.op === 'and' ? writeTop(expression, spot, walk) : null,
  finish,
  correlate,
};

const target = textTarget(dialect);

export const splunk: Target = {
  ...target,
  search: (expression, context) => target.search(withoutDoubleNot(expression), context),
};

/** The parts that all must hold: those before the first that a search cannot say alone go into the first search. */
function writeTop(expression: Extract<Expression, { op: 'and' | 'or' }>, spot: Spot, walk: Walk): string {
  const below: Spot = { ...spot, parent: 'and' };
  const later = laterOf(spot);
  let texts: string[] = [];
  for (const item of conjuncts(expression)) {
    const none = later.flags.length === 0;
    const text = walk(item, below);
    if (none && later.flags.length > 0) {
      later.leading = texts.join(' ');
      texts = [];
    }
    if (text !== '') texts.push(text);
  }
  return texts.join(' ');
}

function conjuncts(expression: Extract<Expression, { op: 'and' | 'or' }>): Expression[] {
  return expression.items.flatMap((item) => (item.op === 'and' ? conjuncts(item) : [item]));
}

function finish(search: string, deferred: readonly unknown[], context: RuleContext): string {
  const later = deferred[0] as Later | undefined;
  let first = search;
  let commands: string[] = [];
  if (later !== undefined) {
    commands = later.filters;
    if (later.flags.length > 0) {
      first = later.leading;
      commands = [...later.flags, `| search ${search}`, ...later.filters];
    }
  }
  if (first === '') first = '*';
  if (context.format === 'data_model') return dataModelSearch(first, commands, context);
  return [first, ...commands].join('\n');
}
