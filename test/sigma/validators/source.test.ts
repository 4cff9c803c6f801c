import { describe, expect, it } from 'vitest';
import { DocumentSource } from '../../../src/sigma/validators/source.ts';

describe('the text of a document', () => {
  const text = [
    '# first', // 1
    'title: One', // 2
    '---', // 3
    "title: 'It''s' # two", // 4
    'tags: # list', // 5
    '- a', // 6
    '', // 7
    '  # no entry', // 8
    '- "b: c"', // 9
    'detection:', // 10
    '    sel:', // 11
    '      - Image|endswith: x', // 12
    '      - Image|contains:', // 13
    '        - y # one', // 14
    "        - 'z'", // 15
    '    "condition": sel', // 16
  ].join('\n');
  const source = new DocumentSource(text, 4);

  it('has its own keys only', () => {
    expect([...source.keys.keys()]).toEqual(['title', 'tags', 'detection']);
    expect(source.scalar('title')).toMatchObject({ text: "It's", position: { line: 4, column: 8 } });
    expect(new DocumentSource(text, 2).scalar('title')?.text).toBe('One');
    expect(new DocumentSource(text, 2).keys.has('tags')).toBe(false);
  });

  it('has the entries of lists, also those at the column of their key', () => {
    expect(source.entries('tags').map(({ text: entry, line, column }) => [entry, line, column])).toEqual([
      ['a', 6, 3],
      ['b: c', 9, 3],
    ]);
    expect(source.entryPlace('tags', 5)).toEqual({ line: 5, column: 1 });
  });

  it('has the values of a key, below it or on its line', () => {
    expect(source.values({ line: 12, column: 9 }).map((value) => value.text)).toEqual(['x']);
    expect(source.values({ line: 13, column: 9 }).map((value) => value.text)).toEqual(['y', 'z']);
    expect(source.valuePlace({ line: 13, column: 9 }, 1)).toEqual({ line: 15, column: 11 });
  });

  it('has the places of keys in a section', () => {
    expect(source.childPlace('detection', 'sel')).toEqual({ line: 11, column: 5 });
    expect(source.childPlace('detection', 'condition')).toEqual({ line: 16, column: 5 });
    expect(source.childPlace('detection', 'Image')).toEqual({ line: 10, column: 1 });
    expect(source.childPlace('filter', 'x')).toEqual({ line: 4, column: 1 });
  });

  it.each(['', '\n', 'a', '---', 'a:', "a: '", 'a:\n-', 'a:\n  - \r\n  -x', '- a: b', '\r\n\r\n'])(
    '%j does no harm',
    (odd) => {
      for (const line of [1, 2, 9]) {
        const one = new DocumentSource(odd, line);
        expect(() => [
          one.keys,
          one.entries('a'),
          one.scalar('a'),
          one.values({ line, column: 1 }),
          one.childPlace('a', 'b'),
          one.place('a'),
        ]).not.toThrow();
      }
    },
  );
});
