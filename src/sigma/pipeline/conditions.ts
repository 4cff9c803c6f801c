/**
 * Conditions of steps as functions, made once when a pipeline is prepared. Conditions about the log source or content
 * of rules hold for a correlation when they hold for one of the rules it names.
 */
import { HuntbookError } from '../../errors.ts';
import { ANY, ONE } from '../ast.ts';
import type { Condition, LogSource, SigmaRule, SigmaValue } from '../ast.ts';
import { parseCondition } from '../condition.ts';
import { RuleFault } from '../fault.ts';
import { joinParts, parseStringValue, renderStringValue } from '../string-value.ts';
import { compareAttribute } from './attributes.ts';
import { StepFault, textOf, textsOf } from './parameters.ts';
import { PythonRegex } from './python-regex.ts';
import type { StepCondition, StepConditions } from './types.ts';
import type { Tracking, Work } from './work.ts';
import { someItem } from './walk.ts';
import type { Item } from './walk.ts';
import { displayText } from './values.ts';

export type RuleTest = (work: Work) => boolean;
export type ItemTest = (item: Item, work: Work) => boolean;
export type FieldTest = (field: string | null, work: Work) => boolean;

/** Null: always. Throws StepFault. */
export function compileRuleTest(group: StepConditions | null): RuleTest | null {
  return group === null ? null : compileGroup(group, 'rule_cond_expr', compileRuleCondition);
}

export function compileItemTest(group: StepConditions | null, tracking: Tracking): ItemTest | null {
  if (group === null) return null;
  return compileGroup(group, 'detection_item_cond_expr', (condition) =>
    compileItemCondition(condition, tracking),
  );
}

export function compileFieldTest(group: StepConditions | null, tracking: Tracking): FieldTest | null {
  if (group === null) return null;
  return compileGroup(group, 'field_name_cond_expr', (condition) =>
    compileFieldCondition(condition, tracking),
  );
}

type Test<Arguments extends unknown[]> = (...args: Arguments) => boolean;

function compileGroup<Arguments extends unknown[]>(
  group: StepConditions,
  expressionName: string,
  compile: (condition: StepCondition) => Test<Arguments>,
): Test<Arguments> {
  const tests = new Map<string, Test<Arguments>>();
  for (const [name, condition] of Object.entries(group.conditions)) tests.set(name, compile(condition));
  const all = [...tests.values()];
  let test: Test<Arguments>;
  if (group.expression !== null) test = fromExpression(group.expression, expressionName, tests);
  else if (all.length === 1) test = all[0] as Test<Arguments>;
  else if (group.link === 'or') test = (...args) => all.some((inner) => inner(...args));
  else test = (...args) => all.every((inner) => inner(...args));
  return group.negated ? (...args) => !test(...args) : test;
}

function fromExpression<Arguments extends unknown[]>(
  text: string,
  parameter: string,
  tests: ReadonlyMap<string, Test<Arguments>>,
): Test<Arguments> {
  let tree: Condition;
  try {
    tree = parseCondition(text, [...tests.keys()], null);
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    throw new StepFault(error.message.replace('no detection is named', 'nothing is named'), parameter);
  }
  const build = (node: Condition): Test<Arguments> => {
    switch (node.kind) {
      case 'ref':
        return tests.get(node.name) as Test<Arguments>;
      case 'not': {
        const inner = build(node.item);
        return (...args) => !inner(...args);
      }
      case 'of':
        throw new StepFault(`${parameter} cannot hold selectors such as 1 of`, parameter);
      default: {
        const parts = node.items.map(build);
        return node.kind === 'and'
          ? (...args) => parts.every((part) => part(...args))
          : (...args) => parts.some((part) => part(...args));
      }
    }
  };
  return build(tree);
}

function negate<Arguments extends unknown[]>(
  condition: StepCondition,
  test: Test<Arguments>,
): Test<Arguments> {
  return condition.negated ? (...args) => !test(...args) : test;
}

function compileRuleCondition(condition: StepCondition): RuleTest {
  return negate(condition, ruleTest(condition));
}

function ruleTest({ type, parameters }: StepCondition): RuleTest {
  const anyRule =
    (test: (rule: SigmaRule) => boolean): RuleTest =>
    (work) =>
      work.subjects.some((subject) => subject.rule !== null && test(subject.rule));
  switch (type) {
    case 'logsource': {
      const wanted = Object.entries(parameters) as [keyof LogSource, string][];
      if (wanted.length === 0)
        throw new StepFault('a logsource condition needs category, product or service');
      return anyRule((rule) => wanted.every(([key, value]) => rule.logsource[key] === value));
    }
    case 'contains_detection_item': {
      const field = parameters.field === null || parameters.field === '' ? null : String(parameters.field);
      const equals = valueTest(parameters.value);
      return anyRule((rule) =>
        someItem(rule, (item) => item.field === field && item.values.some((value) => equals(value))),
      );
    }
    case 'contains_field': {
      const field = textOf(parameters, 'field');
      return anyRule((rule) => someItem(rule, (item) => item.field === field));
    }
    case 'processing_item_applied': {
      const id = textOf(parameters, 'processing_item_id');
      return (work) => work.applied.has(id);
    }
    case 'processing_state':
      return stateTest(parameters);
    case 'is_sigma_rule':
      return (work) => work.rule !== null;
    case 'is_sigma_correlation_rule':
      return (work) => work.correlation !== null;
    case 'rule_attribute': {
      const attribute = textOf(parameters, 'attribute');
      const op = textOf(parameters, 'op', 'eq');
      return (work) => compareAttribute(work, attribute, op, parameters.value);
    }
    default: {
      const tag = textOf(parameters, 'tag');
      return (work) => work.document.tags.includes(tag);
    }
  }
}

