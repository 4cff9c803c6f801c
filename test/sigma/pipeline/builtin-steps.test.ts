import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../src/sigma/ast.ts';
import { toExpression } from '../../../src/sigma/expression.ts';
import { after, apply, ruleOf, stepsOf } from './support.ts';

describe('split_path', () => {
  const step = '{type: split_path, container: path, name: name}';

  it.each([
    [step, '{f|endswith: \\a\\b}', "(path='*\\a' and name='b')"],
    [step, '{f|endswith: \\b}', "name='b'"],
    [step, '{f|contains: \\a\\}', "(path='*\\a\\*' or path='*\\a')"],
    [step, '{f|contains: a}', "(path='*a*' or name='*a*')"],
    [step, '{f|neq: a\\b}', "(not path='a' or not name='b')"],
    [step, '{f|contains|all: [a, b]}', "((path='*a*' or name='*a*') and (path='*b*' or name='*b*'))"],
    [step, '{f: null}', 'path=null'],
    [
      '{type: split_path, container: path, name: name, whole: key}',
      '{f: a\\b}',
      "(key='a\\b' or (path='a' and name='b'))",
    ],
  ])('%s over %s', (text, detection, result) => {
    expect(after(text, detection)).toBe(result);
  });

  it('refuses what it cannot split', () => {
    expect(() => after(step, '{f|re: x}')).toThrow('cannot be split');
  });

  it('finds the same events as the whole path did', () => {
    const piece = fc.stringMatching(/^[ab]{1,2}$/);
    const path = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('\\'));
    const text = fc.stringMatching(/^(?:\*|[ab]+\\)[ab\\]{0,3}[ab]\\?\*?$/);
    fc.assert(
      fc.property(
        path,
        piece,
        fc.array(text, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        (container, name, texts, negated) => {
          const values = texts.map((one) => `'${one.replace(/\\\*$/, '\\\\*')}'`).join(', ');
          const rule = ruleOf({ sel: `{f${negated ? '|neq' : ''}: [${values}]}` });
          const event = { path: container, name, f: `${container}\\${name}` };
          const split = toExpression(apply(stepsOf(step), rule).document, 0);
          expect(holds(split, event)).toBe(holds(toExpression(rule, 0), event));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Texts with wildcards over an event, the plain way. */
function holds(node: Expression, event: Readonly<Record<string, string>>): boolean {
  if (node.op === 'not') return !holds(node.item, event);
  if (node.op !== 'match')
    return node.op === 'and'
      ? node.items.every((item) => holds(item, event))
      : node.items.some((item) => holds(item, event));
  if (node.value.kind !== 'string') throw new Error('not a text');
  const source = node.value.parts
    .map((part) => (typeof part === 'string' ? part.replaceAll('\\', '\\\\') : part === 0 ? '.*' : '.'))
    .join('');
  return new RegExp(`^${source}$`, 's').test(event[node.field ?? ''] ?? '');
}

describe('steps for tables', () => {
  it.each([
    [
      '{type: translate_values, mapping: {A: [b, c], 1: d}}',
      '{f: [a, 1, x]}',
      "(f='b' or f='c' or f='d' or f='x')",
    ],
    ['{type: translate_values, mapping: {a: b}}', '{f|contains: a}', "f='*a*'"],
    ['{type: file_names}', '{f: [C:\\a\\b.exe, /bin/sh, x.exe]}', "(f='b.exe' or f='sh' or f='x.exe')"],
    ['{type: file_names}', '{f|endswith: [\\b.exe, c.exe]}', "(f='b.exe' or f='*c.exe')"],
    ['{type: file_names}', '{f: null}', 'f=null'],
    ['{type: read_numbers}', "{f: ['0x3e7', '12', 'none', 5]}", '(f=999 or f=12 or f=5)'],
    ['{type: read_numbers}', "{f: '0xffffffffffffffff'}", 'f=18446744073709551615'],
    ['{type: plain_registry_data}', "{f: ['DWORD (0x0000000A)', x]}", "(f='10' or f='x')"],
    ['{type: plain_registry_data}', "{f|contains: 'QWORD (0x00000001-0x00000000)'}", "f='4294967296'"],
    ['{type: plain_registry_data}', "{f|contains: 'DWORD (0x0000000'}", "f='*DWORD (0x0000000*'"],
    ['{type: check_fields, fields: [f], table: t}', '{f: 1}', 'f=1'],
    ['{type: check_fields, fields: [f], table: t}', '[word]', "*='word'"],
  ])('%s over %s', (step, detection, result) => {
    expect(after(step, detection)).toBe(result);
  });

  it.each([
    ['{type: translate_values, mapping: {a: b}, strict: true}', '{f: c}', 'f: "c" is none of a'],
    ['{type: file_names}', '{f|contains: x}', 'holds the name of a file only'],
    ['{type: file_names}', '{f|re: x}', 'holds the name of a file only'],
    ['{type: read_numbers}', '{f: none}', 'f holds numbers; "none" is none'],
    ['{type: read_numbers}', '{f: [none, some]}', 'f holds numbers only'],
    ['{type: check_fields, fields: [f], table: t}', '{g: 1}', 't has nothing for the field g'],
    ['{type: check_fields, fields: [f], table: t}', '{f|fieldref: g}', 't has nothing for the field g'],
    ['{type: check_fields, fields: [f], table: t}', '{toString: 1}', 't has nothing for the field toString'],
  ])('%s refuses %s', (step, detection, message) => {
    expect(() => after(step, detection)).toThrow(message);
  });
});
