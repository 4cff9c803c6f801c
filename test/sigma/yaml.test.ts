import { describe, expect, it } from 'vitest';
import { parseRules, parseYaml } from '../../src/sigma/index.ts';
import { faultOf, parseError, parseOne, ruleText, valuesOf } from './support.ts';

describe('plain scalars are those of YAML 1.1', () => {
  const numbers: [string, number | string][] = [
    ['0', 0],
    ['0777', 511],
    ['-0777', -511],
    ['0x1F', 31],
    ['-0x1F', -31],
    ['0b101', 5],
    ['1_000', 1000],
    ['+5', 5],
    ['-0', 0],
    ['1:30', 90],
    ['-1:30', -90],
    ['190:20:30', 685230],
    ['1:30.5', 90.5],
    ['1.', 1],
    ['.5', 0.5],
    ['1.0e+3', 1000],
    ['1_0.5_0', 10.5],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['0xffffffffffffffff', '18446744073709551615'],
  ];
  it.each(numbers)('%s is the number %s', (text, value) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'number', value }]);
  });

  it.each(['yes', 'Yes', 'YES', 'on', 'true', 'True'])('%s is true', (text) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'bool', value: true }]);
  });

  it.each(['no', 'No', 'off', 'OFF', 'false'])('%s is false', (text) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'bool', value: false }]);
  });

  it.each(['~', 'null', 'Null', 'NULL', ''])('"%s" is null', (text) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'null' }]);
  });

  const strings =
    '1e3 1.0e3 -.5 08 0o17 0b102 1:60 01:30 yEs y n _1 1.2.3.4 2024-1-1 nUll 0x 0xZ -- + = v1'.split(' ');
  it.each(strings.filter((text) => text !== '0x'))('%s is text', (text) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'string', parts: [text], cased: false }]);
  });

  it.each(["'yes'", '"0777"', "'~'", "'2024-01-01'"])('%s is text because of its quotes', (text) => {
    expect(valuesOf(`f: ${text}`)).toEqual([{ kind: 'string', parts: [text.slice(1, -1)], cased: false }]);
  });

  it('takes explicit tags', () => {
    expect(valuesOf('f: !!str 12')).toEqual([{ kind: 'string', parts: ['12'], cased: false }]);
    expect(valuesOf("f: !!int '12'")).toEqual([{ kind: 'number', value: 12 }]);
    expect(valuesOf("f: !!float '12'")).toEqual([{ kind: 'number', value: 12 }]);
    expect(parseError(ruleText('sel:\n  f: !!int abc\ncondition: sel')).code).toBe('HB_RULE_YAML');
    expect(parseError(ruleText('sel:\n  f: !!python/name:os.system x\ncondition: sel')).code).toBe(
      'HB_RULE_YAML',
    );
  });

  it.each([
    '2024-01-01',
    '2024-02-30',
    '2001-12-14 21:59:43.10 -5',
    '0b_',
    '.nan',
    '-.inf',
    '9'.repeat(5000),
  ])('refuses %s as a value, with its place', (text) => {
    expect(faultOf(ruleText(`sel:\n  f: ${text}\ncondition: sel`))).toBe('HB_RULE_VALUE 6:8');
  });
});