function compileItemCondition(condition: StepCondition, tracking: Tracking): ItemTest {
  const { type, parameters } = condition;
  const every = textOf(parameters, 'cond', 'any') === 'all';
  const over =
    (test: (value: SigmaValue, work: Work, item: Item) => boolean): ItemTest =>
    (item, work) =>
      every
        ? item.values.every((value) => test(value, work, item))
        : item.values.some((value) => test(value, work, item));
  switch (type) {
    case 'match_string': {
      const regex = compilePattern(textOf(parameters, 'pattern'), 'pattern');
      // Negated value by value: `any` is then "one does not match". Other values than text never fit.
      return over((value, work, item) => {
        if (value.kind !== 'string') return false;
        const text = displayText(value.parts);
        return bounded(work, item, () => regex.matchesStart(text)) !== condition.negated;
      });
    }
    case 'match_value':
      return negate(condition, over(valueTest(parameters.value)));
    case 'contains_wildcard':
      return negate(
        condition,
        over((value) => value.kind === 'string' && value.parts.some((part) => part === ANY || part === ONE)),
      );
    case 'is_null':
      return negate(
        condition,
        over((value) => value.kind === 'null'),
      );
    case 'processing_item_applied': {
      const id = textOf(parameters, 'processing_item_id');
      tracking.items.add(id);
      return negate(condition, (item, work) => work.itemHas(item, id));
    }
    default: {
      const test = stateTest(parameters);
      return negate(condition, (_item, work) => test(work));
    }
  }
}

function compileFieldCondition(condition: StepCondition, tracking: Tracking): FieldTest {
  const { type, parameters } = condition;
  switch (type) {
    case 'include_fields':
      return negate(condition, fieldListTest(parameters));
    case 'exclude_fields': {
      const test = fieldListTest(parameters);
      return negate(condition, (field, work) => !test(field, work));
    }
    case 'processing_item_applied': {
      const id = textOf(parameters, 'processing_item_id');
      tracking.fields.add(id);
      return negate(condition, (field, work) => field !== null && work.fieldHas(field, id));
    }
    default: {
      const test = stateTest(parameters);
      return negate(condition, (_field, work) => test(work));
    }
  }
}

function fieldListTest(parameters: StepCondition['parameters']): FieldTest {
  const fields = textsOf(parameters, 'fields');
  if (textOf(parameters, 'mode', 'plain') === 'plain') {
    const names = new Set(fields);
    return (field) => field !== null && names.has(field);
  }
  const regexes = fields.map((field) => compilePattern(field, 'fields'));
  return (field, work) =>
    field !== null && regexes.some((regex) => bounded(work, null, () => regex.matchesStart(field)));
}

function stateTest(parameters: StepCondition['parameters']): RuleTest {
  const key = textOf(parameters, 'key');
  const op = textOf(parameters, 'op', 'eq');
  return (work) => {
    if (!work.state.has(key)) return op === 'ne' || op === 'not_in';
    return compareAttribute(work, null, op, parameters.val, work.state.get(key));
  };
}

/** Text is compared as a value of a rule: wildcards are wildcards, case counts. A number also equals its digits. */
function valueTest(wanted: unknown): (value: SigmaValue) => boolean {
  if (wanted === null) return (value) => value.kind === 'null';
  if (typeof wanted === 'boolean') return (value) => value.kind === 'bool' && value.value === wanted;
  const text = renderStringValue(joinParts(parseStringValue(String(wanted))));
  return (value) => {
    if (value.kind === 'number') return String(value.value) === text;
    return value.kind === 'string' && renderStringValue(value.parts) === text;
  };
}

/** Throws StepFault at the parameter. */
export function compilePattern(source: string, parameter: string): PythonRegex {
  try {
    return new PythonRegex(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StepFault(
      error instanceof HuntbookError ? reason : `regular expression ${JSON.stringify(source)}: ${reason}`,
      parameter,
    );
  }
}

/** Turns a text that is too long for an expression into an error of the rule. */
export function bounded<Result>(work: Work, item: Item | null, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw work.error('HB_LIMIT', `a regular expression of the pipeline: ${error.message}`, item?.position);
  }
}
