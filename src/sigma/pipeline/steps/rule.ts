/** Steps over the rule as a whole: conditions, log source, list of fields, state, attributes, refusal. */
import type { Condition, Detection, LogSource, SigmaRule } from '../../ast.ts';
import { parseDetection } from '../../detection.ts';
import { RuleFault, at } from '../../fault.ts';
import { YamlScalar } from '../../yaml-scalars.ts';
import type { YamlValue } from '../../yaml-value.ts';
import { StepFault, flagOf, isRecord, textOf, textsOf } from '../parameters.ts';
import { fillTemplate } from '../simple-template.ts';
import { describeValue } from '../values.ts';
import { copyDetections, mapItems, pinSelectors } from '../walk.ts';
import type { Work } from '../work.ts';
import type { MakeStep } from './step.ts';

/** Names of added detections; selectors of the rule do not find them. */
const addedPrefix = '_cond_';

/** The new condition comes first: `new and (old)`. One that an earlier run left is not added again. */
export const addCondition: MakeStep = ({ step }) => {
  const { parameters } = step;
  const written = parameters.conditions as Record<string, unknown>;
  const negated = flagOf(parameters, 'negated');
  const name = textOf(parameters, 'name');
  if (name !== '' && !/^[A-Za-z0-9_-]+$/.test(name))
    throw new StepFault('the name may hold letters, digits, _ and - only', 'name');
  const fixed = flagOf(parameters, 'template') ? null : buildDetection(written);
  // Found wrong now rather than at the first rule.
  if (fixed === null) buildDetection(fillValues(written, {}));
  return (work) => {
    if (work.rule === null) return;
    const detection = fixed ?? buildDetection(fillValues(written, work.rule.logsource));
    work.rule = withCondition(work, work.rule, detection, name, negated);
  };
};

export const changeLogSource: MakeStep = ({ step }) => {
  const logsource = Object.fromEntries(
    Object.entries(step.parameters).filter(([, value]) => typeof value === 'string'),
  ) as LogSource;
  if (Object.keys(logsource).length === 0)
    throw new StepFault('change_logsource needs category, product or service');
  const text = describeSource(logsource);
  return (work) => {
    if (work.rule === null) return;
    const old = work.rule.logsource;
    const before = describeSource(old);
    if (before === text) return;
    const definition = old.definition === undefined ? {} : { definition: old.definition };
    work.rule = { ...work.rule, logsource: { ...logsource, ...definition } };
    if (work.changes !== null) work.note(`log source: ${before} -> ${text}`);
  };
};

export const addField: MakeStep = ({ step }) => {
  const added = textsOf(step.parameters, 'field');
  return listStep((fields) => {
    const missing = added.filter((field) => !fields.includes(field));
    return missing.length === 0 ? fields : [...fields, ...missing];
  });
};

export const removeField: MakeStep = ({ step }) => {
  const removed = textsOf(step.parameters, 'field');
  return listStep((fields) =>
    fields.some((field) => removed.includes(field))
      ? fields.filter((field) => !removed.includes(field))
      : fields,
  );
};

export const setField: MakeStep = ({ step }) => {
  const wanted = textsOf(step.parameters, 'fields');
  return listStep((fields) => (fields.join('\n') === wanted.join('\n') ? fields : wanted));
};

export const setState: MakeStep = ({ step }) => {
  const key = textOf(step.parameters, 'key');
  const { val } = step.parameters;
  const text = `state: ${key} = ${JSON.stringify(val)}`;
  return (work) => {
    work.state.set(key, val);
    work.note(text);
  };
};

export const setCustomAttribute: MakeStep = ({ step }) => {
  const attribute = textOf(step.parameters, 'attribute');
  const { value } = step.parameters;
  return (work) => {
    const { document } = work;
    if (Object.hasOwn(document.custom, attribute) && document.custom[attribute] === value) return;
    const custom = { ...document.custom, [attribute]: value };
    if (work.rule !== null) work.rule = { ...work.rule, custom };
    else if (work.correlation !== null) work.correlation = { ...work.correlation, custom };
    work.note(`${attribute} = ${JSON.stringify(value)}`);
  };
};

export const failRule: MakeStep = ({ step }) => {
  const message = textOf(step.parameters, 'message');
  return (work) => {
    throw work.error('HB_PIPELINE_RULE', message);
  };
};

