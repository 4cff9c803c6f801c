/**
 * The modifiers of detection items (specification, appendix "modifiers"), applied when a rule is read: what is left are
 * values. Where a modifier makes several values out of one, they stay together, since `all` asks for one of each.
 */
import type { SigmaValue } from './ast.ts';
import { Rejection, describe, reject } from './draft.ts';
import type { Apply, Draft, WrittenValue } from './draft.ts';
import { RuleFault, quote } from './fault.ts';
import type { Place } from './fault.ts';
import { parseNetwork } from './network.ts';
import { stringModifiers } from './string-modifiers.ts';
import { parseStringValue, plainText } from './string-value.ts';

export interface ModifiedItem {
  /** An array is a group of alternatives for one written value. */
  readonly values: readonly (SigmaValue | readonly SigmaValue[])[];
  readonly all: boolean;
  readonly negated: boolean;
}

/** A chain of modifiers, looked up once. */
interface Plan {
  readonly start: (written: WrittenValue) => Draft;
  readonly steps: readonly Apply[];
  readonly all: boolean;
  readonly negated: boolean;
  readonly needsField: boolean;
}

const flags = { i: 'i', ignorecase: 'i', m: 'm', multiline: 'm', s: 's', dotall: 's' };
const comparisons = ['gt', 'gte', 'lt', 'lte'] as const;
const timeUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;

const appliers = new Map<string, Apply>(Object.entries(stringModifiers));
for (const [name, flag] of Object.entries(flags)) {
  appliers.set(name, (value) => {
    if (value.kind !== 'regex') reject(`${name} stands only after re`);
    return value.flags.includes(flag) ? value : { ...value, flags: [...value.flags, flag].sort().join('') };
  });
}
for (const op of comparisons) {
  appliers.set(op, (value) => {
    if (value.kind === 'timepart' && value.op === 'eq') return { ...value, op };
    if (value.kind !== 'number') reject(`${op} takes a number, not ${describe(value)}`);
    return { kind: 'compare', op, value: value.value };
  });
}
for (const unit of timeUnits) {
  appliers.set(unit, (value) => {
    if (value.kind !== 'number' || !Number.isInteger(value.value)) reject(`${unit} takes a whole number`);
    return { kind: 'timepart', unit, op: 'eq', value: Number(value.value) };
  });
}

/** These read the value as written, and so come before any other modifier. */
const starters = new Map<string, Plan['start']>([
  ['re', readRegex],
  ['cidr', readNetwork],
  ['exists', readExists],
]);

export const modifierNames: ReadonlySet<string> = new Set([
  ...appliers.keys(),
  ...starters.keys(),
  'all',
  'neq',
]);

const plans = new Map<string, Plan>();
const maxPlans = 1000;
const noModifiers: Plan = { start: readPlain, steps: [], all: false, negated: false, needsField: false };

/** Applies the modifiers in order. Throws RuleFault at `place`, or at the value that does not fit. */
export function applyModifiers(
  field: string | null,
  modifiers: readonly string[],
  written: readonly WrittenValue[],
  place: Place,
  placeOf: (index: number) => Place,
): ModifiedItem {
  const plan = modifiers.length === 0 ? noModifiers : planOf(modifiers, place);
  if (plan.needsField && field === null) modifierFault('exists needs a field', place);
  const values: (SigmaValue | SigmaValue[])[] = [];
  try {
    for (let i = 0; i < written.length; i++) values.push(applyPlan(plan, written[i] as WrittenValue));
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    throw new RuleFault('HB_RULE_VALUE', error.message, placeOf(values.length));
  }
  return { values, all: plan.all, negated: plan.negated };
}

function planOf(modifiers: readonly string[], place: Place): Plan {
  const key = modifiers.join('|');
  const known = plans.get(key);
  if (known !== undefined) return known;
  let start: Plan['start'] | null = null;
  const steps: Apply[] = [];
  modifiers.forEach((name, position) => {
    if (!modifierNames.has(name)) modifierFault(`unknown modifier ${quote(name)}`, place);
    const starter = starters.get(name);
    if (starter !== undefined) {
      if (position > 0) modifierFault(`${name} must be the first modifier`, place);
      start = starter;
    }
    const apply = appliers.get(name);
    if (apply !== undefined) steps.push(apply);
  });
  const plan = {
    start: start ?? readPlain,
    steps,
    all: modifiers.includes('all'),
    negated: modifiers.includes('neq'),
    needsField: modifiers[0] === 'exists',
  };
  // Rules may name any number of chains.
  if (plans.size >= maxPlans) plans.clear();
  plans.set(key, plan);
  return plan;
}

function applyPlan(plan: Plan, written: WrittenValue): SigmaValue | SigmaValue[] {
  let draft = plan.start(written);
  for (let i = 0; i < plan.steps.length; i++) {
    const next = (plan.steps[i] as Apply)(draft);
    if (Array.isArray(next)) return applyRest(plan, i + 1, next).map(finish);
    draft = next;
  }
  return finish(draft);
}

function applyRest(plan: Plan, from: number, drafts: Draft[]): Draft[] {
  let alternatives = drafts;
  for (let i = from; i < plan.steps.length; i++) alternatives = alternatives.flatMap(plan.steps[i] as Apply);
  return alternatives;
}

function finish(draft: Draft): SigmaValue {
  if (draft.kind !== 'encoded') return draft;
  if (draft.problem !== null) reject(draft.problem);
  return { kind: 'string', parts: draft.parts, cased: draft.cased };
}

function readPlain(written: WrittenValue): SigmaValue {
  return typeof written === 'string'
    ? { kind: 'string', parts: parseStringValue(written), cased: false }
    : written;
}

function readRegex(written: WrittenValue): SigmaValue {
  if (typeof written === 'string') return { kind: 'regex', source: written, flags: '' };
  if (written.kind !== 'number') reject(`re takes text, not ${describe(written)}`);
  return { kind: 'regex', source: String(written.value), flags: '' };
}

function readNetwork(written: WrittenValue): SigmaValue {
  if (typeof written !== 'string') reject(`cidr takes text, not ${describe(written)}`);
  const text = plainText(parseStringValue(written)) ?? written;
  const network = parseNetwork(text);
  if (typeof network === 'string') reject(`cidr: ${network}`);
  return { kind: 'cidr', network: text };
}

function readExists(written: WrittenValue): SigmaValue {
  if (typeof written === 'string' || written.kind !== 'bool') {
    reject(`exists takes true or false, not ${describe(written)}`);
  }
  return { kind: 'exists', value: written.value };
}

function modifierFault(message: string, place: Place): never {
  throw new RuleFault('HB_RULE_MODIFIER', message, place, { atKey: true });
}
