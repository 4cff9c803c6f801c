/**
 * Kusto Query Language (https://learn.microsoft.com/kusto/query/) for Microsoft Defender XDR, Sentinel, Azure Monitor and
 * Azure Data Explorer. The table comes from a pipeline's state `query_table`, or from the option `table`.
 */
import type { Dialect } from '../dialect.ts';
import { textTarget } from '../text-target.ts';
import type { RuleContext } from '../types.ts';
import { correlate } from './correlation.ts';
import { keywords, values, writeList } from './values.ts';

const dialect: Dialect = {
  name: 'kusto',
  title: 'Kusto (KQL)',
  manual: 'https://learn.microsoft.com/kusto/query/',
  formats: { default: { description: 'KQL queries' } },
  options: {
    table: {
      description: 'table to query where no pipeline names one; empty: the condition alone',
      default: '',
    },
    time_field: {
      description: 'column of the event time, for correlations; a pipeline may set it',
      default: 'TimeGenerated',
    },
    dotted_names: {
      description: 'what `a.b` is: `path` into a dynamic column, or a `column` of that name',
      default: 'path',
    },
  },
  supports: {
    keywords: 'yes',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'part',
    compare: 'yes',
    timeparts: 'yes',
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
    ],
    notes: [
      'regex: no look-around, back references nor escapes such as \\h and \\Z',
      'exists: text columns are never null, an empty text counts as missing',
      'correlations slide with the events; those that ask for few events or for a missing rule use fixed buckets',
      'percentiles and medians are estimates of Kusto',
      'values with letters beyond ASCII are patterns, as the text operators ignore the case of ASCII letters only',
    ],
    ranOn: null,
  },
  suggests: [
    { when: { category: 'process_creation' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'registry_set' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'registry_add' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'registry_delete' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'registry_event' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'file_event' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'image_load' }, pipelines: ['microsoft_xdr'] },
    { when: { category: 'network_connection' }, pipelines: ['microsoft_xdr'] },
    { when: { product: 'windows', service: 'security' }, pipelines: ['azure_monitor'] },
  ],
  precedence: ['not', 'and', 'or'],
  grouping: 'always',
  and: ' and ',
  or: ' or ',
  not: (operand, _, item) =>
    item.op === 'or' && item.expansion === true ? `not${operand}` : `not(${operand})`,
  group: (inner) => `(${inner})`,
  values,
  keywords,
  list: writeList,
  correlate,
  query: (search, context) => {
    const table = tableOf(context);
    return table === '' ? search : `${table}\n| where ${search}`;
  },
};

export const kusto = textTarget(dialect);

function tableOf({ state, options }: Pick<RuleContext, 'state' | 'options'>): string {
  const { query_table: table } = state;
  return typeof table === 'string' && table !== '' ? table : (options['table'] ?? '');
}
