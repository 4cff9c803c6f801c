import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePipeline, pipelineFromObject } from '../../../src/sigma/pipeline/parse.ts';
import {
  postprocessing,
  transformations,
  ownTransformations,
} from '../../../src/sigma/pipeline/vocabulary.ts';
import { pipelineOf } from './support.ts';

function faults(text: string): string[] {
  const { pipeline, errors } = parsePipeline(text, 'p.yml');
  expect(pipeline === null).toBe(errors.length > 0);
  return errors.map(({ code, message }) => (code === 'HB_PIPELINE_INVALID' ? message : `${code} ${message}`));
}

describe('reading pipelines', () => {
  it('reads every part of a file', () => {
    const pipeline = pipelineOf(`name: demo
priority: 20
allowed_backends: [splunk]
vars: {admins: [a, b], 4: x}
transformations:
  - id: m
    type: field_name_mapping
    mapping: {a: b, 4688: c}
    rule_conditions:
      - {type: logsource, product: windows}
    rule_cond_op: or
postprocessing:
  - {type: embed, prefix: x}
finalizers:
  - {type: concat}
`);
    expect(pipeline).toMatchObject({
      name: 'demo',
      priority: 20,
      allowedTargets: ['splunk'],
      vars: { admins: ['a', 'b'], 4: 'x' },
      path: 'p.yml',
    });
    expect(pipeline.transformations[0]).toMatchObject({
      id: 'm',
      parameters: { mapping: { a: 'b', 4688: 'c' } },
      ruleConditions: { link: 'or', negated: false, expression: null },
    });
    expect([pipeline.postprocessing.length, pipeline.finalizers.length]).toEqual([1, 1]);
  });

  it('knows all steps of the format', () => {
    expect([...transformations.keys()].filter((type) => !ownTransformations.has(type))).toHaveLength(31);
    expect([...postprocessing.keys()]).toHaveLength(6);
  });

  it('says everything that is wrong, each at its place', () => {
    expect(
      faults(`name: 3
foo: 1
priority: high
transformations:
  - type: nope
  - type: field_name_mapping
    mappin: {a: b}
  - id: x
  - type: add_condition
    conditions: {a: {b: c}}
  - type: case
    method: sideways
    rule_conditions:
      - type: logsource
        prodct: windows
      - type: nothing
    rule_cond_op: xor
  - type: set_state
    key: k
    val: 1
    rule_conditions: {a: {type: is_sigma_rule}}
    rule_cond_expr: a and b
  - type: case
    detection_item_conditions:
      - {type: is_null}
      - {type: match_string, pattern: '['}
  - type: replace_string
    regex: '(a'
    replacement: x
  - type: replace_string
    regex: 'a'
    replacement: '\\2'
  - type: nest
    items: [{type: bad}]
postprocessing:
  - {type: embed, rule_conditions: [], detection_item_conditions: []}
  - {type: json, json_template: '{'}
  - type: template
    template: |
      {{ a.b() }}
finalizers: {type: concat}
`).map((message) => message.replace(/(known are|it has|there are) .*/, '$1 ...')),
    ).toEqual(
      [
        'p.yml:2:1: a pipeline has no key "foo"; it has ...',
        'p.yml:1:7: the name must be text',
        'p.yml:3:11: the priority must be a number',
        'p.yml:5:11: there is no transformation of type "nope"; known are ...',
        'p.yml:7:5: the transformation field_name_mapping has no parameter "mappin"; it has ...',
        'p.yml:6:5: the transformation field_name_mapping needs the parameter mapping',
        'p.yml:8:5: the transformation has no type',
        'p.yml:10:17: a map cannot be a value',
        'p.yml:17:19: rule_cond_op must be and or or',
        'p.yml:15:9: the condition logsource has no parameter "prodct"; it has ...',
        'p.yml:16:15: rule_conditions know no type "nothing"; known are ...',
        'p.yml:12:13: method must be one of lower, upper, snake_case, snake',
        'p.yml:22:21: condition: nothing is named b',
        expect.stringMatching(/^p\.yml:26:39: regular expression/) as string,
        'p.yml:28:12: regular expression "(a": a parenthesis is not closed',
        'p.yml:32:18: the replacement names the group 2, which the expression does not have',
        expect.stringMatching(/^p\.yml:34:20: there is no transformation of type "bad"/) as string,
        'p.yml:36:40: the postprocessing embed has no parameter "detection_item_conditions"; it has ...',
        expect.stringMatching(/^p\.yml:37:33: not valid JSON/) as string,
        'p.yml:39:15: template, line 1, column 7: calls are not supported: use a filter',
        'p.yml:41:13: finalizers must be a list',
      ].map((message) => message as string),
    );
  });

  it('wants one document that is a map', () => {
    expect(faults('[1, 2]')).toEqual(['p.yml:1:1: a pipeline must be a map']);
    expect(faults('name: a\n---\nname: b\n')).toEqual(['p.yml:2:1: expected one YAML document']);
    expect(faults('name: [a\n')[0]).toMatch(/^p\.yml:\d+:\d+: not valid YAML/);
    expect(faults('')).toEqual(['p.yml:1:1: a pipeline must be a map']);
  });

  it('refuses expressions whose time cannot be bounded', () => {
    for (const regex of ['(a+)+$', '(a|b)*c', '((ab)*)*', '(?:x+y?){3,}'])
      expect(
        faults(`transformations:\n  - {type: replace_string, regex: '${regex}', replacement: x}`)[0],
      ).toMatch(/time cannot be bounded/);
  });

  it('reads the same from an object, whose name describes it', () => {
    const object = { name: 'what it is for', transformations: [{ type: 'field_name_prefix', prefix: 'x.' }] };
    expect(pipelineFromObject(object, 'short')).toMatchObject({
      name: 'short',
      description: 'what it is for',
      path: null,
    });
    expect(() =>
      pipelineFromObject({ transformations: [{ type: 'case', metod: 'lower' }, 3] }, 'bad'),
    ).toThrow(
      'pipeline bad: transformations.0.metod: the transformation case has no parameter "metod"; it has method; transformations.1: a transformation must be a map with a type',
    );
  });

  it('never throws, whatever the text', () => {
    const words = [
      'transformations:',
      '  - type: nest',
      '    items: [',
      '{type: case}',
      ']',
      'name',
      '&a',
      '*a',
      '\n',
      ': ',
      '[',
      '{',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 20 }), (parts) => {
        const { pipeline, errors } = parsePipeline(parts.join('\n'), 'p.yml');
        expect(pipeline === null).toBe(errors.length > 0);
      }),
    );
  });
});

describe('what people write above a pipeline', () => {
  it('is read over, and the description is kept', () => {
    const text = 'name: ours\ndescription: Names of our lake\nauthor: us\nversion: 2\npriority: 5\n';
    const { pipeline, errors } = parsePipeline(text, 'p.yml');
    expect(errors).toEqual([]);
    expect(pipeline).toMatchObject({ name: 'ours', description: 'Names of our lake', priority: 5 });
  });
});
