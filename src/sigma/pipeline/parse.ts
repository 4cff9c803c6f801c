/** Pipeline files, and pipelines written as objects in the same format. */
import { HuntbookError, asHuntbookError } from '../../errors.ts';
import { RuleFault, at } from '../fault.ts';
import type { Place } from '../fault.ts';
import { locateFault } from '../locate.ts';
import { plain } from '../metadata.ts';
import { readYaml } from '../yaml.ts';
import { compileStep, newTracking } from './compile.ts';
import { compileFinalizer } from './finalize.ts';
import { StepFault, cleanKeys, isRecord } from './parameters.ts';
import { compileQueryStep } from './postprocess.ts';
import { readStep } from './read-step.ts';
import type { Report, Stage } from './read-step.ts';
import type { Pipeline, PipelineStep } from './types.ts';
import { finalizers, postprocessing, transformations } from './vocabulary.ts';

/** What people write above a pipeline; read over, as the format's own reader does. */
const remarks = ['author', 'date', 'description', 'license', 'modified', 'references', 'title', 'version'];

export interface ParsedPipeline {
  /** Null when anything is wrong. */
  readonly pipeline: Pipeline | null;
  /** HB_PIPELINE_INVALID with file, line and column, all that were found. */
  readonly errors: HuntbookError[];
}

const maxPipelineText = 4 * 1024 * 1024;
const keys = [
  'name',
  'priority',
  'allowed_backends',
  'vars',
  'transformations',
  'postprocessing',
  'finalizers',
];

/** Reads a pipeline file. Never throws. */
export function parsePipeline(text: string, path: string): ParsedPipeline {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  const { value, errors } = readDocument(text, path, (object, report) => {
    const pipeline = buildPipeline(object, name, path, report);
    return pipeline === null ? null : { pipeline, steps: [] };
  });
  return { pipeline: value?.pipeline ?? null, errors };
}

interface Built {
  /** Transformations that are still to be checked, and where they come from. */
  readonly steps: readonly (readonly [PipelineStep, Place | null])[];
}

/** One YAML document through `build`; null with errors when anything is wrong. Never throws. */
export function readDocument<Result extends Built>(
  text: string,
  path: string,
  build: (object: unknown, report: Report) => Result | null,
): { value: Result | null; errors: HuntbookError[] } {
  if (text.length > maxPipelineText) {
    return failed([
      new HuntbookError('HB_LIMIT', `${path}: a pipeline may have ${maxPipelineText} characters`, {
        position: { file: path },
      }),
    ]);
  }
  const documents = readYaml(text, path);
  const document = documents[0];
  const broken = documents.find(({ error }) => error !== undefined)?.error;
  if (broken !== undefined) {
    const position = broken.position === undefined ? {} : { position: broken.position };
    return failed([new HuntbookError('HB_PIPELINE_INVALID', broken.message, { cause: broken, ...position })]);
  }
  if (document === undefined || documents.length > 1) {
    const line = (documents[1]?.firstLine ?? 0) + 1;
    return failed([
      new HuntbookError('HB_PIPELINE_INVALID', `${path}:${line}:1: expected one YAML document`, {
        position: { file: path, line, column: 1 },
      }),
    ]);
  }
  const faults: RuleFault[] = [];
  const report: Report = (fault) => faults.push(fault);
  try {
    const value = build(plain(document.value), report);
    for (const [step, place] of value?.steps ?? []) tryStep(step, 'transformation', place, report);
    if (faults.length === 0) return { value, errors: [] };
    return failed(faults.map((fault) => locateFault(fault, text, document, path)));
  } catch (error) {
    return failed([asHuntbookError(error, 'HB_PIPELINE_INVALID', path)]);
  }
}

/**
 * A pipeline from an object in the format of the files, for those that are built in: `name` is what users call it, the
 * name in the object describes it. Throws HB_PIPELINE_INVALID with everything that is wrong.
 */
