import { describe, expect, it } from 'vitest';
import { checkRules } from '../../../src/sigma/index.ts';
import { input } from './support.ts';

const rule = (name: string, category = 'process_creation'): string =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {category: ${category}, product: windows}\n` +
  `detection:\n  s:\n    Image: ${name}.exe\n  condition: s\n`;
const chain = (lines: string): string =>
  `title: A chain\nname: chain\ncorrelation:\n  type: process_chain\n  timespan: 10m\n${lines}`;

const interesting = /dangling|chain|unique|group_by|HB_/;

function found(...documents: string[]): string[] {
  const text = documents.join('---\n');
  return checkRules([input(text, 'proc_creation_chain.yml')])
    .filter(({ validator }) => interesting.test(validator))
    .map(({ validator, line, message }) => `${line} ${validator} ${message}`);
}

describe('checks of chains', () => {
  it('find nothing to say of a good one, though it has no group and one rule twice', () => {
    expect(found(rule('a'), rule('b'), chain('  rules: [a, b, a]\n  not-between: b\n'))).toEqual([]);
  });

  it('find rules that are not there, also between the steps', () => {
    expect(found(rule('a'), chain('  rules: [a, b]\n  not-between: [c, c]\n'))).toEqual([
      expect.stringMatching(/^14 dangling_reference .*"b", which was not found$/),
      expect.stringMatching(/^15 dangling_reference .*"c", which was not found$/),
      expect.stringMatching(/^15 dangling_reference .*"c", which was not found$/),
      expect.stringMatching(/^15 schema_unique_items not-between lists a rule twice$/),
    ]);
  });

  it('find steps of which no event names a process', () => {
    const steps = [rule('a'), rule('driver', 'driver_load'), rule('net', 'network_connection')];
    expect(found(...steps, chain('  rules: [a, net, driver]\n'))).toEqual([
      '30 chain_step_process the step "driver" is never there: events of driver_load name no process',
    ]);
  });

  it('find steps that are no rules, what is not about creation, and chains that are named', () => {
    const count =
      'title: Many\nname: many\ncorrelation: {type: event_count, rules: chain, timespan: 1m, condition: {gte: 3}}\n';
    expect(
      found(
        rule('a'),
        rule('net', 'network_connection'),
        chain('  rules: [a, many]\n  not-between: net\n'),
        count,
      ),
    ).toEqual([
      expect.stringMatching(
        /^22 chain_rules "many" is a correlation, and a step of a process_chain must be a rule$/,
      ),
      expect.stringMatching(/^23 chain_rules not-between takes rules about process creation, and "net"/),
      expect.stringMatching(/^2\d chain_rules "chain" is a process_chain, and no correlation can name one$/),
      expect.stringMatching(/schema_group_by/),
    ]);
  });
});
