/** Steps over all queries at the end. */
import { resolveScalar } from '../yaml-scalars.ts';
import { StepFault, isRecord, textOf, within } from './parameters.ts';
import { readNested } from './steps/nest.ts';
import { pythonJson, toText } from './template-filters.ts';
import { pipelineView, templateOf } from './template-step.ts';
import type { PipelineStep } from './types.ts';
import { finalizers } from './vocabulary.ts';
import type { Surroundings } from './work.ts';

/** Takes the list of queries, or what the finalizer before made. */
export type Finalizer = (
  queries: unknown,
  around: Surroundings,
  state: Readonly<Record<string, unknown>>,
) => unknown;

const maxIndent = 16;

/** Throws StepFault. */
export function compileFinalizer(step: PipelineStep, pipelineName: string): Finalizer {
  const { parameters } = step;
  switch (step.type) {
    case 'concat': {
      const separator = textOf(parameters, 'separator', '\n');
      const [prefix, suffix] = [textOf(parameters, 'prefix'), textOf(parameters, 'suffix')];
      return (queries) => prefix + listOf(queries).map(queryText).join(separator) + suffix;
    }
    case 'json': {
      const indent = indentOf(parameters.indent);
      return (queries) => pythonJson(queries, indent);
    }
    case 'yaml': {
      const indent = indentOf(parameters.indent) ?? 2;
      return (queries) => writeYaml(queries, 0, Math.max(indent, 2));
    }
    case 'template': {
      const template = templateOf(step);
      return (queries, around, state) =>
        template({ queries: listOf(queries), pipeline: pipelineView(pipelineName, around, state) }, around);
    }
    case 'nested': {
      const inner = readNested(parameters.finalizers, 'finalizer', finalizers, 'finalizers').map(
        (item, index) => within(['finalizers', index], () => compileFinalizer(item, pipelineName)),
      );
      return (queries, around, state) =>
        inner.reduce<unknown>((value, finalizer) => finalizer(value, around, state), queries);
    }
    default:
      throw new StepFault(`there is no finalizer of type ${step.type}`, 'type');
  }
}

function listOf(queries: unknown): unknown[] {
  return Array.isArray(queries) ? (queries as unknown[]) : [queries];
}

function queryText(query: unknown): string {
  return typeof query === 'object' && query !== null ? JSON.stringify(query) : toText(query);
}

function indentOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxIndent)
    throw new StepFault(`indent must be a whole number up to ${maxIndent}`, 'indent');
  return value;
}

/** Block style; text that YAML could read as something else is quoted. */
function writeYaml(value: unknown, column: number, indent: number): string {
  const pad = ' '.repeat(column);
  if (Array.isArray(value)) {
    if (value.length === 0) return `${pad}[]\n`;
    return value
      .map(
        (item) => `${pad}-${' '.repeat(indent - 1)}${writeYaml(item, column + indent, indent).trimStart()}`,
      )
      .join('');
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return `${pad}{}\n`;
    return entries
      .map(([key, inner]) => {
        const nestedValue = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
        const text = writeYaml(inner, nestedValue ? column + indent : 0, indent);
        return `${pad}${yamlScalar(key)}:${nestedValue ? `\n${text}` : ` ${text}`}`;
      })
      .join('');
  }
  return `${pad}${typeof value === 'string' ? yamlScalar(value) : JSON.stringify(value ?? null)}\n`;
}

function yamlScalar(text: string): string {
  const plain =
    /^[A-Za-z_/][\x20-\x7e]*$/.test(text) && !/: |:$| #| $/.test(text) && resolveScalar(text) === undefined;
  return plain ? text : JSON.stringify(text);
}
