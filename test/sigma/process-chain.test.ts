import { describe, expect, it } from 'vitest';
import { parseRules, resolveReferences } from '../../src/sigma/index.ts';
import type { ChainCondition, ParseResult } from '../../src/sigma/index.ts';
import { correlationText, namedRule } from './support.ts';

const creation = (name: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: process_creation}\ndetection: {s: {a: 1}, condition: s}\n`;
const head = 'type: process_chain\nrules: [a, b, c]\ntimespan: 10m\n';
const parse = (...documents: string[]): ParseResult => parseRules(documents.join('---\n'), 'x.yml');

function chainOf(lines: string): ChainCondition {
  const { correlations, errors, notices } = parseRules(correlationText(head + lines), 'x.yml', {
    alone: false,
  });
  if (errors[0] !== undefined) throw errors[0];
  expect(notices).toEqual([]);
  return correlations[0]?.chain as ChainCondition;
}

/** The message without file, then the hint. */
function faultOf(lines: string): [string, string | undefined] {
  const { errors } = parseRules(correlationText(lines), 'x.yml', { alone: false });
  expect(errors.map(({ code }) => code)).toEqual(['HB_RULE_INVALID']);
  return [errors[0]?.message.replace('x.yml:', '') ?? '', errors[0]?.hint];
}

describe('a process chain', () => {
  it('has descendants in the order written unless it says otherwise', () => {
    expect(chainOf('')).toEqual({
      relations: ['descendant', 'descendant'],
      maxDepth: null,
      order: 'written',
      notBetween: [],
    });
  });

  it('keeps what is written', () => {
    expect(
      chainOf('relation: [child, descendant]\nmax-depth: 5\nnot-between: [x, y]\norder: written'),
    ).toEqual({
      relations: ['child', 'descendant'],
      maxDepth: 5,
      order: 'written',
      notBetween: ['x', 'y'],
      notBetweenPosition: { line: 9, column: 3 },
    });
    expect(chainOf('relation: child\norder: any\nnot-between: x')).toMatchObject({
      relations: ['child', 'child'],
      order: 'any',
      notBetween: ['x'],
    });
  });

  it('may name one rule twice', () => {
    const text = correlationText('type: process_chain\nrules: [a, a]\ntimespan: 1h');
    const { errors, correlations } = parse(text, creation('a'));
    expect(errors).toEqual([]);
    expect(correlations[0]?.rules).toEqual(['a', 'a']);
  });

  it.each([
    ['condition: {gte: 2}', '7:14: correlation: process_chain takes no condition'],
    ['relation: sibling', '7:13: correlation: the relation "sibling" is none of child, descendant'],
    ['relation: [child, parent]', '7:21: correlation: the relation "parent" is none of child, descendant'],
    ['relation: [child]', '7:13: correlation: relation lists 1, and 3 rules need 2'],
    ['relation: [child, child, child]', '7:13: correlation: relation lists 3, and 3 rules need 2'],
    ['relation: 3', '7:13: correlation: relation must be text or a list of texts'],
    ['order: free', '7:10: correlation: the order is none of written, any'],
    ['order: any\nrelation: [child, child]', '8:13: correlation: order: any takes one relation'],
    ['max-depth: 0', '7:14: correlation: max-depth must be a whole number from 1 to 1000'],
    ['max-depth: 1001', '7:14: correlation: max-depth must be'],
    ['max-depth: 2.5', '7:14: correlation: max-depth must be'],
    ['max-depth: "5"', '7:14: correlation: max-depth must be'],
    ['relation: child\nmax-depth: 2', '8:14: correlation: max-depth has no meaning'],
    ['not-between: []', '7:16: correlation: not-between names no rules'],
    [
      `not-between: [${'x, '.repeat(100)}x]`,
      '7:16: correlation: not-between takes 100 rules at most, this has 101',
    ],
    ['not-between: {a: b}', '7:16: correlation: not-between must be text or a list of texts'],
  ])('is refused with %j', (line, message) => {
    expect(faultOf(head + line)[0]).toContain(message);
  });

  it('needs two to ten rules, and with a free order four at most', () => {
    const chain = (rules: string, more = ''): string =>
      `type: process_chain\nrules: [${rules}]\ntimespan: 10m\n${more}`;
    expect(faultOf(chain('a'))[0]).toContain('a chain needs at least two rules, the ancestor first');
    expect(faultOf(chain('a, b, c, d, e, f, g, h, i, j, k'))[0]).toContain(
      'has 10 rules at most, this has 11',
    );
    const [message, hint] = faultOf(chain('a, b, c, d, e', 'order: any'));
    expect(message).toContain('order: any takes 4 rules at most, this has 5');
    expect(hint).toContain('two chains');
  });

  it('says why there is no condition', () => {
    expect(faultOf(`${head}condition: b and c`)[1]).toContain('Leave the condition out');
  });

  it('tells keys of chains in other correlations, and unknown keys of its own', () => {
    const notes = (lines: string): string[] =>
      parseRules(correlationText(lines), 'x.yml', { alone: false }).notices.map(({ message }) => message);
    expect(notes(`${head}not_between: x`)).toEqual([
      'correlation: the key "not_between" is not known and has no effect; not-between is meant perhaps',
    ]);
    expect(notes('type: temporal\nrules: [a, b]\ntimespan: 1m\nrelation: child')).toEqual([
      'correlation: the key "relation" is of process_chain only and has no effect',
    ]);
  });
});

describe('what chains name', () => {
  const steps = ['a', 'b', 'c'].map(creation);
  const errorsOf = (...documents: string[]): string[] =>
    parse(...documents).errors.map(({ message }) => message);

  it('serves the chain, also between the steps', () => {
    const parsed = parse(...steps, creation('x'), correlationText(`${head}not-between: x`));
    expect(parsed.errors).toEqual([]);
    const { parts, notBetween, documents } = resolveReferences(parsed);
    expect([...parts].map(({ name }) => name)).toEqual(['a', 'b', 'c', 'x']);
    expect([...notBetween.values()].map((list) => list.map(({ name }) => name))).toEqual([['x']]);
    expect([...documents.values()].map((list) => list.length)).toEqual([3]);
    const generating = parse(
      ...steps,
      creation('x'),
      correlationText(`${head}not-between: x\ngenerate: true`),
    );
    expect(resolveReferences(generating).parts.size).toBe(0);
  });

  it('must be there, each at its place', () => {
    expect(errorsOf(...steps, correlationText(`${head}not-between: nobody`))).toEqual([
      'x.yml:22:3: the correlation names the rule "nobody", which was not found',
    ]);
    expect(errorsOf(correlationText(head), creation('a'))).toEqual([
      'x.yml:5:3: the correlation names the rule "b", which was not found',
    ]);
  });

  it('must be rules', () => {
    const count = correlationText('type: event_count\nrules: a\ntimespan: 1m\ncondition: {gte: 3}', 'many');
    const chain = correlationText('type: process_chain\nrules: [b, many]\ntimespan: 10m', 'chain');
    const [error] = parse(...steps, count, chain).errors;
    expect(error?.code).toBe('HB_RULE_REFERENCE');
    expect(error?.message).toContain('"many" is a correlation, and a step of a process_chain must be a rule');
    expect(error?.hint).toContain('name the rules that the correlation is about');
    expect(errorsOf(...steps, count, correlationText(`${head}not-between: many`))).toEqual([
      expect.stringContaining('"many" is a correlation, and not-between takes rules'),
    ]);
  });

  it('must be about process creation between the steps', () => {
    expect(errorsOf(...steps, namedRule('net'), correlationText(`${head}not-between: net`))).toEqual([
      expect.stringContaining(
        'x.yml:30:3: not-between takes rules about process creation, and "net" is about',
      ),
    ]);
  });

  it('is never a chain', () => {
    const chain = correlationText(head, 'chain');
    const above = correlationText(
      'type: event_count\nrules: chain\ntimespan: 1m\ncondition: {gte: 3}',
      'above',
    );
    const [error, ...others] = parse(...steps, chain, above).errors;
    expect(others).toEqual([]);
    expect(error?.message).toContain('"chain" is a process_chain, and no correlation can name one');
    expect(error?.hint).toContain('after all other correlations');
  });
});