describe('maps', () => {
  it.each(['4688', 'yes', '~', '1.5', '2024-01-01'])(
    'refuses the key %s, which is not text, with its place',
    (key) => {
      expect(faultOf(ruleText(`sel:\n  a: b\n  ${key}: x\ncondition: sel`))).toBe('HB_RULE_INVALID 7:5');
    },
  );

  it('takes such keys in quotes', () => {
    expect(parseOne(ruleText("sel:\n  '4688': x\ncondition: sel")).detections['sel']).toMatchObject({
      field: '4688',
    });
  });

  it('lets the last of equal keys win', () => {
    expect(parseOne(ruleText('sel:\n  a: b\n  a: c\ncondition: sel')).detections['sel']).toMatchObject({
      values: [{ parts: ['c'] }],
    });
  });

  it('follows anchors and merge keys', () => {
    const rule = parseOne(
      ruleText('one: &one\n  a: b\ntwo:\n  <<: *one\n  c: d\nthree: *one\ncondition: 1 of them'),
    );
    expect(rule.detections['two']).toMatchObject({ kind: 'and', items: [{ field: 'a' }, { field: 'c' }] });
    expect(rule.detections['three']).toMatchObject({ field: 'a' });
  });

  it('leaves prototypes alone', () => {
    const rule = parseOne(
      `__proto__: {polluted: 1}\n${ruleText('__proto__:\n  __proto__: x\nconstructor:\n  toString: y\ncondition: __proto__ or constructor')}`,
    );
    expect(Object.keys(rule.detections)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(rule.custom)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(faultOf(ruleText('sel:\n  a: b\ncondition: toString'))).toBe('HB_RULE_CONDITION 7:14');
  });
});

describe('hostile and odd texts', () => {
  it('bounds what aliases expand to', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
    );
    const error = parseError(`l0: &l0 x\n${levels.join('\n')}\n${ruleText('sel:\n  a: b\ncondition: sel')}`);
    expect(error.code).toBe('HB_RULE_YAML');
    expect(error.message).toContain('aliases');
  });

  it('refuses nodes that contain themselves', () => {
    expect(parseError(ruleText('sel: &a\n  - *a\ncondition: sel')).message).toContain('itself');
  });

  it('bounds depth', () => {
    expect(parseError(`a: ${'['.repeat(50_000)}`).code).toBe('HB_RULE_YAML');
    expect(parseError(ruleText(`sel: ${'['.repeat(500)}x${']'.repeat(500)}\ncondition: sel`)).code).toBe(
      'HB_RULE_YAML',
    );
  });

  it('bounds size', () => {
    expect(parseError('x'.repeat(5 * 1024 * 1024)).code).toBe('HB_LIMIT');
  });

  it('takes a byte order mark and Windows line ends, with the right lines', () => {
    const text = `\uFEFF${ruleText('sel:\n  a: 2024-01-01\ncondition: sel').replaceAll('\n', '\r\n')}`;
    expect(faultOf(text)).toBe('HB_RULE_VALUE 6:8');
    expect(parseOne(text.replace('2024-01-01', 'b')).title).toBe('Test');
  });

  it('says where the YAML is broken, and reads the documents around it', () => {
    const good = ruleText('sel:\n  a: b\ncondition: sel');
    const { rules, errors } = parseRules(`${good}---\ntitle: [x\n---\n${good}`, 'many.yml');
    expect(rules.map((rule) => [rule.document, rule.position.line])).toEqual([
      [0, 1],
      [2, 11],
    ]);
    expect(errors.map((error) => error.code)).toEqual(['HB_RULE_YAML']);
    expect(errors[0]?.position).toMatchObject({ file: 'many.yml', line: 10 });
  });

  it.each(['', '---\n', '# nothing\n', '---\n---\n', '\uFEFF'])('finds nothing in %j', (text) => {
    expect(parseRules(text, 'x.yml')).toEqual({
      rules: [],
      correlations: [],
      filters: [],
      notices: [],
      errors: [],
    });
  });

  it.each(['just text', '- a\n- b', '12', '\0', 'a: b: c', '\t- x', '!!binary aGk=', '%YAML 9.9\n---\na'])(
    'gives one error for %j',
    (text) => {
      expect(parseRules(text, 'x.yml').errors).toHaveLength(1);
    },
  );

  it('gives plain values of other YAML files', () => {
    expect(parseYaml('a: [1, yes, ~, x, 2024-01-01]\nb: {c: 0x10}', 'x.yml')).toEqual({
      a: [1, true, null, 'x', '2024-01-01'],
      b: { c: 16 },
    });
    expect(() => parseYaml('a: [', 'x.yml')).toThrow('x.yml');
  });
});
