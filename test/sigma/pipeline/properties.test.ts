import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection, SigmaRule } from '../../../src/sigma/ast.ts';
import { toExpression } from '../../../src/sigma/expression.ts';
import { pipelineFromObject } from '../../../src/sigma/pipeline/parse.ts';
import { PipelineRunner } from '../../../src/sigma/pipeline/runner.ts';
import type { Pipeline } from '../../../src/sigma/pipeline/types.ts';
import { evaluate } from '../reference.ts';
import { ruleOf } from './support.ts';

const fields = ['a', 'b', 'c'];
const words = ['x', 'y', 'X*', ''];
const base = ruleOf({ sel: '{a: 1}' });

const detection: fc.Arbitrary<Detection> = fc.letrec<{ tree: Detection }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.record({
      kind: fc.constant('item' as const),
      field: fc.constantFrom(...fields),
      modifiers: fc.constant([]),
      values: fc.array(
        fc
          .constantFrom(...words)
          .map((text) => ({ kind: 'string' as const, parts: text === '' ? [] : [text], cased: false })),
        { minLength: 1, maxLength: 3 },
      ),
      link: fc.constantFrom('or' as const, 'and' as const),
      negated: fc.boolean(),
      position: fc.constant({ line: 1, column: 1 }),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      items: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).tree;
const rule = detection.map((sel): SigmaRule => ({ ...base, detections: { sel }, fields }));
const event = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'a2', 'b2', 'm', 'n'),
  fc.constantFrom('x', 'y', 'x2'),
);

function run(pipeline: Pipeline, subject: SigmaRule): SigmaRule {
  return new PipelineRunner([pipeline]).applyRule(subject).document;
}

const made = (...transformations: readonly object[]): Pipeline =>
  pipelineFromObject({ transformations }, 'p');

describe('pipelines in general', () => {
  it('mapping with an empty map is the identity', () => {
    const pipeline = made({ type: 'field_name_mapping', mapping: {} });
    fc.assert(fc.property(rule, (subject) => void expect(run(pipeline, subject)).toBe(subject)));
  });

  it('mapping a field to itself is the identity', () => {
    const pipeline = made({ type: 'field_name_mapping', mapping: { a: 'a', b: ['b'], c: 'c' } });
    fc.assert(fc.property(rule, (subject) => void expect(run(pipeline, subject)).toBe(subject)));
  });

  it('twice is once', () => {
    const pipeline = made(
      { type: 'field_name_prefix', prefix: 'x.' },
      { type: 'add_condition', conditions: { i: [1, 2] } },
      { type: 'add_field', field: ['z'] },
    );
    fc.assert(
      fc.property(rule, (subject) => {
        const once = run(pipeline, subject);
        expect(run(pipeline, once)).toBe(once);
      }),
    );
  });

  it('a renamed rule matches the renamed event and no other', () => {
    const pipeline = made({ type: 'field_name_mapping', mapping: { a: 'a2', b: 'b2' } });
    const names = new Map([
      ['a', 'a2'],
      ['b', 'b2'],
      ['c', 'c'],
    ]);
    fc.assert(
      fc.property(
        rule,
        fc.dictionary(fc.constantFrom(...fields), fc.constantFrom('x', 'y')),
        (subject, before) => {
          const after = Object.fromEntries(
            Object.entries(before).map(([key, value]) => [names.get(key) ?? key, value]),
          );
          expect(evaluate(toExpression(run(pipeline, subject)), after)).toBe(
            evaluate(toExpression(subject), before),
          );
        },
      ),
    );
  });

  it('a field with two names matches when either does, and negated when neither does', () => {
    const pipeline = made({ type: 'field_name_mapping', mapping: { a: ['m', 'n'] } });
    const item = (negated: boolean): SigmaRule => ({
      ...base,
      detections: {
        sel: {
          kind: 'item',
          field: 'a',
          modifiers: [],
          values: [{ kind: 'string', parts: ['x'], cased: false }],
          link: 'or',
          negated,
          position: { line: 1, column: 1 },
        },
      },
    });
    fc.assert(
      fc.property(event, fc.boolean(), (found, negated) => {
        const either = found.m === 'x' || found.n === 'x';
        expect(evaluate(toExpression(run(pipeline, item(negated))), found)).toBe(either !== negated);
      }),
    );
  });

  it('an added condition narrows the rule', () => {
    const pipeline = made({ type: 'add_condition', conditions: { m: 'x' } });
    fc.assert(
      fc.property(rule, event, (subject, found) => {
        const expected = found.m === 'x' && evaluate(toExpression(subject), found);
        expect(evaluate(toExpression(run(pipeline, subject)), found)).toBe(expected);
      }),
    );
  });
});
