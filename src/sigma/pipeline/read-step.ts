/** One step of a pipeline, or one group of conditions, from plain data. Faults are collected, never thrown. */
import { RuleFault, at, quote } from '../fault.ts';
import type { Place } from '../fault.ts';
import { checkParameter, isRecord } from './parameters.ts';
import type { ParameterSpecs } from './parameters.ts';
import type { PipelineStep, StepCondition, StepConditions } from './types.ts';
import { fieldConditions, itemConditions, ruleConditions } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Which part of a pipeline a step stands in: what types there are, and which conditions apply. */
export type Stage = 'transformation' | 'postprocessing' | 'finalizer';
/** Takes what is wrong, and where. */
export type Report = (fault: RuleFault) => void;

const groups = {
  rule: { key: 'rule_conditions', prefix: 'rule', vocabulary: ruleConditions },
  item: { key: 'detection_item_conditions', prefix: 'detection_item', vocabulary: itemConditions },
  field: { key: 'field_name_conditions', prefix: 'field_name', vocabulary: fieldConditions },
} as const;
type Group = keyof typeof groups;
const groupsOf: Readonly<Record<Stage, readonly Group[]>> = {
  transformation: ['rule', 'item', 'field'],
  postprocessing: ['rule'],
  finalizer: [],
};

/** Null when the step cannot be used; what is wrong goes to `report`. */
export function readStep(
  raw: unknown,
  stage: Stage,
  vocabulary: Vocabulary,
  place: Place | null,
  report: Report,
): PipelineStep | null {
  const fault = (message: string, where: Place | null = place, atKey = false): null => {
    report(new RuleFault('HB_PIPELINE_INVALID', message, where, { atKey }));
    return null;
  };
  if (!isRecord(raw)) return fault(`a ${stage} must be a map with a type`);
  const type = raw.type;
  if (typeof type !== 'string') return fault(`the ${stage} has no type`);
  const specs = vocabulary.get(type);
  if (specs === undefined) {
    return fault(
      `there is no ${stage} of type ${quote(type)}; known are ${[...vocabulary.keys()].join(', ')}`,
      at(place, 'type'),
    );
  }
  const id = raw.id ?? null;
  if (id !== null && typeof id !== 'string') return fault('the id must be text', at(place, 'id'));
  const own = new Set(['type', 'id']);
  const read = { rule: null, item: null, field: null } as Record<Group, StepConditions | null>;
  let sound = true;
  const track: Report = (problem) => {
    sound = false;
    report(problem);
  };
  for (const group of groupsOf[stage]) {
    const { key, prefix } = groups[group];
    for (const name of [key, `${prefix}_cond_op`, `${prefix}_cond_not`, `${prefix}_cond_expr`]) own.add(name);
    read[group] = readConditions(raw, group, place, track);
  }
  const parameters = readParameters(raw, own, specs, `the ${stage} ${type}`, place, track);
  if (!sound) return null;
  return {
    type,
    id,
    parameters,
    ruleConditions: read.rule,
    itemConditions: read.item,
    fieldConditions: read.field,
  };
}

function readConditions(
  raw: Record<string, unknown>,
  group: Group,
  place: Place | null,
  report: Report,
): StepConditions | null {
  const { key, prefix, vocabulary } = groups[group];
  const fault = (message: string, name: string): void =>
    report(new RuleFault('HB_PIPELINE_INVALID', message, at(place, name)));
  const op = raw[`${prefix}_cond_op`] ?? undefined;
  const negated = raw[`${prefix}_cond_not`] ?? undefined;
  const expression = raw[`${prefix}_cond_expr`] ?? undefined;
  if (op !== undefined && op !== 'and' && op !== 'or')
    fault(`${prefix}_cond_op must be and or or`, `${prefix}_cond_op`);
  if (negated !== undefined && typeof negated !== 'boolean')
    fault(`${prefix}_cond_not must be true or false`, `${prefix}_cond_not`);
  if (expression !== undefined && typeof expression !== 'string')
    fault(`${prefix}_cond_expr must be text`, `${prefix}_cond_expr`);
  if (expression !== undefined && op !== undefined)
    fault(`${prefix}_cond_expr and ${prefix}_cond_op exclude each other`, `${prefix}_cond_expr`);
  const written = raw[key] ?? undefined;
  if (written === undefined) {
    if (expression !== undefined) fault(`${prefix}_cond_expr needs ${key}`, `${prefix}_cond_expr`);
    return null;
  }
  if (!Array.isArray(written) && !isRecord(written)) {
    fault(`${key} must be a list or a map of conditions`, key);
    return null;
  }
  if (expression !== undefined && Array.isArray(written))
    fault(`${prefix}_cond_expr needs named conditions: make ${key} a map`, `${prefix}_cond_expr`);
  const conditions = Object.create(null) as Record<string, StepCondition>;
  for (const [name, inner] of Object.entries(written)) {
    const where = at(at(place, key), Array.isArray(written) ? Number(name) : name);
    const condition = readCondition(inner, key, vocabulary, where, report);
    if (condition !== null) conditions[name] = condition;
  }
  return {
    conditions,
    link: op === 'or' ? 'or' : 'and',
    negated: negated === true,
    expression: typeof expression === 'string' ? expression : null,
  };
}

function readCondition(
  raw: unknown,
  key: string,
  vocabulary: Vocabulary,
  place: Place,
  report: Report,
): StepCondition | null {
  const fault = (message: string, where: Place): null => {
    report(new RuleFault('HB_PIPELINE_INVALID', message, where));
    return null;
  };
  if (!isRecord(raw)) return fault('a condition must be a map with a type', place);
  const type = raw.type;
  if (typeof type !== 'string') return fault('the condition has no type', place);
  const specs = vocabulary.get(type);
  if (specs === undefined) {
    return fault(
      `${key} know no type ${quote(type)}; known are ${[...vocabulary.keys()].join(', ')}`,
      at(place, 'type'),
    );
  }
  const negate = raw.negate ?? false;
  if (typeof negate !== 'boolean') fault('negate must be true or false', at(place, 'negate'));
  const own = new Set(['type', 'negate']);
  return {
    type,
    negated: negate === true,
    parameters: readParameters(raw, own, specs, `the condition ${type}`, place, report),
  };
}

function readParameters(
  raw: Record<string, unknown>,
  own: ReadonlySet<string>,
  specs: ParameterSpecs,
  what: string,
  place: Place | null,
  report: Report,
): Record<string, unknown> {
  const parameters = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(raw)) {
    if (own.has(name)) continue;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const where = at(place, name);
    if (spec === undefined) {
      const known = Object.keys(specs).join(', ');
      report(
        new RuleFault(
          'HB_PIPELINE_INVALID',
          `${what} has no parameter ${quote(name)}${known === '' ? '' : `; it has ${known}`}`,
          where,
          { atKey: true },
        ),
      );
      continue;
    }
    // An optional parameter may be written as null.
    if (value === null && spec.required !== true) continue;
    const problem = checkParameter(value, spec);
    if (problem !== null) report(new RuleFault('HB_PIPELINE_INVALID', `${name} ${problem}`, where));
    parameters[name] = value;
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required === true && !Object.hasOwn(raw, name))
      report(new RuleFault('HB_PIPELINE_INVALID', `${what} needs the parameter ${name}`, place));
  }
  return parameters;
}
