import { describe, expect, it } from 'vitest';
import { PipelineRunner } from '../../../src/sigma/pipeline/runner.ts';
import type { ExternalSources } from '../../../src/sigma/pipeline/types.ts';
import { pipelineOf, ruleOf } from './support.ts';

const rule = ruleOf({ sel: '{a: 1}' }, 'level: high\ntags: [attack.t1059]\nteam: blue');

function post(steps: string, query = 'a=1', external: ExternalSources = {}): string {
  const pipeline = pipelineOf(
    `name: demo\nvars: {v: w}\ntransformations: [{id: mark, type: set_state, key: index, val: logs}]\npostprocessing:\n${steps}`,
  );
  const runner = new PipelineRunner([pipeline], { external });
  return runner.postprocess(query, runner.applyRule(rule));
}

function finish(steps: string, queries: readonly unknown[] = ['a="x"', 'b: 1']): unknown {
  const runner = new PipelineRunner([pipelineOf(`vars: {v: w}\nfinalizers:\n${steps}`)]);
  return runner.finalize(queries);
}

describe('postprocessing', () => {
  it.each([
    ['- {type: embed, prefix: "[", suffix: "]"}', '[a=1]'],
    [
      "- {type: simple_template, template: '{{{rule.title}}} {query} {pipeline.state[index]} {rule.tags[0]} {rule.id}'}",
      '{Test} a=1 logs attack.t1059 None',
    ],
    [
      "- {type: template, template: '{{ rule.title | upper }}: {{ query }} {{ pipeline.vars.v }}{{ pipeline.state.index }}'}",
      'TEST: a=1 wlogs',
    ],
    [
      '- {type: json, json_template: \'{"q": "x %QUERY%", "n": [1, null]}\'}',
      '{"q": "x a=1", "n": [1, null]}',
    ],
    ["- {type: replace, pattern: '(\\w)=(\\d)', replacement: '\\2=\\1'}", '1=a'],
    ['- {type: embed, prefix: x, rule_conditions: [{type: tag, tag: no.no}]}', 'a=1'],
    [
      '- {type: embed, prefix: x, rule_conditions: [{type: processing_item_applied, processing_item_id: mark}]}',
      'xa=1',
    ],
    [
      '- {id: n, type: nest, items: [{type: embed, prefix: x}, {type: embed, prefix: y}]}\n- {type: embed, suffix: z, rule_conditions: [{type: processing_item_applied, processing_item_id: n}]}',
      'yxa=1z',
    ],
  ])('%s gives %s', (steps, expected) => {
    expect(post(steps)).toBe(expected);
  });

  it('keeps queries whole in JSON', () => {
    expect(JSON.parse(post('- {type: json, json_template: \'{"q": "%QUERY%"}\'}', 'a="\\x" $& é'))).toEqual({
      q: 'a="\\x" $& é',
    });
  });

  it('reads templates from files only through the caller', () => {
    const step = '- {type: template, path: templates, template: a.txt}';
    expect(() => post(step)).toThrow(expect.objectContaining({ code: 'HB_PIPELINE_SOURCE' }) as Error);
    expect(post(step, 'q', { readFile: (path) => `${path}: {{ query }}` })).toBe('templates/a.txt: q');
    expect(() => post(step, 'q', { readFile: () => '{% bad %}' })).toThrow(
      /templates\/a\.txt: template, line 1, column 1: the tag bad/,
    );
    expect(() => post('- {type: template, path: templates, template: ../a.txt}')).toThrow(/below path/);
  });
});

describe('finalizers', () => {
  it.each([
    ['- {type: concat}', 'a="x"\nb: 1'],
    ['- {type: concat, separator: " OR ", prefix: (, suffix: )}', '(a="x" OR b: 1)'],
    ['- {type: json}', '["a=\\"x\\"", "b: 1"]'],
    ['- {type: json, indent: 2}', '[\n  "a=\\"x\\"",\n  "b: 1"\n]'],
    ['- {type: yaml}', '- a="x"\n- "b: 1"\n'],
    [
      "- {type: template, template: '{% for q in queries %}{{ loop.index }}:{{ q }};{% endfor %}{{ pipeline.vars.v }}'}",
      '1:a="x";2:b: 1;w',
    ],
    [
      "- {type: nested, finalizers: [{type: concat, separator: '+'}, {type: template, template: '<{{ queries[0] }}>'}]}",
      '<a="x"+b: 1>',
    ],
    ['- {type: concat, separator: ","}\n- {type: json}', '"a=\\"x\\",b: 1"'],
  ])('%s gives %s', (steps, expected) => {
    expect(finish(steps)).toBe(expected);
  });

  it('write queries that are data as data', () => {
    const query = { index: 'x', query: { bool: [] }, list: ['no', { a: 'b c' }] };
    expect(JSON.parse(String(finish('- {type: json, indent: 1}', [query])))).toEqual([query]);
    expect(finish('- {type: yaml}', [query])).toBe(
      '- index: x\n  query:\n    bool:\n      []\n  list:\n    - "no"\n    - a: b c\n'.replace(
        'bool:\n      []',
        'bool: []',
      ),
    );
  });

  it('give null when there are none', () => {
    expect(new PipelineRunner([]).finalize(['a'])).toBeNull();
  });
});
