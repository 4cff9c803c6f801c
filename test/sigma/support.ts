/** Small rules for tests, and the data that lies beside the project on some machines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseRules, toExpression } from '../../src/sigma/index.ts';
import type { Detection, Expression, SigmaRule, SigmaValue } from '../../src/sigma/index.ts';
import type { HuntbookError } from '../../src/errors.ts';
import { evaluate } from './reference.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const oracleDir = path.resolve(root, '../shared/oracle');
export const sigmaDir = path.resolve(root, '../shared/data/sigma');
/** For describe.skipIf: the data is not part of the repository. */
export const noOracle = !existsSync(oracleDir);
export const noRules = !existsSync(sigmaDir);
export const ruleFolders = ['rules', 'rules-threat-hunting', 'rules-emerging-threats'].map((name) =>
  path.join(sigmaDir, name),
);

/** A rule with the given YAML below `detection:`, indented by two. */
export function ruleText(detection: string): string {
  const indented = detection.replaceAll(/^(?=.)/gm, '  ');
  return `title: Test\nlogsource:\n  product: windows\ndetection:\n${indented}\n`;
}

/** A rule that correlations can name. */
export function namedRule(name: string): string {
  return `name: ${name}\n${ruleText('sel: {a: b}\ncondition: sel')}`;
}

/** A correlation with the given YAML below `correlation:`. */
export function correlationText(lines: string, name = 'correlated'): string {
  return `title: C\nname: ${name}\ncorrelation:\n${lines.replaceAll(/^/gm, '  ')}\n`;
}

export function parseOne(text: string): SigmaRule {
  const { rules, errors } = parseRules(text, 'rule.yml');
  if (errors[0] !== undefined) throw errors[0];
  return rules[0] as SigmaRule;
}

export function parseError(text: string): HuntbookError {
  const { errors } = parseRules(text, 'rule.yml');
  if (errors.length !== 1) throw new Error(`expected one error, found ${errors.length}`);
  return errors[0] as HuntbookError;
}

/** Code and place of the one error, as `CODE line:column`. */
export function faultOf(text: string): string {
  const { code, position } = parseError(text);
  return `${code} ${position?.line}:${position?.column}`;
}

/** The detection that one line of YAML makes. */
export function itemOf(line: string): Detection {
  return parseOne(ruleText(`sel:\n  ${line}\ncondition: sel`)).detections['sel'] as Detection;
}

export function valuesOf(line: string): readonly SigmaValue[] {
  const item = itemOf(line);
  if (item.kind !== 'item') throw new Error('expected one item');
  return item.values;
}

export function expressionOf(detection: string): Expression {
  return toExpression(parseOne(ruleText(detection)), 0);
}

/** Whether one line of YAML matches an event. */
export function matches(line: string, event: Record<string, unknown>): boolean {
  return evaluate(expressionOf(`sel:\n  ${line}\ncondition: sel`), event);
}
