import { describe, expect, it } from 'vitest';
import { readYamlNodes, type YamlNode } from '../../src/sigma/yaml-nodes.ts';

/** Every key and scalar of a text by its path, with line and column of the key and of the value. */
function placesOf(text: string): Record<string, string> {
  const places: Record<string, string> = {};
  const at = (offset: number): string => {
    const before = text.slice(0, offset).split('\n');
    return `${before.length}:${(before.at(-1) as string).length + 1}`;
  };
  const walk = (node: YamlNode, path: string): void => {
    for (const [index, item] of node.items.entries()) {
      places[`${path}${index}`] = at(item.offset);
      walk(item, `${path}${index}.`);
    }
    for (const { key, keyNode, value } of node.entries) {
      places[`${path}${key}`] = `${at(keyNode.offset)} ${value === null ? '-' : at(value.offset)}`;
      if (value !== null) walk(value, `${path}${key}.`);
    }
  };
  const root = readYamlNodes(text);
  if (root !== null) walk(root, '');
  return places;
}

describe('positions of YAML nodes', () => {
  it.each<[string, Record<string, string>]>([
    [
      'a: b\nc:\n- d\n-  e: f\n',
      { a: '1:1 1:4', c: '2:1 3:1', 'c.0': '3:3', 'c.1': '4:4', 'c.1.e': '4:4 4:7' },
    ],
    ['a: {b, "c": d}\n', { a: '1:1 1:4', 'a.b': '1:5 -', 'a.c': '1:8 1:13' }],
    ['a: [b, c: d]\n', { a: '1:1 1:4', 'a.0': '1:5', 'a.1': '1:8', 'a.1.c': '1:8 1:11' }],
    ['a: # x\n  # y\n  b: # z\n    - !!str c\n', { a: '1:1 3:3', 'a.b': '3:3 4:5', 'a.b.0': '4:13' }],
    ['a: &x\n  b: c\nd: *x\n', { a: '1:1 2:3', 'a.b': '2:3 2:6', d: '3:1 3:4', 'd.b': '2:3 2:6' }],
    ['? a\n: b\n? c\nd: e\n', { a: '1:3 2:3', c: '3:3 -', d: '4:1 4:4' }],
    ['a:\n  b:\n\nc: d\n', { a: '1:1 2:3', 'a.b': '2:3 2:5', c: '4:1 4:4' }],
    ["a: |\n  x: y\nb: >-\n  z\nc: 'd\n  e'\n", { a: '1:1 1:4', b: '3:1 3:4', c: '5:1 5:4' }],
    ['- - a\n  - b\n', { '0': '1:3', '0.0': '1:5', '0.1': '2:5' }],
    ['&k a: b\n!!str c: d\n', { a: '1:4 1:7', c: '2:7 2:10' }],
  ])('are found in %j', (text, places) => {
    expect(placesOf(text)).toEqual(places);
  });
});
