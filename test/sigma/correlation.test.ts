import { describe, expect, it } from 'vitest';
import { parseRules, resolveReferences } from '../../src/sigma/index.ts';
import type { ParseResult, SigmaCorrelation } from '../../src/sigma/index.ts';
import { correlationText, namedRule } from './support.ts';

const good = 'type: event_count\nrules: [base]\ntimespan: 5m\ncondition: {gte: 10}';
const parse = (...documents: string[]): ParseResult => parseRules(documents.join('---\n'), 'x.yml');
const only = (lines: string): SigmaCorrelation => {
  const { correlations, errors } = parseRules(correlationText(lines), 'x.yml', { alone: false });
  if (errors[0] !== undefined) throw errors[0];
  return correlations[0] as SigmaCorrelation;
};
const faultsOf = ({ errors }: { errors: readonly Error[] }): string[] => errors.map((error) => error.message);

describe('a correlation document', () => {
  it('keeps everything that is written', () => {
    const text = `title: Whole
id: 0b9ad457-2554-44c1-82c2-d56a99c42377
name: whole
status: test
level: HIGH
tags: [attack.t1110]
correlation:
  type: value_count
  rules:
    - base
    - 1277f594-a7d1-4f28-a2d3-73af5cbeab43
  group-by: [Computer, who]
  timespan: 1h
  condition:
    field: [User, Ip]
    gte: 1.5
  aliases:
    who: {base: User, 1277f594-a7d1-4f28-a2d3-73af5cbeab43: Account}
  generate: true
owner: {team: blue}
`;
    const { correlations, errors } = parseRules(text, 'x.yml', { alone: false });
    expect(errors).toEqual([]);
    expect(correlations).toEqual([
      {
        kind: 'correlation',
        path: 'x.yml',
        document: 0,
        position: { line: 1, column: 1 },
        id: '0b9ad457-2554-44c1-82c2-d56a99c42377',
        name: 'whole',
        title: 'Whole',
        status: 'test',
        level: 'high',
        description: null,
        author: null,
        license: null,
        date: null,
        modified: null,
        taxonomy: 'sigma',
        references: [],
        tags: ['attack.t1110'],
        fields: [],
        falsepositives: [],
        scope: [],
        related: [],
        custom: { owner: { team: 'blue' } },
        type: 'value_count',
        rules: ['base', '1277f594-a7d1-4f28-a2d3-73af5cbeab43'],
        rulesPosition: { line: 9, column: 3 },
        groupBy: ['Computer', 'who'],
        timespan: { text: '1h', seconds: 3600 },
        condition: {
          kind: 'threshold',
          bounds: [{ op: 'gte', value: 1.5 }],
          fields: ['User', 'Ip'],
          percentile: null,
        },
        aliases: { who: { base: 'User', '1277f594-a7d1-4f28-a2d3-73af5cbeab43': 'Account' } },
        generate: true,
      },
    ]);
    expect(JSON.parse(JSON.stringify(correlations))).toEqual(correlations);
  });

  it.each([
    ['30s', 30],
    ['5m', 300],
    ['2h', 7200],
    ['2d', 172_800],
    ['1w', 604_800],
    ['1M', 2_629_746],
    ['1y', 31_556_952],
  ])('reads the time span %s as %i seconds', (text, seconds) => {
    expect(only(good.replace('5m', text)).timespan).toEqual({ text, seconds });
  });

  it.each([
    ['{gt: 1}', [{ op: 'gt', value: 1 }]],
    ["{eq: '3'}", [{ op: 'eq', value: 3 }]],
    ['{neq: 0.5}', [{ op: 'neq', value: 0.5 }]],
    [
      '{gt: 100, lte: 200}',
      [
        { op: 'gt', value: 100 },
        { op: 'lte', value: 200 },
      ],
    ],
  ])('reads the condition %s', (condition, bounds) => {
    expect(only(good.replace('{gte: 10}', condition)).condition).toEqual({
      kind: 'threshold',
      bounds,
      fields: [],
      percentile: null,
    });
  });

  it.each(['value_sum', 'value_avg', 'value_median', 'value_percentile', 'value_count'])(
    'reads %s',
    (type) => {
      const lines = good.replace('event_count', type).replace('{gte: 10}', '{field: Bytes, lt: 500.5}');
      expect(only(lines)).toMatchObject({
        type,
        condition: { bounds: [{ op: 'lt', value: 500.5 }], fields: ['Bytes'], percentile: null },
      });
    },
  );

  it('reads the percentile where one is written', () => {
    const lines = good.replace('event_count', 'value_percentile');
    const condition = '{field: Bytes, gt: 1, percentile: 99.5}';
    expect(only(lines.replace('{gte: 10}', condition)).condition).toMatchObject({ percentile: 99.5 });
  });

  it('wants all rules of a temporal correlation without a condition', () => {
    const lines = 'type: temporal_ordered\nrules: [a, b, c]\ngroup-by: User\ntimespan: 1h';
    expect(only(lines)).toMatchObject({
      rules: ['a', 'b', 'c'],
      groupBy: ['User'],
      condition: { kind: 'threshold', bounds: [{ op: 'gte', value: 3 }] },
    });
  });

  it('combines rules by a condition in words, with the rules in the order of the condition if none are listed', () => {
    const condition = 'b-2 and not (a or b-2 and 1277f594-a7d1-4f28-a2d3-73af5cbeab43)';
    const correlation = only(`type: temporal\ntimespan: 1h\ncondition: ${condition}`);
    expect(correlation.rules).toEqual(['b-2', 'a', '1277f594-a7d1-4f28-a2d3-73af5cbeab43']);
    expect(correlation.condition).toMatchObject({
      kind: 'expression',
      text: condition,
      tree: { kind: 'and' },
    });
    expect(only('type: temporal\nrules: [b, a]\ntimespan: 1h\ncondition: a or b').rules).toEqual(['b', 'a']);
  });

  const wrong: [string, string][] = [
    [good.replace('event_count', 'foo'), 'none of'],
    [good.replace('event_count', '5'), 'must be text'],
    [good.replace('type: event_count\n', ''), 'no type'],
    [good.replace('rules: [base]\n', ''), 'names no rules'],
    [good.replace('[base]', '[]'), 'names no rules'],
    [good.replace('[base]', '[1]'), 'list of texts'],
    [good.replace('[base]', '[nope]'), 'which was not found'],
    [good.replace('timespan: 5m\n', ''), 'no timespan'],
    [good.replace('5m', "'5'"), 'timespan'],
    [good.replace('5m', '0m'), 'timespan'],
    [good.replace('5m', '9999999999999999y'), 'timespan'],
    [good.replace('{gte: 10}', '{gt: 1, gte: 10}'), 'or a range'],
    [good.replace('{gte: 10}', '{gt: 1, eq: 10}'), 'or a range'],
    [good.replace('{gte: 10}', '{field: a}'), 'or a range'],
    [good.replace('{gte: 10}', '{gte: many}'), 'a number'],
    [good.replace('{gte: 10}', "{gte: ''}"), 'a number'],
    [good.replace('{gte: 10}', '{gte: .inf}'), 'a number'],
    [good.replace('{gte: 10}', '{gte: 1, other: 2}'), 'unknown key'],
    [good.replace('{gte: 10}', '{gte: 1, percentile: 101}'), 'between 0 and 100'],
    [good.replace('{gte: 10}', '[1]'), 'a map or text'],
    [good.replace('{gte: 10}', 'base'), 'temporal correlations only'],
    [good.replace('event_count', 'value_count'), 'names no field'],
    [
      good.replace('event_count', 'value_sum').replace('{gte: 10}', '{field: [a, b], gt: 1}'),
      'takes one field',
    ],
    [`${good}\ngenerate: maybe`, 'true or false'],
    [`${good}\ngroup-by: {a: b}`, 'group-by'],
    [`${good}\naliases: [a]`, 'aliases'],
    [`${good}\naliases: {a: {base: 1}}`, 'needs a field'],
    [`${good}\naliases: {a: {nope: x}}`, '"nope", which was not found'],
    ['type: temporal\nrules: [base]\ntimespan: 1h\ncondition: base and other', 'no rule is named other'],
    ['type: temporal\nrules: [base, other]\ntimespan: 1h\ncondition: base', 'not in the condition'],
    ['type: temporal\ntimespan: 1h\ncondition: 1 of base*', 'name the rules'],
  ];
  it.each(wrong)('refuses %j', (lines, words) => {
    const { errors } = parse(correlationText(lines), namedRule('base'));
    expect(errors.map((error) => error.message)).toEqual([expect.stringContaining(words)]);
    expect(errors[0]?.position?.line).toBeGreaterThan(1);
  });

  it('shares what a global document says', () => {
    const { correlations, errors } = parse(
      'action: global\nlevel: high\ncorrelation: {type: event_count, timespan: 5m, condition: {gte: 2}}\n',
      'title: A\ncorrelation: {rules: base}\n',
      'title: B\ncorrelation: {rules: base, group-by: User}\n',
      'action: reset\n',
      namedRule('base'),
    );
    expect(errors).toEqual([]);
    expect(correlations.map(({ title, level, groupBy }) => [title, level, groupBy])).toEqual([
      ['A', 'high', []],
      ['B', 'high', ['User']],
    ]);
  });
});

