/** What every kind of transformation is made of. */
import type { Detection } from '../../ast.ts';
import type { FieldTest, ItemTest, RuleTest } from '../conditions.ts';
import type { PipelineStep } from '../types.ts';
import type { Item } from '../walk.ts';
import type { Tracking, Work } from '../work.ts';

/** A step ready to run. */
export interface CompiledStep {
  readonly step: PipelineStep;
  readonly ruleTest: RuleTest | null;
  /** Called when the rule conditions hold. Throws HuntbookError. */
  readonly run: (work: Work) => void;
}

/** What a step may ask while it is made. Throw StepFault when its parameters make no sense. */
export interface StepContext {
  readonly step: PipelineStep;
  readonly tracking: Tracking;
  readonly itemTest: ItemTest | null;
  readonly fieldTest: FieldTest | null;
  /** For steps that hold steps. */
  readonly compileStep: (step: PipelineStep) => CompiledStep;
  readonly runStep: (step: CompiledStep, work: Work) => void;
}

export type MakeStep = (context: StepContext) => (work: Work) => void;

/** Names a field gets instead of its own; undefined: the step does not speak of it. Null is a keyword. */
export type RenameField = (field: string | null, work: Work) => readonly string[] | undefined;
/** What an item becomes: itself, something else, or null when it goes. */
export type ChangeItem = (item: Item, work: Work) => Detection | null;
