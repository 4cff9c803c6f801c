/**
 * Conditions of steps as functions, made once when a pipeline is prepared. Conditions about the log source or content
 * of rules hold for a correlation when they hold for one of the rules it names.
 */
import { HuntbookError } from '../../errors.ts';
import { ANY, ONE } from '../ast.ts';
import type { Condition, SigmaRule, SigmaValue } from '../ast.ts';
import { parseCondition } from '../condition.ts';
import { RuleFault } from '../fault.ts';
import { joinParts, parseStringValue, renderStringValue } from '../string-value.ts';
import { compareAttribute } from './attributes.ts';
import { StepFault, textOf, textsOf, within } from './parameters.ts';
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
  if (group === null) return null;
  const test = compileGroup<Work>(group, 'rule', compileRuleCondition);
  return (work) => test(work, work);
}

export function compileItemTest(group: StepConditions | null, tracking: Tracking): ItemTest | null {
  if (group === null) return null;
  return compileGroup(group, 'detection_item', (condition) => compileItemCondition(condition, tracking));
}

export function compileFieldTest(group: StepConditions | null, tracking: Tracking): FieldTest | null {
  if (group === null) return null;
  return compileGroup(group, 'field_name', (condition) => compileFieldCondition(condition, tracking));
}

type Test<Subject> = (subject: Subject, work: Work) => boolean;

function compileGroup<Subject>(
  group: StepConditions,
  prefix: string,
  compile: (condition: StepCondition) => Test<Subject>,
): Test<Subject> {
  const tests = new Map<string, Test<Subject>>();
  for (const [name, condition] of Object.entries(group.conditions))
    tests.set(
      name,
      within([`${prefix}_conditions`, place(name)], () => compile(condition)),
    );
  const test =
    group.expression === null
      ? combine(group.link, [...tests.values()])
      : fromExpression(group.expression, `${prefix}_cond_expr`, tests);
  return group.negated ? negate(test) : test;
}

/** Conditions of a list go by their index. */
function place(name: string): string | number {
  return /^\d+$/.test(name) ? Number(name) : name;
}

function combine<Subject>(link: 'and' | 'or', tests: readonly Test<Subject>[]): Test<Subject> {
  if (tests.length === 1) return tests[0] as Test<Subject>;
  return link === 'or'
    ? (subject, work) => tests.some((test) => test(subject, work))
    : (subject, work) => tests.every((test) => test(subject, work));
}

function negate<Subject>(test: Test<Subject>): Test<Subject> {
  return (subject, work) => !test(subject, work);
}

function fromExpression<Subject>(
  text: string,
  parameter: string,
  tests: ReadonlyMap<string, Test<Subject>>,
): Test<Subject> {
  let tree: Condition;
  try {
    tree = parseCondition(text, [...tests.keys()], null);
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    throw new StepFault(error.message.replace('no detection is named', 'nothing is named'), parameter);
  }
  const build = (node: Condition): Test<Subject> => {
    switch (node.kind) {
      case 'ref':
        return tests.get(node.name) as Test<Subject>;
      case 'not':
        return negate(build(node.item));
      case 'of':
        throw new StepFault(`${parameter} cannot hold selectors such as 1 of`, parameter);
      default:
        return combine(node.kind, node.items.map(build));
    }
  };
  return build(tree);
}

function negateIf<Subject>(condition: StepCondition, test: Test<Subject>): Test<Subject> {
  return condition.negated ? negate(test) : test;
}

function compileRuleCondition(condition: StepCondition): Test<Work> {
  return negateIf(condition, ruleTest(condition));
}

function ruleTest({ type, parameters }: StepCondition): RuleTest {
  const anyRule =
    (test: (rule: SigmaRule) => boolean): RuleTest =>
    (work) =>
      work.rule !== null
        ? test(work.rule)
        : work.subjects.some((subject) => subject.rule !== null && test(subject.rule));
  switch (type) {
    case 'logsource': {
      const { category, product, service } = parameters;
      if (category === undefined && product === undefined && service === undefined)
        throw new StepFault('a logsource condition needs category, product or service');
      return anyRule(
        ({ logsource }) =>
          (category === undefined || logsource.category === category) &&
          (product === undefined || logsource.product === product) &&
          (service === undefined || logsource.service === service),
      );
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
      return negateIf(condition, over(valueTest(parameters.value)));
    case 'contains_wildcard':
      return negateIf(
        condition,
        over((value) => value.kind === 'string' && value.parts.some((part) => part === ANY || part === ONE)),
      );
    case 'is_null':
      return negateIf(
        condition,
        over((value) => value.kind === 'null'),
      );
    case 'processing_item_applied': {
      const id = textOf(parameters, 'processing_item_id');
      tracking.items.add(id);
      return negateIf(condition, (item, work) => work.itemHas(item, id));
    }
    default: {
      const test = stateTest(parameters);
      return negateIf(condition, (_item, work) => test(work));
    }
  }
}

function compileFieldCondition(condition: StepCondition, tracking: Tracking): FieldTest {
  const { type, parameters } = condition;
  switch (type) {
    case 'include_fields':
      return negateIf(condition, fieldListTest(parameters));
    case 'exclude_fields': {
      const test = fieldListTest(parameters);
      return negateIf(condition, (field, work) => !test(field, work));
    }
    case 'processing_item_applied': {
      const id = textOf(parameters, 'processing_item_id');
      tracking.fields.add(id);
      return negateIf(condition, (field, work) => field !== null && work.fieldHas(field, id));
    }
    default: {
      const test = stateTest(parameters);
      return negateIf(condition, (_field, work) => test(work));
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
export function valueTest(wanted: unknown): (value: SigmaValue) => boolean {
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