describe('references of correlations', () => {
  const chain = (name: string, rules: string, more = ''): string =>
    correlationText(`type: temporal\nrules: ${rules}\ntimespan: 5m${more}`, name);

  it('are found by id in either case, by name, and through chains, inner correlations first', () => {
    const id = '0B9AD457-2554-44C1-82C2-D56A99C42377';
    const all = parse(
      chain('outer', '[inner, other]'),
      chain('inner', `[${id}]`),
      namedRule('other'),
      `id: ${id.toLowerCase()}\n${namedRule('one')}`,
    );
    const { documents, parts, errors } = resolveReferences(all);
    expect(errors).toEqual([]);
    expect([...documents].map(([{ name }, list]) => [name, list.map((document) => document.name)])).toEqual([
      ['inner', ['one']],
      ['outer', ['inner', 'other']],
    ]);
    expect([...parts].map(({ name }) => name).sort()).toEqual(['inner', 'one', 'other']);
  });

  it('leave rules for themselves where the correlation says generate', () => {
    const { parts } = resolveReferences(parse(chain('c', '[base]', '\ngenerate: true'), namedRule('base')));
    expect([...parts]).toEqual([]);
  });

  it('are an error with its place when missing or meant twice', () => {
    const all = parseRules(
      [chain('c', '[nope]'), chain('d', '[twice]'), namedRule('twice'), namedRule('twice')].join('---\n'),
      'x.yml',
      { alone: false },
    );
    const { documents, errors, failed } = resolveReferences(all);
    expect(documents.size).toBe(0);
    expect([...failed.values()]).toEqual(errors);
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'HB_RULE_REFERENCE x.yml:5:3: the correlation names the rule "nope", which was not found',
      'HB_RULE_REFERENCE x.yml:12:3: the correlation names "twice", which 2 rules are called: x.yml:15, x.yml:23',
    ]);
    expect(errors[0]?.position).toEqual({ file: 'x.yml', line: 5, column: 3 });
  });

  it('that go in a circle are an error naming it, and what needs it fails too', () => {
    const all = parse(
      chain('top', '[a]'),
      chain('a', '[b]'),
      chain('b', '[a, base]'),
      chain('good', '[base]'),
      namedRule('base'),
    );
    const { documents, errors } = resolveReferences(all);
    expect([...documents.keys()].map(({ name }) => name)).toEqual(['good']);
    expect(faultsOf({ errors })).toEqual([
      expect.stringContaining('in a circle: "a" → "b" → "a"'),
      expect.stringContaining('in a circle: "a" → "b" → "a"'),
      expect.stringContaining('in a circle: "a" → "b" → "a"'),
    ]);
    const self = resolveReferences(parse(chain('me', '[me]')));
    expect(faultsOf(self)).toEqual([expect.stringContaining('"me" → "me"')]);
    const above = resolveReferences(parse(chain('outer', '[inner]'), chain('inner', '[nope]')));
    expect(faultsOf(above)[0]).toContain('needs "inner", which cannot be used');
  });

  it('are bounded in height and width, and take time in proportion to their number', () => {
    const one = only('type: temporal\nrules: [x]\ntimespan: 5m');
    const linked = (count: number, rules: (index: number) => string[]): SigmaCorrelation[] =>
      Array.from({ length: count }, (_, index) => ({ ...one, name: `c${index}`, rules: rules(index) }));
    const base = parse(namedRule('base')).rules;
    const start = performance.now();
    const long = resolveReferences({
      rules: base,
      correlations: linked(20_000, (index) => [index === 0 ? 'base' : `c${index - 1}`]),
    });
    expect(long.documents.size).toBe(50);
    expect(long.errors[0]?.code).toBe('HB_LIMIT');
    const doubled = resolveReferences({
      rules: base,
      correlations: linked(40, (index) =>
        index === 0 ? ['base', 'base'] : [`c${index - 1}`, `c${index - 1}`],
      ),
    });
    expect(doubled.errors[0]?.message).toContain('more than 10000 rules');
    const circle = resolveReferences({
      rules: base,
      correlations: linked(20_000, (index) => [`c${(index + 1) % 20_000}`]),
    });
    expect(circle.documents.size).toBe(0);
    expect(circle.errors[19_999]?.message.length).toBeLessThan(300);
    const star = resolveReferences({
      rules: base,
      correlations: linked(20_000, (index) => [index === 0 ? 'base' : 'c0']),
    });
    expect(star.errors).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('what a correlation says without effect', () => {
  const noted = (section: string): string[] =>
    parse(namedRule('r'), `title: c\ncorrelation: {rules: r, timespan: 5m, ${section}}\n`).notices.map(
      ({ message, position }) => `${position.line} ${message}`,
    );

  it('is told, with the key that may be meant', () => {
    expect(noted('type: event_count, group_by: u, condition: {gte: 2}')).toEqual([
      expect.stringMatching(
        /^\d+ correlation: the key "group_by" is not known .*; group-by is meant perhaps$/,
      ),
    ]);
    expect(noted('type: event_count, condition: {gte: 2, field: u}')).toEqual([
      expect.stringContaining('event_count counts without a field'),
    ]);
    expect(noted('type: value_median, condition: {gte: 2, field: u, percentile: 3}')).toEqual([
      expect.stringContaining('value_median takes no percentile'),
    ]);
    expect(noted('type: value_count, condition: {gte: 2, field: u}, generate: true')).toEqual([]);
    const hostile = Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join(', ');
    expect(noted(`type: event_count, condition: {gte: 2}, ${hostile}`)).toHaveLength(5);
    expect(noted('type: event_count, condition: {gte: 2}, __proto__: 1, constructor: 2')).toHaveLength(2);
  });
});
