/**
 * Every type of step and condition with its parameters, as the file format of processing pipelines has them:
 * https://sigmahq.io/docs/digging-deeper/pipelines.html. `extract_fields`, `field_name_transform` and the placeholders
 * that read files, web pages or commands have no public description; their parameters here are ours.
 */
import type { ParameterSpec, ParameterSpecs } from './parameters.ts';

export type Vocabulary = ReadonlyMap<string, ParameterSpecs>;

const required = (kind: ParameterSpec['kind'], choices?: readonly string[]): ParameterSpec => ({
  kind,
  required: true,
  ...(choices === undefined ? {} : { choices }),
});
const text: ParameterSpec = { kind: 'text' };
const texts: ParameterSpec = { kind: 'texts' };
const bool: ParameterSpec = { kind: 'bool' };
const names: ParameterSpec = { kind: 'names' };
const chosen = { include: texts, exclude: texts };

export const comparisons = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'in', 'not_in'] as const;
const op: ParameterSpec = { kind: 'text', choices: comparisons };
const anyOrAll: ParameterSpec = { kind: 'text', choices: ['any', 'all'] };
const applied = { processing_item_id: required('text') };
const state = { key: required('text'), val: required('any'), op };
const fieldList = { fields: required('texts'), mode: { kind: 'text', choices: ['plain', 're'] } } as const;

export const transformations: Vocabulary = vocabulary({
  field_name_mapping: { mapping: required('mapping') },
  field_name_prefix_mapping: { mapping: required('mapping') },
  field_name_transform: { transform_func: required('function'), mapping: names },
  field_name_suffix: { suffix: required('text') },
  field_name_prefix: { prefix: required('text') },
  drop_detection_item: {},
  hashes_fields: { valid_hash_algos: required('texts'), field_prefix: text, drop_algo_prefix: bool },
  extract_fields: { pattern: required('text'), field_prefix: text },
  wildcard_placeholders: chosen,
  value_placeholders: chosen,
  query_expression_placeholders: { ...chosen, expression: required('text'), mapping: names },
  file_placeholders: { ...chosen, path: required('text'), mapping: names },
  http_placeholders: { ...chosen, url: required('text'), mapping: names, headers: names, method: text },
  command_placeholders: { ...chosen, command: required('texts'), mapping: names },
  add_condition: { conditions: required('map'), name: text, template: bool, negated: bool },
  change_logsource: { category: text, product: text, service: text },
  add_field: { field: required('texts') },
  remove_field: { field: required('texts') },
  set_field: { fields: required('texts') },
  replace_string: {
    regex: required('text'),
    replacement: required('text'),
    skip_special: bool,
    interpret_special: bool,
  },
  map_string: { mapping: required('mapping') },
  set_state: { key: required('text'), val: required('any') },
  regex: {
    method: {
      kind: 'text',
      choices: [
        'plain',
        'ignore_case_flag',
        'ignore_case_brackets',
        'case_insensitive_flag',
        'case_insensitive_brackets',
      ],
    },
  },
  set_value: { value: required('scalar'), force_type: { kind: 'text', choices: ['str', 'num'] } },
  convert_type: { target_type: required('text', ['str', 'num']) },
  rule_failure: { message: required('text') },
  detection_item_failure: { message: required('text') },
  strict_field_mapping_failure: {},
  set_custom_attribute: { attribute: required('text'), value: required('any') },
  nest: { items: required('steps') },
  /** These six are ours, for tables with fixed columns: see `columns.ts` and `split-path.ts`. */
  check_fields: { fields: required('texts'), table: required('text') },
  translate_values: { mapping: required('mapping'), strict: bool },
  file_names: {},
  read_numbers: {},
  plain_registry_data: {},
  split_path: { container: required('text'), name: required('text'), whole: text },
  /** These two are ours: what configurations of the old sigmac say, see `sigmac.ts`. */
  sigmac_logsources: {
    sources: required('any'),
    merging: { kind: 'text', choices: ['and', 'or'] },
    default_index: texts,
  },
  sigmac_fields: { mapping: required('map') },
  case: { method: { kind: 'text', choices: ['lower', 'upper', 'snake_case', 'snake'] } },
});

/** Types of steps that the file format does not have. */
export const ownTransformations: ReadonlySet<string> = new Set([
  'check_fields',
  'file_names',
  'plain_registry_data',
  'read_numbers',
  'sigmac_fields',
  'sigmac_logsources',
  'split_path',
  'translate_values',
]);

export const ruleConditions: Vocabulary = vocabulary({
  logsource: { category: text, product: text, service: text },
  contains_detection_item: { field: { kind: 'scalar', required: true }, value: required('scalar') },
  contains_field: { field: required('text') },
  processing_item_applied: applied,
  processing_state: state,
  is_sigma_rule: {},
  is_sigma_correlation_rule: {},
  rule_attribute: { attribute: required('text'), value: required('any'), op },
  tag: { tag: required('text') },
});

export const itemConditions: Vocabulary = vocabulary({
  match_string: { cond: anyOrAll, pattern: required('text') },
  match_value: { cond: anyOrAll, value: required('scalar') },
  contains_wildcard: { cond: anyOrAll },
  is_null: { cond: anyOrAll },
  processing_item_applied: applied,
  processing_state: state,
});

export const fieldConditions: Vocabulary = vocabulary({
  include_fields: fieldList,
  exclude_fields: fieldList,
  processing_item_applied: applied,
  processing_state: state,
});

export const postprocessing: Vocabulary = vocabulary({
  embed: { prefix: text, suffix: text },
  simple_template: { template: required('text') },
  template: { template: required('text'), path: text, vars: { kind: 'map' } },
  json: { json_template: required('text') },
  replace: { pattern: required('text'), replacement: required('text') },
  nest: { items: required('steps') },
});

export const finalizers: Vocabulary = vocabulary({
  concat: { separator: text, prefix: text, suffix: text },
  json: { indent: { kind: 'scalar' } },
  yaml: { indent: { kind: 'scalar' } },
  template: { template: required('text'), path: text, vars: { kind: 'map' } },
  nested: { finalizers: required('steps') },
});

function vocabulary(types: Readonly<Record<string, ParameterSpecs>>): Vocabulary {
  return new Map(Object.entries(types));
}
