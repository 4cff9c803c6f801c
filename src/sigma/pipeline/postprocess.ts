/** Steps over a finished query. */
import { compileRuleTest, bounded, compilePattern } from './conditions.ts';
import type { RuleTest } from './conditions.ts';
import { StepFault, isRecord, textOf, within } from './parameters.ts';
import { parseReplacement, substitute } from './python-regex.ts';
import type { PythonRegex, ReplacementPart } from './python-regex.ts';
import { parseFormat } from './simple-template.ts';
import type { FormatPart } from './simple-template.ts';
import { readNested } from './steps/nest.ts';
import { pythonJson, toText } from './template-filters.ts';
import { documentView, pipelineView, templateOf } from './template-step.ts';
import type { PipelineStep } from './types.ts';
import { postprocessing } from './vocabulary.ts';
import type { Work } from './work.ts';

/** Gives the query back where its rule conditions do not hold. Throws HuntbookError. */
export type QueryStep = (query: string, work: Work) => string;
type Change = (query: string, work: Work) => string;

/** Throws StepFault. */
export function compileQueryStep(step: PipelineStep, pipelineName: string): QueryStep {
  const ruleTest: RuleTest | null = compileRuleTest(step.ruleConditions);
  const change = changeOf(step, pipelineName);
  return (query, work) => {
    if (ruleTest !== null && !ruleTest(work)) return query;
    const result = change(query, work);
    if (step.id !== null) work.applied.add(step.id);
    return result;
  };
}

function changeOf(step: PipelineStep, pipelineName: string): Change {
  const { parameters } = step;
  switch (step.type) {
    case 'embed': {
      const [prefix, suffix] = [textOf(parameters, 'prefix'), textOf(parameters, 'suffix')];
      return (query) => prefix + query + suffix;
    }
    case 'simple_template': {
      const format = readFormat(textOf(parameters, 'template'));
      return (query, work) => fillFormat(format, valuesFor(query, work, pipelineName));
    }
    case 'template': {
      const template = templateOf(step);
      return (query, work) => template(valuesFor(query, work, pipelineName), work.around);
    }
    case 'json': {
      const template = readJson(textOf(parameters, 'json_template'));
      return (query) => pythonJson(embed(template, query));
    }
    case 'replace': {
      const regex = compilePattern(textOf(parameters, 'pattern'), 'pattern');
      const replacement = readReplacement(textOf(parameters, 'replacement'), regex);
      return (query, work) => bounded(work, null, () => substitute(query, regex, replacement));
    }
    case 'nest': {
      const steps = readNested(parameters.items, 'postprocessing', postprocessing, 'items').map(
        (inner, index) => within(['items', index], () => compileQueryStep(inner, pipelineName)),
      );
      return (query, work) => steps.reduce((text, inner) => inner(text, work), query);
    }
    default:
      throw new StepFault(`there is no postprocessing of type ${step.type}`, 'type');
  }
}

function valuesFor(query: string, work: Work, pipelineName: string): Record<string, unknown> {
  const state = Object.fromEntries(work.state);
  return {
    query,
    rule: documentView(work.document),
    pipeline: pipelineView(pipelineName, work.around, state),
  };
}

function readFormat(template: string): FormatPart[] {
  try {
    const parts = parseFormat(template);
    for (const part of parts) {
      if (typeof part === 'string' || ['query', 'rule', 'pipeline'].includes(part.path[0] as string))
        continue;
      throw new Error(`{${part.path.join('.')}}: there are query, rule and pipeline`);
    }
    return parts;
  } catch (error) {
    throw new StepFault((error as Error).message, 'template');
  }
}

function fillFormat(parts: readonly FormatPart[], values: Record<string, unknown>): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      let value: unknown = values;
      for (const key of part.path)
        value =
          isRecord(value) && Object.hasOwn(value, key)
            ? value[key]
            : Array.isArray(value)
              ? value[Number(key)]
              : null;
      return toText(value ?? null);
    })
    .join('');
}

function readReplacement(template: string, regex: PythonRegex): ReplacementPart[] {
  try {
    return parseReplacement(template, regex);
  } catch (error) {
    throw new StepFault((error as Error).message, 'replacement');
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new StepFault(`not valid JSON: ${(error as Error).message}`, 'json_template');
  }
}

function embed(value: unknown, query: string): unknown {
  if (typeof value === 'string') return value.replaceAll('%QUERY%', () => query);
  if (Array.isArray(value)) return value.map((item) => embed(item, query));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, embed(inner, query)] as const));
}
