import { describe, expect, it } from 'vitest';
import type { SigmaCorrelation } from '../../../src/sigma/ast.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { PipelineRunner } from '../../../src/sigma/pipeline/runner.ts';
import type { Pipeline, PipelineOptions, Prepared } from '../../../src/sigma/pipeline/types.ts';
import { stepsOf } from './support.ts';

const rules = `title: A
name: a
logsource: {product: windows}
detection: {sel: {x: 1}, condition: sel}
---
title: B
name: b
logsource: {product: linux}
detection: {sel: {x: 1}, condition: sel}
---
`;

/** The correlation after the pipeline, its rules before it. */
function correlate(
  pipeline: Pipeline,
  lines: string,
  options: PipelineOptions = {},
): Prepared<SigmaCorrelation> & { again: () => Prepared<SigmaCorrelation> } {
  const runner = new PipelineRunner([pipeline], options);
  const parsed = parseRules(
    `${rules}title: C\nname: c\ncorrelation:\n  ${lines.replaceAll('\n', '\n  ')}\n`,
    'c.yml',
  );
  if (parsed.errors[0] !== undefined) throw parsed.errors[0];
  const parts = new Map(parsed.rules.map((rule) => [rule.name ?? '', [runner.applyRule(rule)]] as const));
  const correlation = parsed.correlations[0] as SigmaCorrelation;
  const named = new Map(correlation.rules.map((name) => [name, parts.get(name) ?? []] as const));
  const done = runner.applyCorrelation(correlation, named);
  return { ...done, again: () => runner.applyCorrelation(done.document, named) };
}

const count = (rule: string, more = ''): string =>
  `type: value_count\nrules: ${rule}\ngroup-by: [user, host]\ntimespan: 1h\ncondition: {gte: 5, field: ip}${more}`;
const windows =
  '{type: field_name_mapping, mapping: {user: w.user, ip: w.ip}, rule_conditions: [{type: logsource, product: windows}]}';

describe('correlations in pipelines', () => {
  it('have their fields named as in the rules they name', () => {
    const { document } = correlate(stepsOf(windows), count('a'));
    expect(document).toMatchObject({ groupBy: ['w.user', 'host'], condition: { fields: ['w.ip'] } });
    expect(correlate(stepsOf(windows), count('b')).document).toMatchObject({
      groupBy: ['user', 'host'],
      condition: { fields: ['ip'] },
    });
  });

  it('see the rule as it is at each step', () => {
    const pipeline = stepsOf(
      '{type: change_logsource, product: windows, service: sysmon, rule_conditions: [{type: logsource, product: windows}]}',
      '{type: field_name_prefix, prefix: s., rule_conditions: [{type: logsource, service: sysmon}]}',
      '{type: set_state, key: table, val: t, rule_conditions: [{type: logsource, service: sysmon}]}',
      '{type: set_custom_attribute, attribute: x, value: 1, rule_conditions: [{type: is_sigma_correlation_rule}]}',
    );
    const done = correlate(pipeline, count('a'));
    expect(done.document).toMatchObject({ groupBy: ['s.user', 's.host'], custom: { x: 1 } });
    expect({ ...done.state }).toEqual({ table: 't' });
    expect({ ...correlate(pipeline, count('b')).state }).toEqual({});
  });

  it('stay the same object where no field changes', () => {
    const runner = new PipelineRunner([]);
    const parsed = parseRules(
      `${rules}title: C\ncorrelation:\n  type: event_count\n  rules: a\n  group-by: user\n  timespan: 1h\n  condition: {gte: 2}\n`,
      'c.yml',
    );
    const [correlation] = parsed.correlations;
    const parts = new Map([['a', parsed.rules.slice(0, 1).map((rule) => runner.applyRule(rule))]]);
    expect(runner.applyCorrelation(correlation as SigmaCorrelation, parts).document).toBe(correlation);
  });

  it('group by every name that a field gets', () => {
    const pipeline = stepsOf('{type: field_name_mapping, mapping: {user: [u1, u2]}}');
    expect(correlate(pipeline, count('a')).document.groupBy).toEqual(['u1', 'u2', 'host']);
  });

  it('make an alias of a field that the rules name differently', () => {
    const { document } = correlate(
      stepsOf(windows),
      'type: temporal\nrules: [a, b]\ngroup-by: [user, host]\ntimespan: 1h',
    );
    expect(document.groupBy).toEqual(['user', 'host']);
    expect(document.aliases).toEqual({ user: { a: 'w.user', b: 'user' } });
  });

  it('cannot count a field that the rules name differently, or that has several names', () => {
    expect(() => correlate(stepsOf(windows), count('[a, b]'))).toThrow(
      /different fields for ip, which it counts/,
    );
    const several = stepsOf('{type: field_name_mapping, mapping: {ip: [x, y]}}');
    expect(() => correlate(several, count('a'))).toThrow(
      /counts ip, which is mapped to several fields: x, y/,
    );
    const mixed = stepsOf(
      '{type: field_name_mapping, mapping: {user: [x, y]}, rule_conditions: [{type: logsource, product: windows}]}',
    );
    expect(() => correlate(mixed, 'type: temporal\nrules: [a, b]\ngroup-by: user\ntimespan: 1h')).toThrow(
      /different fields for user, and a has x, y/,
    );
  });

  it('keep the names of aliases and map their fields by rule', () => {
    const lines =
      'type: temporal\nrules: [a, b]\ngroup-by: who\ntimespan: 1h\naliases: {who: {a: user, b: ip}}';
    const { document } = correlate(stepsOf(windows), lines);
    expect(document.groupBy).toEqual(['who']);
    expect(document.aliases).toEqual({ who: { a: 'w.user', b: 'ip' } });
    expect(() => correlate(stepsOf('{type: field_name_mapping, mapping: {user: [x, y]}}'), lines)).toThrow(
      /the alias who needs one field of a/,
    );
  });

  it('are not mapped a second time', () => {
    const done = correlate(stepsOf('{type: field_name_prefix, prefix: x.}'), count('a'), { trace: true });
    expect(done.document.groupBy).toEqual(['x.user', 'x.host']);
    const over = done.again();
    expect(over.document).toEqual(done.document);
    expect(over.trace[0]?.changes).toEqual(['the pipeline ran before']);
  });

  it('reach through correlations to the rules behind them', () => {
    const runner = new PipelineRunner([stepsOf('{type: field_name_prefix, prefix: x.}')]);
    const parsed = parseRules(
      `${rules}title: C\nname: c\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [who, host]\n  timespan: 1h\n  aliases: {who: {a: user, b: ip}}\n---\ntitle: D\nname: d\ncorrelation:\n  type: event_count\n  rules: c\n  group-by: [who, host]\n  timespan: 1h\n  condition: {gte: 2}\n`,
      'c.yml',
    );
    const prepared = new Map(
      parsed.rules.map((rule) => [rule.name ?? '', [runner.applyRule(rule)]] as const),
    );
    const [inner, outer] = parsed.correlations as [SigmaCorrelation, SigmaCorrelation];
    const first = runner.applyCorrelation(inner, prepared);
    expect(first.document.groupBy).toEqual(['who', 'x.host']);
    expect(runner.applyCorrelation(outer, new Map([['c', [first]]])).document.groupBy).toEqual([
      'who',
      'x.host',
    ]);
  });

  it('fail with their own place', () => {
    const pipeline = stepsOf(
      '{type: rule_failure, message: no correlations, rule_conditions: [{type: is_sigma_correlation_rule}]}',
    );
    expect(() => correlate(pipeline, count('a'))).toThrow(/c\.yml:11:1: no correlations/);
  });
});