export function pipelineFromObject(object: Readonly<Record<string, unknown>>, name: string): Pipeline {
  const problems: string[] = [];
  const pipeline = buildPipeline(object, name, null, (fault) => {
    problems.push(`${placeText(fault.place)}${fault.message}`);
  });
  if (pipeline === null || problems.length > 0)
    throw new HuntbookError('HB_PIPELINE_INVALID', `pipeline ${name}: ${problems.join('; ')}`);
  return { ...pipeline, name, description: pipeline.name === name ? null : pipeline.name };
}

function failed(errors: HuntbookError[]): { value: null; errors: HuntbookError[] } {
  return { value: null, errors };
}

function placeText(place: Place | null): string {
  if (place === null) return '';
  const parts: (string | number)[] = [];
  for (let step: Place | null = place; step !== null; step = step.parent) parts.push(step.key);
  return `${parts.reverse().join('.')}: `;
}

function buildPipeline(object: unknown, name: string, path: string | null, report: Report): Pipeline | null {
  const fault = (message: string, key: string | null, atKey = false): void =>
    report(new RuleFault('HB_PIPELINE_INVALID', message, key === null ? null : at(null, key), { atKey }));
  if (!isRecord(object)) {
    fault('a pipeline must be a map', null);
    return null;
  }
  for (const key of Object.keys(object)) {
    if (!keys.includes(key) && !remarks.includes(key))
      fault(`a pipeline has no key ${JSON.stringify(key)}; it has ${keys.join(', ')}`, key, true);
  }
  if (object.name !== undefined && object.name !== null && typeof object.name !== 'string')
    fault('the name must be text', 'name');
  const priority = object.priority ?? 0;
  if (typeof priority !== 'number' || !Number.isFinite(priority))
    fault('the priority must be a number', 'priority');
  const allowed = object.allowed_backends ?? [];
  const allowedList = typeof allowed === 'string' ? [allowed] : allowed;
  if (!Array.isArray(allowedList) || !allowedList.every((item) => typeof item === 'string'))
    fault('allowed_backends must be a list of texts', 'allowed_backends');
  const vars = object.vars ?? {};
  if (!isRecord(vars)) fault('vars must be a map', 'vars');
  const pipeline: Pipeline = {
    name: typeof object.name === 'string' && object.name !== '' ? object.name : name,
    description: typeof object.description === 'string' ? object.description : null,
    path,
    priority: typeof priority === 'number' ? priority : 0,
    allowedTargets: Array.isArray(allowedList) ? allowedList.map(String) : [],
    vars: isRecord(vars) ? (cleanKeys(vars) as Record<string, unknown>) : {},
    transformations: readSteps(object.transformations, 'transformation', 'transformations', report),
    postprocessing: readSteps(object.postprocessing, 'postprocessing', 'postprocessing', report),
    finalizers: readSteps(object.finalizers, 'finalizer', 'finalizers', report),
  };
  return pipeline;
}

const vocabularies = { transformation: transformations, postprocessing, finalizer: finalizers };

function readSteps(raw: unknown, stage: Stage, key: string, report: Report): PipelineStep[] {
  const place = at(null, key);
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    report(new RuleFault('HB_PIPELINE_INVALID', `${key} must be a list`, place));
    return [];
  }
  const steps: PipelineStep[] = [];
  raw.forEach((item: unknown, index) => {
    const where = at(place, index);
    const step = readStep(isRecord(item) ? cleanStep(item) : item, stage, vocabularies[stage], where, report);
    if (step === null) return;
    if (tryStep(step, stage, where, report)) steps.push(step);
  });
  return steps;
}

/** Keys of the step itself stay as written, so that an error can be located; those of its maps become text. */
function cleanStep(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, cleanKeys(value)] as const));
}

/** Whether the step can be made; what is wrong goes to `report`. */
function tryStep(step: PipelineStep, stage: Stage, place: Place | null, report: Report): boolean {
  try {
    if (stage === 'transformation') compileStep(step, newTracking());
    else if (stage === 'postprocessing') compileQueryStep(step, '');
    else compileFinalizer(step, '');
    return true;
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    const inner = error.path.reduce<Place | null>((outer, key) => at(outer, key), place);
    report(new RuleFault('HB_PIPELINE_INVALID', error.message, inner));
    return false;
  }
}
