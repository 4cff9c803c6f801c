/**
 * Google SecOps (Chronicle): UDM search
 * (https://docs.cloud.google.com/chronicle/docs/investigation/search-syntax-reference). Fields are those of the Unified
 * Data Model: see the pipeline secops_udm. `not` is written by the opposite of every comparison below it.
 */
import type { Expression, SigmaRule } from '../../ast.ts';
import type { Dialect, Spot, Walk } from '../dialect.ts';
import { textTarget, valuesOfOneField } from '../text-target.ts';
import { quoted } from './text.ts';
import { values, writeTexts } from './values.ts';

const dialect: Dialect = {
  name: 'secops',
  title: 'Google SecOps (UDM search)',
  manual: 'https://docs.cloud.google.com/chronicle/docs/investigation/search-syntax-reference',
  formats: { default: { description: 'UDM searches' } },
  supports: {
    keywords: 'no',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'no',
    exists: 'part',
    compare: 'yes',
    timeparts: 'no',
    correlations: [],
    notes: [
      'keywords: a UDM search compares fields; raw logs are searched apart',
      'regex: no look-around and no back references (RE2)',
      'exists: a field that is empty counts as missing; a missing number counts as 0',
      'startswith and endswith do not look over line ends',
    ],
    ranOn: null,
  },
  suggests: [{ when: {}, pipelines: ['secops_udm'] }],
  precedence: ['not', 'and', 'or'],
  grouping: 'needed',
  and: ' AND ',
  or: ' OR ',
  not: (operand) => operand,
  group: (inner) => `(${inner})`,
  values,
  node: writeNode,
  query: (search, { state }) => {
    const types = state['event_types'];
    if (!Array.isArray(types) || types.length === 0) return search;
    const all = types.map((type) => `metadata.event_type = ${quoted(String(type))}`);
    return `(${all.join(dialect.or)}) AND (${search})`;
  },
};

export const secops = textTarget(dialect);

function writeNode(expression: Expression, spot: Spot, walk: Walk): string | null {
  if (expression.op === 'match') return null;
  if (expression.op === 'not')
    return walk(expression.item, { ...spot, parent: 'not', negated: !spot.negated });
  const op = (expression.op === 'and') === spot.negated ? 'or' : 'and';
  const texts =
    expression.op === 'or' && !spot.negated && expression.expansion !== true
      ? writeList(expression.items, spot, walk)
      : expression.items.map((item) => walk(item, { ...spot, parent: op }));
  const joined = texts.join(op === 'and' ? dialect.and : dialect.or);
  if (texts.length === 1 || (expression.op === 'or' && expression.expansion === true && spot.parent === 'or'))
    return joined;
  const grouped =
    spot.parent === 'not' ||
    (spot.parent === null ? op === 'or' && isDetection(spot.context) : op !== spot.parent || op === 'or');
  return grouped ? `(${joined})` : joined;
}

/** Alternatives: texts of one field as one expression, then its numbers. */
function writeList(items: readonly Expression[], spot: Spot, walk: Walk): string[] {
  const each = (list: readonly Expression[]): string[] =>
    list.map((item) => walk(item, { ...spot, parent: 'or' }));
  const same = valuesOfOneField(items);
  if (same === null) return each(items);
  const isText = (_: unknown, index: number): boolean => same.values[index]?.kind === 'string';
  const texts = same.values.filter(isText);
  const text = texts.length < 2 ? null : writeTexts(same.field, texts, spot);
  return text === null ? each(items) : [text, ...each(items.filter((item, index) => !isText(item, index)))];
}

/** Whether a condition is one detection: its alternatives stand in parentheses, as all of a detection do. */
function isDetection({ rule, conditionIndex }: { rule: SigmaRule; conditionIndex: number }): boolean {
  return rule.conditions[conditionIndex]?.tree.kind === 'ref';
}
