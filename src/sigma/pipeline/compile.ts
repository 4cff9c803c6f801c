/** Steps to functions. Everything that can be found wrong without a rule is found wrong here. */
import type { PipelineStep } from './types.ts';
import { compileFieldTest, compileItemTest, compileRuleTest } from './conditions.ts';
import type { FieldTest, ItemTest } from './conditions.ts';
import { StepFault } from './parameters.ts';
import { checkFields, fileNames, plainRegistryData, readNumbers, translateValues } from './steps/columns.ts';
import { addPrefix, addSuffix, mapFields, mapPrefixes, transformFields } from './steps/fields.ts';
import { extractFields, splitHashes } from './steps/hashes.ts';
import { dropItem, failItem, failUnmapped } from './steps/items.ts';
import { nest } from './steps/nest.ts';
import {
  fillFromCommand,
  fillFromFile,
  fillFromVars,
  fillFromWeb,
  fillWithQuery,
  fillWithWildcards,
} from './steps/placeholders.ts';
import { replaceString } from './steps/replace.ts';
import {
  addCondition,
  addField,
  changeLogSource,
  failRule,
  removeField,
  setCustomAttribute,
  setField,
  setState,
} from './steps/rule.ts';
import { sigmacFields, sigmacLogSources } from './steps/sigmac.ts';
import { splitPath } from './steps/split-path.ts';
import { changeCase, convertType, mapString, setValue, toRegex } from './steps/values.ts';
import type { CompiledStep, MakeStep } from './steps/step.ts';
import type { Tracking, Work } from './work.ts';

const makers = new Map<string, MakeStep>([
  ['field_name_mapping', mapFields],
  ['field_name_prefix_mapping', mapPrefixes],
  ['field_name_transform', transformFields],
  ['field_name_prefix', addPrefix],
  ['field_name_suffix', addSuffix],
  ['drop_detection_item', dropItem],
  ['detection_item_failure', failItem],
  ['strict_field_mapping_failure', failUnmapped],
  ['add_condition', addCondition],
  ['change_logsource', changeLogSource],
  ['add_field', addField],
  ['remove_field', removeField],
  ['set_field', setField],
  ['set_state', setState],
  ['set_custom_attribute', setCustomAttribute],
  ['rule_failure', failRule],
  ['hashes_fields', splitHashes],
  ['extract_fields', extractFields],
  ['wildcard_placeholders', fillWithWildcards],
  ['value_placeholders', fillFromVars],
  ['query_expression_placeholders', fillWithQuery],
  ['file_placeholders', fillFromFile],
  ['http_placeholders', fillFromWeb],
  ['command_placeholders', fillFromCommand],
  ['replace_string', replaceString],
  ['map_string', mapString],
  ['set_value', setValue],
  ['convert_type', convertType],
  ['case', changeCase],
  ['regex', toRegex],
  ['nest', nest],
  ['check_fields', checkFields],
  ['translate_values', translateValues],
  ['file_names', fileNames],
  ['read_numbers', readNumbers],
  ['plain_registry_data', plainRegistryData],
  ['split_path', splitPath],
  ['sigmac_logsources', sigmacLogSources],
  ['sigmac_fields', sigmacFields],
]);

/** Conditions of the steps that a step stands in. */
interface Outer {
  readonly itemTest: ItemTest | null;
  readonly fieldTest: FieldTest | null;
}

const noOuter: Outer = { itemTest: null, fieldTest: null };

/** Throws StepFault. */
export function compileStep(step: PipelineStep, tracking: Tracking, outer: Outer = noOuter): CompiledStep {
  const make = makers.get(step.type);
  if (make === undefined) throw new StepFault(`there is no transformation of type ${step.type}`, 'type');
  const ruleTest = compileRuleTest(step.ruleConditions);
  const itemTest = both(outer.itemTest, compileItemTest(step.itemConditions, tracking));
  const fieldTest = both(outer.fieldTest, compileFieldTest(step.fieldConditions, tracking));
  const run = make({
    step,
    tracking,
    itemTest,
    fieldTest,
    compileStep: (inner) => compileStep(inner, tracking, { itemTest, fieldTest }),
    runStep: runAlone,
  });
  return { step, ruleTest, run };
}

/** Whether the rule conditions held. Throws HuntbookError. */
export function runStep(compiled: CompiledStep, work: Work): boolean {
  if (work.correlation === null) return runAlone(compiled, work);
  const holds = compiled.ruleTest === null || compiled.ruleTest(work);
  // The rules of a correlation go along, each under its own conditions: later conditions are asked of them.
  for (const subject of work.subjects) runAlone(compiled, subject);
  return holds && runAlone({ ...compiled, ruleTest: null }, work);
}

function runAlone({ step, ruleTest, run }: CompiledStep, work: Work): boolean {
  if (ruleTest !== null && !ruleTest(work)) return false;
  run(work);
  work.endStep();
  if (step.id !== null) work.applied.add(step.id);
  return true;
}

function both<Arguments extends unknown[]>(
  a: ((...args: Arguments) => boolean) | null,
  b: ((...args: Arguments) => boolean) | null,
): ((...args: Arguments) => boolean) | null {
  if (a === null || b === null) return a ?? b;
  return (...args) => a(...args) && b(...args);
}

export function newTracking(): Tracking {
  return { items: new Set(), fields: new Set(), mapped: false };
}
