import { describe, expect, it } from 'vitest';
import { renderCondition } from '../../../src/sigma/condition.ts';
import { after, apply, pipelineOf, ruleOf, show, stepsOf } from './support.ts';

/** Step, detection, and what is left of it. */
const table: readonly (readonly [string, string, string])[] = [
  ['{type: field_name_mapping, mapping: {a: b}}', '{a: 1, c: 2}', '(b=1 and c=2)'],
  ['{type: field_name_mapping, mapping: {a: [b, c]}}', '{a: [1, 2]}', '((b=1 or b=2) or (c=1 or c=2))'],
  ['{type: field_name_mapping, mapping: {a: [b, c]}}', '{a|neq: 1}', '(not b=1 and not c=1)'],
  ['{type: field_name_mapping, mapping: {a: b}}', '{c|fieldref: a}', 'c=@b'],
  ['{type: field_name_mapping, mapping: {a: [b, d]}}', '{c|fieldref: a}', '(c=@b or c=@d)'],
  ['{type: field_name_mapping, mapping: {null: message}}', '[foo, bar]', "(message='foo' or message='bar')"],
  ['{type: field_name_prefix_mapping, mapping: {win.: proc.}}', '{win.a: 1, b: 2}', '(proc.a=1 and b=2)'],
  ['{type: field_name_prefix_mapping, mapping: {w.: [x., y.]}}', '{w.a: 1}', '(x.a=1 or y.a=1)'],
  ['{type: field_name_prefix, prefix: win.}', '{a: 1}', 'win.a=1'],
  ['{type: field_name_prefix, prefix: win.}', '[foo]', "*='foo'"],
  ['{type: field_name_suffix, suffix: .keyword}', '{a: 1}', 'a.keyword=1'],
  [
    '{type: field_name_transform, transform_func: snake_case}',
    '{CommandLine: 1, cs-uri: 2}',
    '(command_line=1 and cs_uri=2)',
  ],
  ['{type: field_name_transform, transform_func: upper, mapping: {b: x}}', '{a: 1, b: 2}', '(A=1 and x=2)'],
  ['{type: field_name_transform, transform_func: lower}', '{ABc: 1}', 'abc=1'],
  [
    '{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [a]}]}',
    '{a: 1, b: 2, c: 3}',
    '(b=2 and c=3)',
  ],
  [
    '{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [a]}]}',
    '{a: 1, b: 2}',
    'b=2',
  ],
  ['{type: hashes_fields, valid_hash_algos: [MD5, SHA1]}', '{Hashes: MD5=aa}', "MD5='aa'"],
  [
    '{type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: h.}',
    '{Hashes|contains: [MD5=aa, SHA1=bb, MD5=cc, IMPHASH=dd]}',
    "((h.MD5='aa*' or h.MD5='cc*') or h.SHA1='bb*')",
  ],
  [
    '{type: hashes_fields, valid_hash_algos: [MD5], field_prefix: hash, drop_algo_prefix: true}',
    '{Hashes: md5=aa}',
    "hash='aa'",
  ],
  [
    '{type: hashes_fields, valid_hash_algos: [SHA1]}',
    '{Hashes: 0123456789012345678901234567890123456789, Image: x}',
    "(SHA1='0123456789012345678901234567890123456789' and Image='x')",
  ],
  [
    "{type: extract_fields, pattern: '(?P<domain>[^@]+)@(?P<user>.+)', field_prefix: u.}",
    '{a: [x@y, v@w]}',
    "((u.domain='x' and u.user='y') or (u.domain='v' and u.user='w'))",
  ],
  ["{type: extract_fields, pattern: '(?P<k>a+)'}", '{a: b}', "a='b'"],
  ['{type: wildcard_placeholders}', "{a|expand: '%x%'}", "a='*'"],
  ['{type: wildcard_placeholders, exclude: y}', "{a|contains|expand: 'b%x%'}", "a='*b*'"],
  ['{type: wildcard_placeholders}', "{a|re|expand: '^%x%$'}", 'a=/^.*$/'],
  [
    "{type: query_expression_placeholders, expression: 'lookup {id} {field}'}",
    "{a|expand: '%x%'}",
    'a={lookup x {field}}',
  ],
  [
    "{type: query_expression_placeholders, expression: '{id}', include: [x], mapping: {x: list}}",
    "{a|expand: '%x%'}",
    'a={list}',
  ],
  [
    "{type: replace_string, regex: '^\\*\\\\([^\\\\]+)$', replacement: '\\1'}",
    "{a|endswith: '\\b.exe'}",
    "a='b.exe'",
  ],
  ['{type: replace_string, regex: b+, replacement: x}', '{a: [abbc, ddd]}', "(a='axc' or a='ddd')"],
  ["{type: replace_string, regex: b, replacement: '*'}", '{a: abc}', "a='a*c'"],
  [
    "{type: replace_string, regex: b, replacement: '*', skip_special: true}",
    '{a|contains: abc}',
    "a='*a\\*c*'",
  ],
  [
    "{type: replace_string, regex: b, replacement: '*', skip_special: true, interpret_special: true}",
    '{a|contains: abc}',
    "a='*a*c*'",
  ],
  ["{type: replace_string, regex: '(?P<x>b)(c)', replacement: '\\g<2>\\g<x>'}", "{a: 'abc*'}", "a='acb*'"],
  ['{type: replace_string, regex: b, replacement: x}', "{a: 'b\\*'}", "a='x\\*'"],
  ['{type: map_string, mapping: {x: y, z: [p, q]}}', '{a: [x, w]}', "(a='y' or a='w')"],
  ['{type: map_string, mapping: {x: y, z: [p, q]}}', '{a: z}', "(a='p' or a='q')"],
  ['{type: map_string, mapping: {z: [p, q]}}', '{a|all: [z, w]}', "((a='p' or a='q') and a='w')"],
  ['{type: set_value, value: 4625}', '{a: [1, 2]}', 'a=4625'],
  ['{type: set_value, value: 4625, force_type: str}', '{a: 1}', "a='4625'"],
  ["{type: set_value, value: '7', force_type: num}", '{a: 1}', 'a=7'],
  ['{type: set_value, value: true}', '{a: 1}', 'a=true'],
  ['{type: convert_type, target_type: str}', '{a: [1, x]}', "(a='1' or a='x')"],
  ['{type: convert_type, target_type: num}', "{a: ['1', '2.5', 3]}", '(a=1 or a=2.5 or a=3)'],
  ['{type: convert_type, target_type: num}', "{a: '9007199254740993'}", 'a=9007199254740993'],
  ['{type: case}', "{a: 'AbC*'}", "a='abc*'"],
  ['{type: case, method: upper}', '{a|cased: AbC}', "a='ABC'c"],
  ['{type: case, method: snake_case}', '{a: AbcDef}', "a='abc_def'"],
  ['{type: regex, method: plain}', "{a: 'x.*y?'}", 'a=/^x\\..*y.$/s'],
  ['{type: regex, method: ignore_case_flag}', '{a|contains: x}', 'a=/x/is'],
  ['{type: regex}', '{a|startswith: x1}', 'a=/^[xX]1/s'],
  ['{type: regex}', '{a|cased: xY}', 'a=/^xY$/s'],
  ['{type: regex}', '{a|re: foo.*}', 'a=/foo.*/'],
  [
    '{type: nest, items: [{type: field_name_prefix, prefix: w.}, {type: field_name_suffix, suffix: .k}]}',
    '{a: 1}',
    'w.a.k=1',
  ],
  [
    '{type: nest, items: [{type: case}], field_name_conditions: [{type: include_fields, fields: a}]}',
    '{a: X, b: Y}',
    "(a='x' and b='Y')",
  ],
  ['{type: add_condition, conditions: {b: 2}}', '{a: 1}', '(b=2 and a=1)'],
  ['{type: add_condition, conditions: {b: 2}, negated: true}', '{a: 1}', '(not b=2 and a=1)'],
  [
    '{type: add_condition, conditions: {b: [2, x], c|contains: y}}',
    '{a: 1}',
    "(((b=2 or b='x') and c='*y*') and a=1)",
  ],
  [
    "{type: add_condition, template: true, conditions: {i: ['$product-${category}', '$$x$service']}}",
    '{a: 1}',
    "((i='windows-process_creation' or i='$x') and a=1)",
  ],
];

