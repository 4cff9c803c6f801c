/** Steps to functions. Everything that can be found wrong without a rule is found wrong here. */
import type { PipelineStep } from './types.ts';
import { compileFieldTest, compileItemTest, compileRuleTest } from './conditions.ts';
import { StepFault } from './parameters.ts';
import { addPrefix, addSuffix, mapFields, mapPrefixes, transformFields } from './steps/fields.ts';
import { dropItem, failItem, failUnmapped } from './steps/items.ts';
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
import type { CompiledStep, MakeStep } from './steps/step.ts';
import type { Tracking } from './work.ts';

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
]);

/** Throws StepFault. */
export function compileStep(step: PipelineStep, tracking: Tracking): CompiledStep {
  const make = makers.get(step.type);
  if (make === undefined) throw new StepFault(`there is no transformation of type ${step.type}`, 'type');
  const ruleTest = compileRuleTest(step.ruleConditions);
  const itemTest = compileItemTest(step.itemConditions, tracking);
  const fieldTest = compileFieldTest(step.fieldConditions, tracking);
  const run = make({
    step,
    tracking,
    itemTest,
    fieldTest,
    compileStep: (inner) => compileStep(inner, tracking),
  });
  return { step, ruleTest, run };
}

export function newTracking(): Tracking {
  return { items: new Set(), fields: new Set(), mapped: false };
}
