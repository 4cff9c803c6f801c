/** Steps in a step: they run in order, each under its own conditions and those around it. */
import { placePath } from '../../fault.ts';
import type { RuleFault } from '../../fault.ts';
import { StepFault, within } from '../parameters.ts';
import { readStep } from '../read-step.ts';
import type { Stage } from '../read-step.ts';
import type { PipelineStep } from '../types.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { transformations } from '../vocabulary.ts';
import type { MakeStep } from './step.ts';

const maxDepth = 20;

export const nest: MakeStep = (context) => {
  const steps = readNested(context.step.parameters.items, 'transformation', transformations, 'items').map(
    (step, index) => within(['items', index], () => context.compileStep(step)),
  );
  return (work) => {
    for (const step of steps) context.runStep(step, work);
  };
};

/** The steps in a parameter. Throws StepFault for the first thing wrong. */
export function readNested(
  raw: unknown,
  stage: Stage,
  vocabulary: Vocabulary,
  parameter: string,
): PipelineStep[] {
  if (depthOf(raw) > maxDepth * 2) throw new StepFault(`nested more than ${maxDepth} levels deep`, parameter);
  return (raw as unknown[]).map((item, index) => {
    const faults: RuleFault[] = [];
    const step = readStep(item, stage, vocabulary, null, (fault) => faults.push(fault));
    const [first] = faults;
    if (step === null || first !== undefined)
      throw new StepFault(
        first?.message ?? 'not a step',
        parameter,
        index,
        ...placePath(first?.place ?? null),
      );
    return step;
  });
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let depth = 0;
  for (const inner of Object.values(value)) depth = Math.max(depth, depthOf(inner));
  return depth + 1;
}
