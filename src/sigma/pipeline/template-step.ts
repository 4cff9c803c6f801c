/** Templates of steps: written in the pipeline, or in a file that only the caller's reader can open. */
import { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { StepFault, textOf } from './parameters.ts';
import type { PipelineStep } from './types.ts';
import { compileTemplate } from './template.ts';
import type { Template } from './template.ts';
import { TemplateFault } from './template-lex.ts';
import type { Surroundings } from './work.ts';

export type LoadedTemplate = (values: Readonly<Record<string, unknown>>, around: Surroundings) => string;

/**
 * Throws StepFault for a template in the pipeline that is wrong. With `path` the template is the name of a file below
 * that folder, read when first used: throws HB_PIPELINE_SOURCE without a reader, HB_PIPELINE_INVALID where it is wrong.
 */
export function templateOf(step: PipelineStep): LoadedTemplate {
  const text = textOf(step.parameters, 'template');
  const folder = step.parameters.path;
  if (typeof folder !== 'string') {
    const template = compileAt(text, (message) => new StepFault(message, 'template'));
    return (values) => runTemplate(template, values);
  }
  if (/^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)|^[A-Za-z]:/.test(text))
    throw new StepFault('the template must be a file below path', 'template');
  const path = folder === '' ? text : `${folder.replace(/[/\\]$/, '')}/${text}`;
  let loaded: Template | undefined;
  return (values, around) => {
    loaded ??= compileAt(
      readTemplate(path, around),
      (message) =>
        new HuntbookError('HB_PIPELINE_INVALID', `${path}: ${message}`, { position: { file: path } }),
    );
    return runTemplate(loaded, values);
  };
}

/** A document as templates see it: the names of the specification, with those of other tools beside them. */
export function documentView(document: SigmaRule | SigmaCorrelation): Record<string, unknown> {
  const { custom, ...rest } = document;
  return {
    ...(rest as Record<string, unknown>),
    ...(document.kind === 'correlation' ? { group_by: document.groupBy } : {}),
    custom,
    custom_attributes: custom,
  };
}

export function pipelineView(
  name: string,
  around: Surroundings,
  state: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { name, vars: Object.fromEntries(around.vars), state };
}

function compileAt(text: string, fault: (message: string) => Error): Template {
  try {
    return compileTemplate(text);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const lines = text.slice(0, error.offset).split('\n');
    const column = (lines.at(-1) as string).length + 1;
    throw fault(`template, line ${lines.length}, column ${column}: ${error.message}`);
  }
}

function readTemplate(path: string, around: Surroundings): string {
  const { readFile } = around.external;
  if (readFile === undefined)
    throw new HuntbookError('HB_PIPELINE_SOURCE', `the template ${path} may not be read`);
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HuntbookError('HB_PIPELINE_SOURCE', `the template ${path}: ${reason}`, { cause: error });
  }
}

function runTemplate(template: Template, values: Readonly<Record<string, unknown>>): string {
  try {
    return template(values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HuntbookError('HB_LIMIT', `a template of the pipeline: ${error.message}`, { cause: error });
  }
}
