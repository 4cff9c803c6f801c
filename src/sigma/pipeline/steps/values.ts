/** Steps that put other values in the place of those of a rule. */
import { ANY, ONE } from '../../ast.ts';
import type { SigmaValue, StringPart } from '../../ast.ts';
import { escapeLiteral } from '../../regex-class.ts';
import { compileRegex } from '../../regex.ts';
import {
  isPlaceholder,
  joinParts,
  parseStringValue,
  plainText,
  renderStringValue,
} from '../../string-value.ts';
import { StepFault, mappingOf, textOf } from '../parameters.ts';
import { displayText, mapValues, valueOf } from '../values.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import { snakeCase } from './fields.ts';
import { itemStep } from './items.ts';
import type { MakeStep } from './step.ts';

type StringValue = Extract<SigmaValue, { kind: 'string' }>;

/** Whole texts, compared with their wildcards and case. */
export const mapString: MakeStep = (context) => {
  const mapping = new Map(
    [...mappingOf(context.step.parameters, 'mapping')].map(
      ([from, to]) => [renderStringValue(joinParts(parseStringValue(from))), to.map(valueOf)] as const,
    ),
  );
  for (const [from, to] of mapping)
    if (to.length === 0) throw new StepFault(`${from} is mapped to nothing`, 'mapping', from);
  return itemStep(context, (item) =>
    mapValues(item, (value) => {
      if (value.kind !== 'string') return value;
      const to = mapping.get(renderStringValue(value.parts));
      if (to === undefined) return value;
      const values = to.map((next) => ({ ...next, cased: value.cased }) as StringValue);
      return values.length === 1 ? (values[0] as StringValue) : values;
    }),
  );
};

export const setValue: MakeStep = (context) => {
  const { value: written, force_type: force } = context.step.parameters;
  const value = force === undefined ? valueOf(written) : convert(valueOf(written), force === 'num');
  if (value === null) throw new StepFault(`${String(written)} cannot be a number`, 'value');
  return itemStep(context, (item) => {
    const { groups: _groups, ...rest } = item;
    return { ...rest, values: [value], link: 'or' };
  });
};

/** Text to numbers, or numbers to text. Throws HB_PIPELINE_RULE for text that is no number. */
export const convertType: MakeStep = (context) => {
  const toNumber = context.step.parameters.target_type === 'num';
  return itemStep(context, (item, work) =>
    mapValues(item, (value) => {
      if (value.kind !== (toNumber ? 'string' : 'number')) return value;
      const next = convert(value, toNumber);
      if (next === null)
        throw work.error(
          'HB_PIPELINE_RULE',
          `${JSON.stringify(displayText((value as StringValue).parts))} cannot be converted to a number`,
          item.position,
        );
      return next;
    }),
  );
};

const cases = new Map<string, (text: string) => string>([
  ['lower', (text) => text.toLowerCase()],
  ['upper', (text) => text.toUpperCase()],
  ['snake_case', snakeCase],
  ['snake', snakeCase],
]);

export const changeCase: MakeStep = (context) => {
  const change = cases.get(textOf(context.step.parameters, 'method', 'lower')) as (text: string) => string;
  return itemStep(context, (item) =>
    mapValues(item, (value) => {
      if (value.kind !== 'string') return value;
      const parts = value.parts.map((part) => (typeof part === 'string' ? change(part) : part));
      return parts.every((part, index) => part === value.parts[index]) ? value : { ...value, parts };
    }),
  );
};

/**
 * Text as a regular expression that finds the same: anchored, since expressions are searched for. Unless the value is
 * cased, case is ignored by a flag or by writing both cases of each letter in brackets; `plain` does neither.
 */
export const toRegex: MakeStep = (context) => {
  const method = textOf(context.step.parameters, 'method', 'ignore_case_brackets');
  return itemStep(context, (item, work) =>
    mapValues(item, (value) => (value.kind === 'string' ? regexOf(value, method, item, work) : value)),
  );
};

function convert(value: SigmaValue, toNumber: boolean): SigmaValue | null {
  if (!toNumber) {
    if (value.kind !== 'number' && value.kind !== 'bool') return value;
    return { kind: 'string', parts: [String(value.value)], cased: false };
  }
  if (value.kind !== 'string') return value.kind === 'number' ? value : null;
  const text = plainText(value.parts)?.trim() ?? '';
  if (!/^[-+]?\d+(?:\.\d+)?$/.test(text)) return null;
  const number = Number(text);
  const exact = text.includes('.') || Number.isSafeInteger(number);
  return { kind: 'number', value: exact ? number : BigInt(text.replace(/^\+/, '')).toString() };
}

function regexOf(value: StringValue, method: string, item: Item, work: Work): SigmaValue {
  const folded = method !== 'plain' && !value.cased;
  const brackets = folded && method.endsWith('brackets');
  const open = value.parts[0] === ANY;
  const last = value.parts.length - 1;
  const tail = last >= 0 && value.parts[last] === ANY;
  const inner: readonly StringPart[] = value.parts.slice(
    open ? 1 : 0,
    tail && (!open || last > 0) ? -1 : undefined,
  );
  let source = open ? '' : '^';
  for (const part of inner) {
    if (isPlaceholder(part)) source += `%${part.placeholder}%`;
    else if (part === ANY) source += '.*';
    else if (part === ONE) source += '.';
    else source += brackets ? bracketed(part) : escapeLiteral(part);
  }
  if (!tail) source += '$';
  const flags = folded && !brackets ? 'is' : 's';
  const placeholders = value.parts.some(isPlaceholder);
  try {
    compileRegex(source, flags);
  } catch {
    throw work.error('HB_PIPELINE_RULE', 'the value is too long for a regular expression', item.position);
  }
  return { kind: 'regex', source, flags, ...(placeholders ? { placeholders } : {}) };
}

function bracketed(text: string): string {
  let source = '';
  for (const char of text) {
    const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
    source += lower !== upper && lower.length === upper.length ? `[${lower}${upper}]` : escapeLiteral(char);
  }
  return source;
}
