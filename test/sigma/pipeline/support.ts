/** Pipelines and rules from a few lines of YAML, and rules as short text. */
import { ANY, ONE } from '../../../src/sigma/ast.ts';
import type { Expression, SigmaRule, SigmaValue } from '../../../src/sigma/ast.ts';
import { toExpression } from '../../../src/sigma/expression.ts';
import { parsePipeline } from '../../../src/sigma/pipeline/parse.ts';
import { PipelineRunner } from '../../../src/sigma/pipeline/runner.ts';
import type { Pipeline, PipelineOptions, Prepared } from '../../../src/sigma/pipeline/types.ts';
import { parseOne } from '../support.ts';

export function pipelineOf(text: string, path = 'p.yml'): Pipeline {
  const { pipeline, errors } = parsePipeline(text, path);
  if (errors[0] !== undefined) throw errors[0];
  return pipeline as Pipeline;
}

/** A pipeline of transformations, each written as YAML in one line or more. */
export function stepsOf(...steps: readonly string[]): Pipeline {
  return pipelineOf(
    `transformations:\n${steps.map((step) => `  - ${step.replaceAll('\n', '\n    ')}`).join('\n')}\n`,
  );
}

/** A rule with one line of flow YAML for each detection; the first is the condition unless one is given. */
export function ruleOf(detections: Readonly<Record<string, string>>, more = ''): SigmaRule {
  const names = Object.keys(detections).filter((name) => name !== 'condition');
  const lines = names.map((name) => `  ${name}: ${detections[name]}`).join('\n');
  const logsource = more.includes('logsource:')
    ? ''
    : 'logsource: {product: windows, category: process_creation}\n';
  return parseOne(
    `title: Test\n${logsource}${more}\ndetection:\n${lines}\n  condition: ${detections.condition ?? names[0]}\n`,
  );
}

export function apply(
  pipeline: Pipeline | readonly Pipeline[],
  rule: SigmaRule,
  options?: PipelineOptions,
): Prepared<SigmaRule> {
  const list = Array.isArray(pipeline) ? (pipeline as readonly Pipeline[]) : [pipeline as Pipeline];
  return new PipelineRunner(list, options).applyRule(rule);
}

/** The rule after one step, as short text. */
export function after(step: string, detection: string, options?: PipelineOptions): string {
  return show(apply(stepsOf(step), ruleOf({ sel: detection }), options).document);
}

export function show(rule: SigmaRule, index = 0): string {
  return showExpression(toExpression(rule, index));
}

function showExpression(node: Expression): string {
  switch (node.op) {
    case 'not':
      return `not ${showExpression(node.item)}`;
    case 'match':
      return `${node.field ?? '*'}=${showValue(node.value)}`;
    default:
      return `(${node.items.map(showExpression).join(` ${node.op} `)})`;
  }
}

function showValue(value: SigmaValue): string {
  switch (value.kind) {
    case 'string':
      return `'${value.parts.map((part) => (part === ANY ? '*' : part === ONE ? '?' : String(part).replaceAll(/[*?]/g, '\\$&'))).join('')}'${value.cased ? 'c' : ''}`;
    case 'regex':
      return `/${value.source}/${value.flags}`;
    case 'null':
      return 'null';
    case 'fieldref':
      return `@${value.field}`;
    case 'query':
      return `{${value.text}}`;
    case 'cidr':
      return value.network;
    case 'compare':
    case 'timepart':
      return `${value.op} ${value.value}`;
    default:
      return String(value.value);
  }
}
