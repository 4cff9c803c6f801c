/** Steps over detection items: dropping them, changing their values, refusing them. */
import { mapRule } from '../walk.ts';
import { describeValue } from '../values.ts';
import type { Work } from '../work.ts';
import type { Item } from '../walk.ts';
import type { ChangeItem, MakeStep, StepContext } from './step.ts';
import { textOf } from '../parameters.ts';

/** A step from what it does to one item that its conditions hold for. */
export function itemStep(context: StepContext, change: ChangeItem): (work: Work) => void {
  const { itemTest, fieldTest, step } = context;
  return (work) => {
    if (work.rule === null) return;
    const next = mapRule(work.rule, (item) => {
      if (itemTest !== null && !itemTest(item, work)) return item;
      if (fieldTest !== null && !fieldTest(item.field, work)) return item;
      const result = change(item, work);
      if (result !== item) {
        work.itemTouched(item, result, step.id);
        if (work.changes !== null) work.note(describeChange(item, result));
      }
      return result;
    });
    if (next === null) {
      throw work.error(
        'HB_PIPELINE_RULE',
        `the step ${step.id ?? step.type} drops everything that the condition asks for`,
      );
    }
    work.rule = next;
  };
}

export const dropItem: MakeStep = (context) => itemStep(context, () => null);

export const failItem: MakeStep = (context) => {
  const message = textOf(context.step.parameters, 'message');
  return itemStep(context, (item, work) => {
    throw work.error('HB_PIPELINE_RULE', message, item.position);
  });
};

export const failUnmapped: MakeStep = (context) => {
  context.tracking.mapped = true;
  return itemStep(context, (item, work) => {
    if (item.field === null || work.isMapped(item.field)) return item;
    throw work.error('HB_PIPELINE_RULE', `no mapping covers the field ${item.field}`, item.position);
  });
};

function describeChange(item: Item, result: ReturnType<ChangeItem>): string {
  const name = item.field ?? 'keyword';
  if (result === null) return `${name}: dropped`;
  if (result.kind !== 'item') return `${name}: becomes several items`;
  const shown = (values: Item['values']): string =>
    values.length > 3
      ? `${values.slice(0, 3).map(describeValue).join(', ')}, ...`
      : values.map(describeValue).join(', ');
  const target = result.field === item.field ? '' : `${result.field} `;
  return `${name}: ${shown(item.values)} -> ${target}${shown(result.values)}`;
}
