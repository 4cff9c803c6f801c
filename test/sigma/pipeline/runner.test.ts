import { describe, expect, it } from 'vitest';
import { PipelineRunner, sortPipelines } from '../../../src/sigma/pipeline/runner.ts';
import { toExpression } from '../../../src/sigma/expression.ts';
import { apply, pipelineOf, ruleOf, show, stepsOf } from './support.ts';

const named = (name: string, priority: number, step: string): ReturnType<typeof pipelineOf> =>
  pipelineOf(`name: ${name}\npriority: ${priority}\ntransformations: [${step}]`);

describe('running pipelines', () => {
  it('goes by priority, and by order where that is the same', () => {
    const suffix = (name: string, priority: number): ReturnType<typeof pipelineOf> =>
      named(name, priority, `{type: field_name_suffix, suffix: .${name}}`);
    const list = [suffix('c', 20), suffix('a', 10), suffix('d', 20), suffix('b', 10)];
    expect(sortPipelines(list).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(show(apply(list, ruleOf({ sel: '{f: 1}' })).document)).toBe('f.a.b.c.d=1');
  });

  it('gives the same object back when no step touches the rule, and never changes the one it was given', () => {
    const rule = ruleOf({ sel: '{a: 1}' }, 'fields: [a]');
    const before = JSON.stringify(rule);
    const idle = stepsOf(
      '{type: field_name_mapping, mapping: {z: y}}',
      '{type: set_state, key: k, val: 1}',
      '{type: case}',
    );
    expect(apply(idle, rule).document).toBe(rule);
    const busy = stepsOf(
      '{type: field_name_prefix, prefix: x}',
      '{type: add_condition, conditions: {b: 1}}',
      '{type: set_value, value: 3}',
      '{type: change_logsource, service: s}',
    );
    expect(apply(busy, rule).document).not.toBe(rule);
    expect(JSON.stringify(rule)).toBe(before);
  });

  it('runs each pipeline once over a document, and says so', () => {
    const prefix = named('p', 1, '{id: pre, type: field_name_prefix, prefix: x.}');
    const again = named('p', 1, '{id: pre, type: field_name_prefix, prefix: x.}');
    const rule = ruleOf({ sel: '{a: 1}' });
    const twice = apply([prefix, again], rule, { trace: true });
    expect(show(twice.document)).toBe('x.a=1');
    expect(twice.trace.map(({ applied, changes }) => [applied, ...changes])).toEqual([
      [true, 'a -> x.a'],
      [false, 'the pipeline ran before'],
    ]);
    const once = apply([prefix, named('q', 2, '{type: set_state, key: k, val: 1}')], rule);
    const over = apply([prefix], once.document, { trace: true });
    expect(over.document).toBe(once.document);
    expect({ ...over.state }).toEqual({ k: 1 });
    expect([...over.applied]).toEqual(['pre']);
    expect(over.trace[0]?.changes).toEqual(['the pipeline ran before']);
    expect(
      show(apply([named('r', 1, '{type: field_name_prefix, prefix: y.}')], once.document).document),
    ).toBe('y.x.a=1');
  });

  it('does not add a condition again to a rule that was written down and read', () => {
    const pipeline = stepsOf(
      '{type: add_condition, conditions: {b: [1, 2]}}',
      '{type: add_condition, conditions: {c: 1}, negated: true}',
    );
    const rule = ruleOf({ sel: '{a: 1}' });
    const once = apply(pipeline, rule).document;
    const copy = JSON.parse(JSON.stringify(once)) as typeof once;
    const over = apply(pipeline, copy, { trace: true });
    expect(over.document).toBe(copy);
    expect(over.trace.map(({ changes }) => changes)).toEqual([
      ['the condition is there already'],
      ['the condition is there already'],
    ]);
  });

  it('does add the same condition twice when a pipeline asks for it twice', () => {
    const step = '{type: add_condition, conditions: {b: 1}}';
    expect(show(apply(stepsOf(step, step), ruleOf({ sel: '{a: 1}' })).document)).toBe(
      '(b=1 and (b=1 and a=1))',
    );
  });

  it('records what each step did only when asked', () => {
    const pipeline = named(
      'p',
      0,
      '{id: m, type: field_name_mapping, mapping: {a: [b, c]}}, {type: case}, {type: rule_failure, message: x, rule_conditions: [{type: tag, tag: t.x}]}',
    );
    const rule = ruleOf({ sel: '{a: X}' });
    expect(apply(pipeline, rule).trace).toEqual([]);
    expect(apply(pipeline, rule, { trace: true }).trace).toEqual([
      { pipeline: 'p', step: 0, type: 'field_name_mapping', id: 'm', applied: true, changes: ['a -> b, c'] },
      {
        pipeline: 'p',
        step: 1,
        type: 'case',
        id: null,
        applied: true,
        changes: ['b: "X" -> "x"', 'c: "X" -> "x"'],
      },
      { pipeline: 'p', step: 2, type: 'rule_failure', id: null, applied: false, changes: [] },
    ]);
  });

  it('refuses a pipeline that is for other targets, under whatever spelling of the name', () => {
    const pipeline = pipelineOf('name: p\nallowed_backends: [open_search_ppl, splunk]');
    expect(() => new PipelineRunner([pipeline], { target: 'lucene' })).toThrow(
      /pipeline p is for open_search_ppl, splunk, not for lucene/,
    );
    expect(() => new PipelineRunner([pipeline], { target: 'opensearch_ppl' })).not.toThrow();
  });

  it('keeps the groups that a modifier made', () => {
    const done = apply(
      stepsOf('{type: field_name_mapping, mapping: {a: b}}', '{type: case, method: upper}'),
      ruleOf({ sel: "{a|windash|contains: [' -x', y]}" }),
    );
    expect(toExpression(done.document, 0, { expansions: true })).toMatchObject({
      op: 'or',
      items: [{ op: 'or', expansion: true }, { op: 'match' }],
    });
  });

  it('refuses text that is too long for the expression that should search it', () => {
    const pipeline = stepsOf("{type: replace_string, regex: 'a.*b.*c.*d', replacement: x}");
    expect(() => apply(pipeline, ruleOf({ sel: `{f: ${'a'.repeat(5000)}}` }))).toThrow(
      expect.objectContaining({ code: 'HB_LIMIT' }) as Error,
    );
  });
});
