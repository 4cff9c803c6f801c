import { describe, expect, it } from 'vitest';
import { namesInSql } from '../../../src/rules/sql-text.ts';
import { convert, parseRules, targets } from '../../../src/sigma/index.ts';
import type { Conversion } from '../../../src/sigma/index.ts';

const rule = (name: string, image: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: process_creation, product: windows}\n` +
  `detection: {s: {Image|endswith: ${image}}, condition: s}\n`;
const head = 'title: chain\ncorrelation: {type: process_chain, rules: [a, b], timespan: 10m';

function converted(target: string, more = '', title = head): Conversion {
  const text = [rule('a', '\\a.exe'), rule('b', '\\b.exe'), rule('x', '\\x.exe'), `${title}${more}}\n`].join(
    '---\n',
  );
  const parsed = parseRules(text, 'x.yml');
  expect(parsed.errors).toEqual([]);
  const options = target === 'duckdb' ? { options: { table: 'events' } } : {};
  const { conversions } = convert(parsed, { target, ...options });
  return conversions.find(({ document }) => document.kind === 'correlation') as Conversion;
}

describe('a chain of processes', () => {
  it.each(targets.map(({ name }) => name).filter((name) => name !== 'duckdb'))(
    'is refused by %s, which says where to go',
    (name) => {
      const { error, queries } = converted(name);
      expect(queries).toEqual([]);
      expect(error?.code).toBe('HB_TARGET_UNSUPPORTED');
      expect(error?.message).toMatch(/cannot express chains of processes \(process_chain\)/);
      expect(error?.position).toMatchObject({ file: 'x.yml', line: 16 });
      expect(error?.hint).toContain('huntbook hunt');
      expect(error?.hint).toContain('duckdb');
    },
  );

  it('is among what duckdb says it can, and nobody else', () => {
    const able = targets.filter(({ supports }) => supports.correlations.includes('process_chain'));
    expect(able.map(({ name }) => name)).toEqual(['duckdb']);
  });

  it('is one query with duckdb, over the events of the rules and two tables', () => {
    const { queries, error } = converted('duckdb', ', group-by: User, not-between: x');
    expect(error).toBeUndefined();
    expect(queries.length).toBe(1);
    const query = String(queries[0]);
    for (const image of ['a', 'b', 'x'])
      expect(query).toContain(`ends_with(lower(Image::VARCHAR), '\\${image}.exe')`);
    // The columns are named, so that no others are loaded.
    const { star, words } = namesInSql(query);
    expect(star).toBe(false);
    expect([...words]).toEqual(
      expect.arrayContaining(['events', 'processes', 'process_of', 'EventID', 'User']),
    );
  });

  it('takes fields of an alias, and what a pipeline renames', () => {
    const { queries } = converted('duckdb', ', group-by: who, aliases: {who: {a: User, b: SubjectUserName}}');
    expect(queries[0]).toContain('lower(User::VARCHAR) AS g0');
    expect(queries[0]).toContain('lower(SubjectUserName::VARCHAR) AS g0');
  });
});