describe('transformations', () => {
  it.each(table)('%s over %s gives %s', (step, detection, expected) => {
    expect(after(step, detection)).toBe(expected);
  });

  it('fill placeholders from variables, those of the caller over those of the file', () => {
    const pipeline = pipelineOf('vars: {x: [1, b*], y: q}\ntransformations: [{type: value_placeholders}]');
    const rule = ruleOf({ sel: "{a|expand: '%x%', b|contains|expand: 'p%y%', c|re|expand: '^%x%'}" });
    expect(show(apply(pipeline, rule).document)).toBe(
      "((a='1' or a='b*') and b='*pq*' and (c=/^1/ or c=/^b\\*/))",
    );
    expect(show(apply(pipeline, rule, { vars: { x: 'z' } }).document)).toBe(
      "(a='z' and b='*pq*' and c=/^z/)",
    );
  });

  it('leave placeholders without a variable to later steps unless they are asked for by name', () => {
    const rule = ruleOf({ sel: "{a|expand: '%x%'}" });
    const lenient = stepsOf('{type: value_placeholders}', '{type: wildcard_placeholders}');
    expect(show(apply(lenient, rule).document)).toBe("a='*'");
    expect(() => apply(stepsOf('{type: value_placeholders, include: [x]}'), rule)).toThrow(
      /rule\.yml:5:9: no variable of the pipelines is named x/,
    );
  });

  it('reach files, web pages and commands only through what the caller gives', () => {
    const rule = ruleOf({ sel: "{a|expand: '%x%'}" });
    const steps = {
      file: "{type: file_placeholders, path: 'lists/{id}.txt'}",
      web: "{type: http_placeholders, url: 'https://h/{id}', headers: {A: b}}",
      command: "{type: command_placeholders, command: [get, '{id}'], mapping: {x: list}}",
    };
    for (const step of Object.values(steps)) {
      expect(() => apply(stepsOf(step), rule)).toThrow(
        expect.objectContaining({ code: 'HB_PIPELINE_SOURCE' }) as Error,
      );
    }
    const calls: unknown[] = [];
    const external = {
      readFile: (path: string) => (calls.push(path), '# names\none\n\ntwo\n'),
      fetchText: (url: string, options: unknown) => (calls.push(url, options), '["p", 2]'),
      runCommand: (command: unknown) => (calls.push(command), 'r*'),
    };
    expect(
      Object.values(steps).map((step) => show(apply(stepsOf(step), rule, { external }).document)),
    ).toEqual(["(a='one' or a='two')", "(a='p' or a='2')", "a='r*'"]);
    expect(calls).toEqual(['lists/x.txt', 'https://h/x', { headers: { A: 'b' } }, ['get', 'list']]);
    const failing = {
      readFile: (): string => {
        throw new Error('no such file');
      },
    };
    expect(() => apply(stepsOf(steps.file), rule, { external: failing })).toThrow(
      /rule\.yml:5:9: .*no such file/,
    );
  });

  it('refuse lists that are empty', () => {
    expect(() => stepsOf('{type: field_name_mapping, mapping: {a: []}}')).toThrow(
      /p\.yml:2:45: a is mapped to nothing/,
    );
    expect(() => stepsOf('{type: map_string, mapping: {a: []}}')).toThrow(/a is mapped to nothing/);
    const rule = ruleOf({ sel: "{a|expand: '%x%'}" });
    expect(() => apply(stepsOf('{type: value_placeholders}'), rule, { vars: { x: [] } })).toThrow(
      /rule\.yml:5:9: the placeholder %x% has no values/,
    );
  });

  it('change the list of fields, the log source, attributes and the state', () => {
    const rule = ruleOf({ sel: '{a: 1}' }, 'fields: [a, b]');
    const done = apply(
      stepsOf(
        '{type: add_field, field: [b, c]}',
        '{type: remove_field, field: a}',
        '{type: field_name_mapping, mapping: {c: [d, e]}}',
        '{type: change_logsource, product: linux, service: auditd}',
        '{type: set_custom_attribute, attribute: team, value: [x]}',
        '{type: set_state, key: index, val: [logs]}',
      ),
      rule,
    );
    expect(done.document.fields).toEqual(['b', 'd', 'e']);
    expect(done.document.logsource).toEqual({ product: 'linux', service: 'auditd' });
    expect(done.document.custom).toEqual({ team: ['x'] });
    expect({ ...done.state }).toEqual({ index: ['logs'] });
    expect(apply(stepsOf('{type: set_field, fields: [z]}'), rule).document.fields).toEqual(['z']);
  });

  it('nest the conditions they add, the last one outermost, in the text and in the tree', () => {
    const rule = ruleOf({ sel: '{a: 1}', filter: '{b: 2}', condition: 'all of them and not filter' });
    const done = apply(
      stepsOf(
        '{type: add_condition, conditions: {EventID: 1}}',
        '{type: add_condition, conditions: {Channel: x}}',
      ),
      rule,
    ).document;
    expect(show(done)).toBe("(Channel='x' and (EventID=1 and ((a=1 and b=2) and not b=2)))");
    const [condition] = done.conditions;
    expect(condition?.text).toBe('_cond_2 and (_cond_1 and (all of them and not filter))');
    expect(renderCondition(condition?.tree ?? { kind: 'ref', name: '' })).toBe(condition?.text);
  });

  it('keep added detections from the selectors and names of the rule', () => {
    const rule = ruleOf({ _cond_1: '{a: 1}', _x: '{b: 2}', condition: '1 of _* or all of _cond*' });
    const done = apply(stepsOf('{type: add_condition, conditions: {c: 3}}'), rule).document;
    expect(Object.keys(done.detections)).toEqual(['_cond_1', '_x', '_cond_2']);
    expect(show(done)).toBe('(c=3 and ((a=1 or b=2) or a=1))');
    const named = apply(
      stepsOf('{type: add_condition, name: sel, conditions: {c: 3}}'),
      ruleOf({ sel: '{a: 1}', condition: '1 of s*' }),
    );
    expect(show(named.document)).toBe('(c=3 and a=1)');
  });

  it('add a condition to every condition of a rule', () => {
    const rule = ruleOf({ x: '{a: 1}', y: '{b: 2}', condition: '[x, y]' });
    const done = apply(stepsOf('{type: add_condition, conditions: {c: 3}}'), rule).document;
    expect([show(done, 0), show(done, 1)]).toEqual(['(c=3 and a=1)', '(c=3 and b=2)']);
  });

  it('drop detections of which nothing is left, and refuse when nothing is left of the condition', () => {
    const drop = '{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [b]}]}';
    const rule = ruleOf({ sel: '{a: 1}', flt: '{b: 2}', condition: 'sel and not flt' });
    const done = apply(stepsOf(drop), rule).document;
    expect(show(done)).toBe('a=1');
    expect(done.conditions[0]?.text).toBe('sel');
    expect(() => apply(stepsOf(drop), ruleOf({ sel: '{b: 1}' }))).toThrow(
      /rule\.yml:1:1: .*drops everything/,
    );
  });

  it('refuse rules, items and unmapped fields with the place and the message of the step', () => {
    const rule = ruleOf({ sel: '{a: 1, b: 2}' });
    const place = (step: string, ...before: string[]): unknown => {
      try {
        return apply(stepsOf(...before, step), rule);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(place('{type: rule_failure, message: not here}')).toBe('rule.yml:1:1: not here');
    expect(
      place(
        '{type: detection_item_failure, message: no b, field_name_conditions: [{type: include_fields, fields: [b]}]}',
      ),
    ).toBe('rule.yml:5:15: no b');
    const mapping = '{type: field_name_mapping, mapping: {a: a}}';
    expect(place('{type: strict_field_mapping_failure}', mapping)).toBe(
      'rule.yml:5:15: no mapping covers the field b',
    );
    expect(
      place('{type: strict_field_mapping_failure}', mapping, '{type: field_name_mapping, mapping: {b: c}}'),
    ).not.toBeTypeOf('string');
    expect(place('{type: convert_type, target_type: num}')).not.toBeTypeOf('string');
    expect(() => after('{type: hashes_fields, valid_hash_algos: [MD5]}', '{Hashes: SHA1=a}')).toThrow(
      /holds no hash of MD5/,
    );
    expect(() => after('{type: query_expression_placeholders, expression: x}', "{a|expand: 'b%x%'}")).toThrow(
      /must stand alone/,
    );
    expect(() => after('{type: convert_type, target_type: num}', '{a: x}')).toThrow(
      /"x" cannot be converted/,
    );
  });
});