function listStep(change: (fields: readonly string[]) => readonly string[]): (work: Work) => void {
  return (work) => {
    const { document } = work;
    const fields = change(document.fields);
    if (fields === document.fields) return;
    if (work.rule !== null) work.rule = { ...work.rule, fields };
    else if (work.correlation !== null) work.correlation = { ...work.correlation, fields };
    work.note(`fields: ${document.fields.join(', ') || 'none'} -> ${fields.join(', ') || 'none'}`);
  };
}

/** The rule with one more thing to hold, unless an earlier run left it there. */
export function withCondition(
  work: Work,
  rule: SigmaRule,
  shared: Detection,
  wanted: string,
  negated: boolean,
): SigmaRule {
  if (wasAdded(work, rule, shared, negated)) {
    work.note('the condition is there already');
    return rule;
  }
  const names = Object.keys(rule.detections);
  let name = wanted === '' ? `${addedPrefix}1` : wanted;
  for (let number = 2; Object.hasOwn(rule.detections, name); number++)
    name = `${wanted === '' ? addedPrefix : `${wanted}_`}${number}`;
  const detections = copyDetections(rule.detections);
  detections[name] = mapItems(shared, (item) => ({ ...item, position: rule.position })) as Detection;
  const ref: Condition = { kind: 'ref', name };
  const first: Condition = negated ? { kind: 'not', item: ref } : ref;
  const conditions = rule.conditions.map(({ text, tree }) => ({
    text: `${negated ? 'not ' : ''}${name} and (${text})`,
    tree: { kind: 'and' as const, items: [first, pinSelectors(tree, names, name)] },
  }));
  if (work.changes !== null)
    work.note(`condition: ${negated ? 'not ' : ''}${describeDetection(shared)} and (...)`);
  return { ...rule, detections, conditions };
}

/** Whether every condition of the rule, as it came, already asks for the same. */
function wasAdded(work: Work, rule: SigmaRule, detection: Detection, negated: boolean): boolean {
  const { before } = work;
  if (before === null) return false;
  for (const name in before.detections) {
    if (!name.startsWith(addedPrefix)) continue;
    const old = rule.detections[name];
    if (old === undefined || contentOf(old) !== contentOf(detection)) continue;
    if (rule.conditions.every(({ tree }) => asksFor(tree, name, negated))) return true;
  }
  return false;
}

function asksFor(tree: Condition, name: string, negated: boolean): boolean {
  if (tree.kind === 'and') return tree.items.some((item) => asksFor(item, name, negated));
  if (negated) return tree.kind === 'not' && tree.item.kind === 'ref' && tree.item.name === name;
  return tree.kind === 'ref' && tree.name === name;
}

function contentOf(detection: Detection): string {
  return JSON.stringify(detection, (key, value: unknown) => (key === 'position' ? undefined : value));
}

/** A detection as the specification has them, from plain data. Throws StepFault. */
export function buildDetection(conditions: unknown): Detection {
  const start = { line: 1, column: 1 };
  try {
    return parseDetection(toYaml(conditions), at(null, 'conditions'), start, () => start);
  } catch (error) {
    if (error instanceof RuleFault) throw new StepFault(error.message, 'conditions');
    throw error;
  }
}

function toYaml(value: unknown): YamlValue {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  if (typeof value === 'number') return new YamlScalar('number', value, Number.isInteger(value));
  if (typeof value === 'boolean') return new YamlScalar('bool', value);
  if (Array.isArray(value)) return value.map(toYaml);
  if (!isRecord(value))
    throw new StepFault('conditions hold only text, numbers and lists of these', 'conditions');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toYaml(inner)]));
}

/** `$category`, `$product` and `$service` in the values; what a rule does not have is empty. */
function fillValues(
  conditions: Readonly<Record<string, unknown>>,
  logsource: LogSource,
): Record<string, unknown> {
  const values = new Map([
    ['category', logsource.category ?? ''],
    ['product', logsource.product ?? ''],
    ['service', logsource.service ?? ''],
  ]);
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    return typeof value === 'string' ? fillTemplate(value, values) : value;
  };
  return Object.fromEntries(Object.entries(conditions).map(([key, value]) => [key, fill(value)]));
}

function describeSource(logsource: LogSource): string {
  return (
    (['product', 'category', 'service'] as const)
      .filter((key) => logsource[key] !== undefined)
      .map((key) => `${key} ${logsource[key]}`)
      .join(', ') || 'none'
  );
}

function describeDetection(detection: Detection): string {
  if (detection.kind !== 'item')
    return `(${detection.items.map(describeDetection).join(` ${detection.kind} `)})`;
  return `${detection.field ?? 'keyword'} = ${detection.values.map(describeValue).join(' | ')}`;
}
