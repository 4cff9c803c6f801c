/**
 * Steps that rename fields: in detection items, in references to fields, in the rule's list of fields, and in the
 * fields of correlations. A field with several new names becomes an `or` of items, or an `and` where the item is
 * negated.
 */
import type { Detection, SigmaCorrelation, SigmaValue } from '../../ast.ts';
import { StepFault, mappingOf, textOf } from '../parameters.ts';
import { mapValues } from '../values.ts';
import { mapRule } from '../walk.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import type { MakeStep, RenameField, StepContext } from './step.ts';

export const mapFields: MakeStep = (context) => {
  const mapping = namesOf(context);
  return fieldStep(context, (field) => mapping.get(field ?? ''), true);
};

export const mapPrefixes: MakeStep = (context) => {
  const mapping = [...namesOf(context)];
  const rename: RenameField = (field) => {
    if (field === null) return undefined;
    for (const [prefix, targets] of mapping) {
      if (field.startsWith(prefix)) return targets.map((target) => target + field.slice(prefix.length));
    }
    return undefined;
  };
  return fieldStep(context, rename, true);
};

export const addPrefix: MakeStep = (context) => {
  const prefix = textOf(context.step.parameters, 'prefix');
  return fieldStep(context, (field) => (field === null ? undefined : [prefix + field]), false);
};

export const addSuffix: MakeStep = (context) => {
  const suffix = textOf(context.step.parameters, 'suffix');
  return fieldStep(context, (field) => (field === null ? undefined : [field + suffix]), false);
};

/** Functions by name; pipelines written as objects may bring their own. `mapping` holds the exceptions. */
export const transformFields: MakeStep = (context) => {
  const { parameters } = context.step;
  const written = parameters.transform_func;
  const change = typeof written === 'function' ? written : fieldFunctions.get(String(written));
  if (change === undefined) {
    throw new StepFault(
      `there is no function ${String(written)}; there are ${[...fieldFunctions.keys()].join(', ')}`,
      'transform_func',
    );
  }
  const exceptions = mappingOf(parameters, 'mapping');
  const rename: RenameField = (field) =>
    field === null
      ? undefined
      : (exceptions.get(field) ?? [String((change as (name: string) => string)(field))]);
  return fieldStep(context, rename, true);
};

/** `CommandLine` and `cs-uri-query` as `command_line` and `cs_uri_query`. */
export function snakeCase(text: string): string {
  return text
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[-\s]+/g, '_')
    .toLowerCase();
}

/** Throws StepFault for a field that is mapped to no name. */
function namesOf(context: StepContext): Map<string, readonly string[]> {
  const mapping = mappingOf(context.step.parameters, 'mapping');
  for (const [field, names] of mapping)
    if (names.length === 0) throw new StepFault(`${field} is mapped to nothing`, 'mapping', field);
  return mapping;
}

const fieldFunctions = new Map<string, (field: string) => string>([
  ['lower', (field) => field.toLowerCase()],
  ['upper', (field) => field.toUpperCase()],
  ['snake_case', snakeCase],
]);

/** A step from the names it gives to fields that its conditions hold for. */
export function fieldStep(context: StepContext, rename: RenameField, mapping: boolean): (work: Work) => void {
  const { itemTest, fieldTest, step } = context;
  const namesFor = (field: string | null, work: Work): readonly string[] | undefined => {
    const names = rename(field, work);
    if (names === undefined || (fieldTest !== null && !fieldTest(field, work))) return undefined;
    return names;
  };
  const changeItem = (item: Item, work: Work): Detection => {
    if (itemTest !== null && !itemTest(item, work)) return item;
    let result: Detection = item;
    if (item.values.some((value) => value.kind === 'fieldref')) {
      result = mapValues(item, (value) =>
        renameReference(value, (field) => namesFor(field, work), work, touched),
      );
    }
    const names = namesFor(item.field, work);
    if (names === undefined) {
      if (result !== item) work.itemTouched(item, result, step.id);
      return result;
    }
    touched(item.field, names, work);
    result = result.kind === 'item' ? renameItem(result, names) : renameAll(result, names);
    work.itemTouched(item, result, step.id);
    return result;
  };
  const touched = (field: string | null, names: readonly string[], work: Work): void => {
    work.fieldTouched(field, names, step.id, mapping);
    if (work.changes !== null && (names.length !== 1 || names[0] !== field))
      work.note(`${field ?? 'keywords'} -> ${names.length === 0 ? 'nothing' : names.join(', ')}`);
  };
  const renameList = (list: readonly string[], work: Work): readonly string[] => {
    let next: string[] | null = null;
    for (let i = 0; i < list.length; i++) {
      const field = list[i] as string;
      const names = namesFor(field, work);
      if (names !== undefined) {
        touched(field, names, work);
        next ??= list.slice(0, i);
        next.push(...names);
      } else next?.push(field);
    }
    return next === null || sameTexts(next, list) ? list : next;
  };
  return (work) => {
    if (work.rule === null) {
      const correlation = work.correlation as SigmaCorrelation;
      const fields = renameList(correlation.fields, work);
      if (fields !== correlation.fields) work.correlation = { ...correlation, fields };
      return;
    }
    const mapped = mapRule(work.rule, (item) => changeItem(item, work));
    if (mapped === null)
      throw work.error('HB_PIPELINE_RULE', `the step ${step.id ?? step.type} leaves no field of the rule`);
    // What the step makes of lists may depend on the rule as it was.
    const fields = mapped.fields.length === 0 ? mapped.fields : renameList(mapped.fields, work);
    if (work.probes !== null) {
      for (const [name, names] of work.probes) {
        const next = renameList(names, work);
        if (next !== names) work.probes.set(name, next);
      }
    }
    work.rule = fields === mapped.fields ? mapped : { ...mapped, fields };
  };
}

function renameItem(item: Item, names: readonly string[]): Detection {
  if (names.length === 1) {
    const name = names[0] as string;
    return name === item.field ? item : { ...item, field: name };
  }
  return {
    kind: item.negated ? 'and' : 'or',
    items: names.map((name) => ({ ...item, field: name })),
  };
}

/** References with several names split an item into several, which share the field. */
function renameAll(detection: Detection, names: readonly string[]): Detection {
  if (detection.kind === 'item') return renameItem(detection, names);
  return { kind: detection.kind, items: detection.items.map((item) => renameAll(item, names)) };
}

function renameReference(
  value: SigmaValue,
  namesFor: (field: string) => readonly string[] | undefined,
  work: Work,
  touched: (field: string, names: readonly string[], work: Work) => void,
): SigmaValue | SigmaValue[] {
  if (value.kind !== 'fieldref') return value;
  const names = namesFor(value.field);
  if (names === undefined) return value;
  touched(value.field, names, work);
  if (names.length !== 1) return names.map((field) => ({ ...value, field }));
  return names[0] === value.field ? value : { ...value, field: names[0] as string };
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
