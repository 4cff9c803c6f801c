import { describe, expect, it } from 'vitest';
import { after, apply, ruleOf, show, stepsOf } from './support.ts';

const attributes =
  'status: test\nlevel: high\ndate: 2025-06-01\ntags: [attack.t1059]\nauthor: me\nteam: blue\nlogsource: {product: windows, service: sysmon}';

/** Whether a step with the condition applies to the rule. */
function holds(condition: string, before: readonly string[] = [], more = attributes): boolean {
  const rule = ruleOf({ sel: '{EventID: 1, Image: a*, b: null}' }, more);
  const step = `{id: probe, type: set_state, key: probe, val: 1, rule_conditions: ${condition}}`;
  return apply(stepsOf(...before, step), rule).applied.has('probe');
}

describe('rule conditions', () => {
  it.each([
    ['[{type: logsource, product: windows}]', true],
    ['[{type: logsource, product: windows, service: sysmon}]', true],
    ['[{type: logsource, product: windows, category: x}]', false],
    ['[{type: logsource, product: Windows}]', false],
    ['[{type: contains_detection_item, field: EventID, value: 1}]', true],
    ["[{type: contains_detection_item, field: EventID, value: '1'}]", true],
    ['[{type: contains_detection_item, field: Image, value: a*}]', true],
    ['[{type: contains_detection_item, field: Image, value: a}]', false],
    ['[{type: contains_detection_item, field: b, value: null}]', true],
    ['[{type: contains_field, field: Image}]', true],
    ['[{type: contains_field, field: image}]', false],
    ['[{type: is_sigma_rule}]', true],
    ['[{type: is_sigma_correlation_rule}]', false],
    ['[{type: tag, tag: attack.t1059}]', true],
    ['[{type: tag, tag: attack.t1060}]', false],
    ['[{type: rule_attribute, attribute: level, value: medium, op: gte}]', true],
    ['[{type: rule_attribute, attribute: level, value: critical, op: gte}]', false],
    ['[{type: rule_attribute, attribute: status, value: experimental, op: gt}]', true],
    ['[{type: rule_attribute, attribute: date, value: 2025-06-01}]', true],
    ['[{type: rule_attribute, attribute: date, value: 2025-05-31, op: gt}]', true],
    ['[{type: rule_attribute, attribute: date, value: 2025-06-02, op: lt}]', true],
    ['[{type: rule_attribute, attribute: author, value: you, op: ne}]', true],
    ['[{type: rule_attribute, attribute: team, value: [blue, red], op: in}]', true],
    ['[{type: rule_attribute, attribute: team, value: [blue], op: not_in}]', false],
    ['[{type: rule_attribute, attribute: nothing, value: x}]', false],
    ['[{type: rule_attribute, attribute: constructor, value: x}]', false],
    ['[{type: logsource, product: x}, {type: is_sigma_rule}]', false],
    ['[{type: logsource, product: x}, {type: is_sigma_rule}], rule_cond_op: or', true],
    ['[{type: logsource, product: x}], rule_cond_not: true', true],
    ['[{type: logsource, product: x, negate: true}]', true],
    ['{a: {type: logsource, product: x}, b: {type: is_sigma_rule}}, rule_cond_expr: not a and b', true],
    ['{a: {type: logsource, product: x}, b: {type: is_sigma_rule}}, rule_cond_expr: a or not (b)', false],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it('see the state and the steps that applied before', () => {
    const before = [
      '{id: first, type: set_state, key: k, val: 5}',
      '{id: not, type: case, rule_conditions: [{type: tag, tag: x.y}]}',
    ];
    expect(holds('[{type: processing_state, key: k, val: 5}]', before)).toBe(true);
    expect(holds('[{type: processing_state, key: k, val: 6}]', before)).toBe(false);
    expect(holds('[{type: processing_state, key: k, val: 4, op: gt}]', before)).toBe(true);
    expect(holds('[{type: processing_state, key: other, val: 5}]', before)).toBe(false);
    expect(holds('[{type: processing_item_applied, processing_item_id: first}]', before)).toBe(true);
    expect(holds('[{type: processing_item_applied, processing_item_id: not}]', before)).toBe(false);
  });

  it('refuse comparisons that mean nothing, at the rule', () => {
    expect(() => holds('[{type: rule_attribute, attribute: author, value: you, op: gt}]')).toThrow(
      /rule\.yml:1:1: author has no order/,
    );
    expect(() => holds('[{type: rule_attribute, attribute: tags, value: x}]')).toThrow(
      /tags is a list or map/,
    );
  });
});

describe('conditions on items', () => {
  const step = (condition: string, more = ''): string =>
    `{type: field_name_prefix, prefix: x., detection_item_conditions: [${condition}]${more}}`;
  it.each([
    ["{type: match_string, pattern: 'a.'}", "{f: ['ab', zz]}", true],
    ["{type: match_string, pattern: 'a.', cond: all}", "{f: ['ab', zz]}", false],
    ["{type: match_string, pattern: 'b'}", '{f: ab}', false],
    ["{type: match_string, pattern: '^\\*\\\\'}", "{f|endswith: '\\x'}", true],
    ["{type: match_string, pattern: 'a', negate: true}", '{f: [a, b]}', true],
    ["{type: match_string, pattern: 'a', negate: true, cond: all}", '{f: [a, b]}', false],
    ["{type: match_string, pattern: '1'}", '{f: 1}', false],
    ['{type: match_value, value: 1}', '{f: [1, 2]}', true],
    ['{type: match_value, value: 1, cond: all}', '{f: [1, 2]}', false],
    ['{type: match_value, value: true}', '{f: true}', true],
    ['{type: match_value, value: ab}', '{f: ab}', true],
    ['{type: contains_wildcard}', '{f: [a, b*]}', true],
    ['{type: contains_wildcard, cond: all}', '{f: [a, b*]}', false],
    ['{type: contains_wildcard}', "{f: 'a\\*'}", false],
    ['{type: is_null}', '{f: null}', true],
    ['{type: is_null}', "{f: ''}", false],
    ['{type: is_null, negate: true}', "{f: ''}", true],
    ['{type: processing_state, key: k, val: 1}', '{f: 1}', false],
  ])('%s of %s: %s', (condition, detection, expected) => {
    expect(after(step(condition), detection).includes('x.f')).toBe(expected);
  });

  it('know which steps changed the item', () => {
    const pipeline = stepsOf(
      '{id: lower, type: case}',
      '{type: field_name_prefix, prefix: x., detection_item_conditions: [{type: processing_item_applied, processing_item_id: lower}]}',
    );
    expect(show(apply(pipeline, ruleOf({ sel: '{a: X, b: y}' })).document)).toBe("(x.a='x' and b='y')");
  });
});

describe('conditions on fields', () => {
  const step = (condition: string): string =>
    `{type: field_name_prefix, prefix: x., field_name_conditions: ${condition}}`;
  it.each([
    ['[{type: include_fields, fields: [a, c]}]', '(x.a=1 and b=@x.a and x.c=2)'],
    ['[{type: exclude_fields, fields: [a, c]}]', '(a=1 and x.b=@a and c=2)'],
    ["[{type: include_fields, fields: ['[ab]$'], mode: re}]", '(x.a=1 and x.b=@x.a and c=2)'],
    ['[{type: include_fields, fields: [a]}], field_name_cond_not: true', '(a=1 and x.b=@a and x.c=2)'],
  ])('%s gives %s', (condition, expected) => {
    expect(after(step(condition), '{a: 1, b|fieldref: a, c: 2}')).toBe(expected);
  });

  it('know which steps named the field, whatever it was called', () => {
    const pipeline = stepsOf(
      '{id: map, type: field_name_mapping, mapping: {a: [m, n], c: c}}',
      '{type: field_name_prefix, prefix: x., field_name_cond_not: true, field_name_conditions: [{type: processing_item_applied, processing_item_id: map}]}',
    );
    const done = apply(pipeline, ruleOf({ sel: '{a: 1, b: 2, c: 3}' }, 'fields: [a, b, c]')).document;
    expect(show(done)).toBe('((m=1 or n=1) and x.b=2 and c=3)');
    expect(done.fields).toEqual(['m', 'n', 'x.b', 'c']);
  });

  it('of a step do not see what the step itself did to earlier items', () => {
    const pipeline = stepsOf(
      '{id: map, type: field_name_mapping, mapping: {a: b, b: c}, field_name_cond_not: true, field_name_conditions: [{type: processing_item_applied, processing_item_id: map}]}',
    );
    expect(show(apply(pipeline, ruleOf({ sel: '{a: 1, b: 2}' })).document)).toBe('(b=1 and c=2)');
  });

  it('do not count for steps that are not about fields', () => {
    expect(
      after(
        '{type: add_condition, conditions: {z: 1}, field_name_conditions: [{type: include_fields, fields: [q]}]}',
        '{a: 1}',
      ),
    ).toBe('(z=1 and a=1)');
  });
});
