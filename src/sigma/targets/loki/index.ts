/**
 * Grafana Loki (https://grafana.com/docs/loki/latest/query/): a stream selector, filters of lines for keywords, a
 * parser by log source, comparisons of labels. `not` is written by the opposite of every comparison below it.
 */
import type { Expression, SigmaValue } from '../../ast.ts';
import { unsupported } from '../dialect.ts';
import type { Dialect, Spot, Walk } from '../dialect.ts';
import { textTarget } from '../text-target.ts';
import { correlate } from './correlation.ts';
import { parserOf, selectorOf } from './stream.ts';
import { flagsOf, goString, linePattern, quoted } from './text.ts';
import { madeLabel, re2, title, values } from './values.ts';
import type { Stage } from './values.ts';

const dialect: Dialect = {
  name: 'loki',
  title: 'Grafana Loki (LogQL)',
  manual: 'https://grafana.com/docs/loki/latest/query/',
  formats: { default: { description: 'LogQL queries' } },
  options: {
    selector: { description: 'stream selector; empty: by the log source', default: '' },
    parser: { description: 'parser such as json or logfmt; empty: by the log source', default: '' },
  },
  supports: {
    keywords: 'yes',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'part',
    compare: 'yes',
    timeparts: 'part',
    correlations: [
      'event_count',
      'value_count',
      'temporal',
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
      'expression',
      'aliases',
    ],
    notes: [
      'regex: no look-around and no back references (RE2)',
      'exists: an empty label counts as missing',
      'timeparts: minute, hour, day, month and year of a Unix time are equal to a number; no weeks',
      'keywords are looked for in the line as it was sent',
      'startswith and endswith do not look over line ends',
      'correlations slide with the step of the query; groups compare with case; an event that several rules match counts for each',
    ],
    ranOn: null,
  },
  suggests: [],
  precedence: ['not', 'and', 'or'],
  grouping: 'needed',
  and: ' and ',
  or: ' or ',
  not: (operand) => operand,
  group: (inner) => `(${inner})`,
  values,
  keywords: {},
  node: writeNode,
  finish: (search, deferred, context) => {
    const stages = deferred as readonly Stage[];
    const lines = stages.flatMap((stage) => ('line' in stage ? [stage.line] : []));
    const made = stages.flatMap((stage) =>
      'label' in stage ? [`${stage.label}=${quoted(stage.template)}`] : [],
    );
    if (search !== '') lines.push(`| ${parserOf(context)}`);
    if (made.length > 0) lines.push(`| label_format ${made.join(',')}`);
    if (search !== '') lines.push(`| ${search}`);
    return lines.join(' ');
  },
  query: (search, context) => `${selectorOf(context)} ${search}`,
  correlate,
};

export const loki = textTarget(dialect);

function writeNode(expression: Expression, spot: Spot, walk: Walk): string | null {
  if (expression.op === 'not') return walk(expression.item, { ...spot, negated: !spot.negated });
  const keywords = keywordsOf(expression);
  if (keywords !== null) return writeKeywords(keywords, spot);
  if (expression.op === 'match') return null;
  const op = (expression.op === 'and') === spot.negated ? 'or' : 'and';
  const below: Spot = { ...spot, parent: op, required: spot.required && op === 'and' };
  const texts: string[] = [];
  for (const item of expression.items) {
    const text = walk(item, below);
    // What was deferred whole leaves nothing behind.
    if (text !== '') texts.push(text);
  }
  const joined = texts.join(op === 'and' ? dialect.and : dialect.or);
  return op === 'or' && spot.parent === 'and' && texts.length > 0 ? `(${joined})` : joined;
}

/** Keywords of which any is enough; null: something else. */
function keywordsOf(expression: Expression): SigmaValue[] | null {
  if (expression.op === 'match') return expression.field === null ? [expression.value] : null;
  if (expression.op !== 'or') return null;
  const found: SigmaValue[] = [];
  for (const item of expression.items) {
    const below = keywordsOf(item);
    if (below === null) return null;
    found.push(...below);
  }
  return found;
}

/** As filters of lines where they hold for every result, else as a label that counts them. */
function writeKeywords(keywords: readonly SigmaValue[], spot: Spot): string {
  const stages = spot.deferred as Stage[];
  if (!spot.required) {
    const made = madeLabel('keyword', `{{ count ${goString(anyKeyword(keywords, spot))} __line__ }}`, spot);
    return `${made}${spot.negated ? '=' : '!='}\`0\``;
  }
  for (const alternatives of spot.negated ? keywords.map((keyword) => [keyword]) : [keywords]) {
    const [only] = alternatives;
    const exact = alternatives.length === 1 && only !== undefined ? exactText(only) : null;
    stages.push({
      line:
        exact === null
          ? `${spot.negated ? '!~' : '|~'} ${quoted(anyKeyword(alternatives, spot))}`
          : `${spot.negated ? '!=' : '|='} ${quoted(exact)}`,
    });
  }
  return '';
}

/** The text of a keyword that a line holds as it is. */
function exactText(value: SigmaValue): string | null {
  if (value.kind === 'number') return String(value.value);
  if (value.kind !== 'string' || !value.cased) return null;
  const parts = value.parts.filter(
    (part, index) => typeof part === 'string' || (index > 0 && index < value.parts.length - 1),
  );
  return parts.every((part) => typeof part === 'string') ? parts.join('') : null;
}

/** One expression for all; flags in front where they are the same for all. */
function anyKeyword(keywords: readonly SigmaValue[], spot: Spot): string {
  const each = keywords.map((value): { flags: string; text: string } => {
    switch (value.kind) {
      case 'string':
        return { flags: flagsOf(value.parts, value.cased), text: linePattern(value.parts) };
      case 'number':
      case 'bool':
        return {
          flags: '(?i)',
          text: linePattern([String(value.kind === 'number' ? value.value : value.value)]),
        };
      case 'regex':
        return { flags: '', text: `(?:${re2(value.source, value.flags, spot)})` };
      default:
        throw unsupported(spot.context, title, 'such a value without a field');
    }
  });
  const all = each.every(({ flags }) => flags.includes('i'));
  const flags = all ? `(?i${each.some((one) => one.flags.includes('s')) ? 's' : ''})` : '';
  return (
    flags +
    each
      .map((one) => (all || one.flags === '' ? one.text : `${one.flags.slice(0, -1)}:${one.text})`))
      .join('|')
  );
}
