import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/sigma/pipeline/template.ts';
import { TemplateFault } from '../../../src/sigma/pipeline/template-lex.ts';

const data = {
  n: 3,
  s: 'aB c',
  list: ['x', 'y', 'x'],
  map: { k: 'v', b: true },
  nothing: null,
  html: "<a href='x'>&\"",
};
const run = (source: string): string => compileTemplate(source)(data);

describe('templates', () => {
  it.each([
    ['a{# no #}b', 'ab'],
    ['{{ s }}{{ n }}{{ missing }}{{ nothing }}{{ map.b }}', 'aB c3NoneTrue'],
    ['{{ map.k }}{{ map["k"] }}{{ list[1] }}{{ list[-1] }}{{ s[0] }}', 'vvyxa'],
    [
      '{{ s | upper }} {{ s | lower | replace("b", "z") }} {{ s|title }} {{ "abc"|capitalize }}',
      'AB C az c Ab C Abc',
    ],
    [
      '{{ list | join("-") }} {{ list|unique|list|length }} {{ list|first }}{{ list|last }} {{ list|sort|join }}',
      'x-y-x 2 xx xxy',
    ],
    ['{{ missing | default("d") }} {{ "" | default("d", true) }} {{ nothing | d("x") }}', 'd d None'],
    ['{{ map | tojson }} {{ list|tojson }}', '{"b": true, "k": "v"} ["x", "y", "x"]'],
    ['{{ html | tojson }}', '"\\u003ca href=\\u0027x\\u0027\\u003e\\u0026\\""'],
    ['{{ html | e }}', '&lt;a href=&#39;x&#39;&gt;&amp;&#34;'],
    ['{{ n + 2 }} {{ n - 1 }} {{ "a" ~ n ~ "b" }} {{ -1 }}', '5 2 a3b -1'],
    ['{{ "yes" if n > 2 and not missing else "no" }}', 'yes'],
    ['{{ "x" in list }} {{ "z" not in list }} {{ "B" in s }} {{ "k" in map }}', 'True True True True'],
    ['{{ missing is defined }} {{ nothing is none }} {{ n is not string }}', 'False True True'],
    ['{{ 1 == 1 and 2 != 1 or false }} {{ not (1 < 0) }} {{ [1, 2] == [1, 2] }}', 'True True True'],
    ['{% if n == 1 %}a{% elif n == 3 %}b{% else %}c{% endif %}', 'b'],
    ['{% for x in list %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}', '1x,2y,3x'],
    ['{% for k, v in map %}{{ k }}={{ v }};{% endfor %}', 'k=v;b=True;'],
    ['{% for x in missing %}a{% else %}none{% endfor %}', 'none'],
    ['{% set y = s|length %}{{ y }}', '4'],
    ['a \n {%- if true -%} \n b {%- endif %} c', 'a b c'.replace('a b', 'ab')],
    ['{{ \'}}\' }}{{ "a\\"b" }}', '}}a"b'],
    ['x\n', 'x'],
    ['{{ "a\nb"|indent(2) }}', 'a\n  b'],
    ['{{ "12"|int + 1 }} {{ "x"|int(7) }} {{ "1.5"|float }}', '13 7 1.5'],
    ['{{ map.constructor }}{{ map.__proto__ }}{{ s.length }}{{ list.map }}', ''],
  ])('%j gives %j', (source, expected) => {
    expect(run(source)).toBe(expected);
  });

  it.each([
    ['{{ a.b() }}', 'calls are not supported', 6],
    ['{{ cycler(1) }}', 'calls are not supported', 9],
    ['{{ a | attr("x") }}', 'the filter attr is not supported', 12],
    ['{% macro x() %}', 'the tag macro is not supported', 0],
    ['{% include "x" %}', 'the tag include is not supported', 0],
    ['{% if a %}', 'if has no endif', 0],
    ['{% endif %}', 'endif without its beginning', 0],
    ['{{ a ', '{{ is not closed', 0],
    ['{{ a b }}', 'b is not expected here', 5],
    ['{{ }}', 'a value is missing', 3],
    ['{{ a is odd }}', 'the test odd is not supported', 11],
    ['{{ a ; b }}', '";" cannot stand', 5],
  ])('%s is refused: %s', (source, message, offset) => {
    const fault = (() => {
      try {
        compileTemplate(source);
      } catch (error) {
        return error as TemplateFault;
      }
      return null;
    })();
    expect(fault).toBeInstanceOf(TemplateFault);
    expect(fault?.message).toContain(message);
    expect(Math.abs((fault?.offset ?? -99) - offset)).toBeLessThan(12);
  });

  it('bounds loops, nesting and what is written', () => {
    const deep = '{{ '.concat('('.repeat(100), '1', ')'.repeat(100), ' }}');
    expect(() => compileTemplate(deep)).toThrow(/nested more than/);
    expect(() => compileTemplate('{% if 1 %}'.repeat(100))).toThrow(TemplateFault);
    const big = { list: Array.from({ length: 2000 }, () => 'x'.repeat(100)) };
    expect(() =>
      compileTemplate('{% for a in list %}{% for b in list %}{{ b }}{% endfor %}{% endfor %}')(big),
    ).toThrow(RangeError);
  });

  it('gives text without marks back as it is, and never fails otherwise than with a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/\{[{%#]/.test(text) || text.endsWith('\n')) return;
        expect(compileTemplate(text)({})).toBe(text);
      }),
    );
    const words = [
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      ' for ',
      'x',
      ' in ',
      '|',
      'upper',
      '(',
      ')',
      '"',
      '.',
      '[',
      ']',
      'endif',
      'else',
      '{#',
      '-',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 15 }), (parts) => {
        try {
          compileTemplate(parts.join(''))({ x: ['a'] });
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateFault);
        }
      }),
    );
  });
});
