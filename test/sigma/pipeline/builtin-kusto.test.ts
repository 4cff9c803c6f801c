import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { builtinPipeline } from '../../../src/sigma/pipeline/builtin/index.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations as ofMonitor } from '../targets/deviations/kusto-azure_monitor.ts';
import { deviations as ofOcsf } from '../targets/deviations/kusto-ocsf.ts';
import { deviations as ofXdr } from '../targets/deviations/kusto-microsoft_xdr.ts';
import { deviations as ofAsim } from '../targets/deviations/kusto-sentinel_asim.ts';
import { compareOracle } from '../targets/oracle.ts';
import type { Deviation } from '../targets/oracle.ts';
import { asim, monitor, ocsf, xdr } from './builtin-kusto-cases.ts';
import { apply, show } from './support.ts';

const { missing, note } = sharedPath('oracle');
function convertWith(pipeline: string, logsource: string, detection: string): string {
  const text = `title: Test\nlogsource: {${logsource}}\ndetection:\n  sel: ${detection}\n  condition: sel\n`;
  const { rules, errors } = parseRules(text, 'r.yml');
  if (errors[0] !== undefined) throw errors[0];
  const { conversions } = convert({ rules, correlations: [] }, { target: 'kusto', pipelines: [pipeline] });
  const [conversion] = conversions;
  return conversion?.error?.message.replace(/^r\.yml:\d+:\d+: /, '') ?? String(conversion?.queries[0]);
}

describe.each([
  ['microsoft_xdr', xdr],
  ['sentinel_asim', asim],
  ['azure_monitor', monitor],
  ['ocsf', ocsf],
] as const)('%s', (pipeline, cases) => {
  it.each(cases)('makes of {%s} and %s what its tables say', (logsource, detection, result) => {
    expect(convertWith(pipeline, logsource, detection)).toBe(result);
  });

  // OCSF is for any target.
  if (pipeline !== 'ocsf')
    it('is refused by other targets', () => {
      const { rules } = parseRules(
        'title: Test\nlogsource: {category: process_creation}\ndetection: {sel: {Image: x}, condition: sel}\n',
        'r.yml',
      );
      expect(() => convert({ rules, correlations: [] }, { target: 'splunk', pipelines: [pipeline] })).toThrow(
        /is for kusto/,
      );
    });

  it('changes nothing when it is applied to its own result', () => {
    const { rules } = parseRules(
      'title: Test\nlogsource: {category: process_creation, product: windows}\ndetection: {sel: {Image: x}, condition: sel}\n',
      'r.yml',
    );
    const rule = rules[0];
    if (rule === undefined) throw new Error('no rule');
    const once = apply(builtinPipeline(pipeline), rule).document;
    expect(show(apply(builtinPipeline(pipeline), once).document)).toBe(show(once));
  });
});

describe('pipelines of Kusto', () => {
  it.skipIf(missing).each<[string, Deviation[]]>([
    ['microsoft_xdr', ofXdr],
    ['sentinel_asim', ofAsim],
    ['azure_monitor', ofMonitor],
  ])(`agree with the reference under %s, or say why not${note}`, (pipeline, deviations) => {
    const oracle = { file: `kusto__${pipeline}`, target: 'kusto', pipelines: [pipeline] };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.99);
  });

  it.skipIf(missing)(`agree with the reference under ocsf, or say why not${note}`, () => {
    const oracle = { file: 'extra/kusto__ocsf', target: 'kusto', pipelines: ['ocsf'] };
    const result = compareOracle(shared, oracle, ofOcsf);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
  });

  it('name the columns of a correlation as its rules have them', () => {
    const text = `title: A
name: a
logsource: {category: process_creation, product: windows}
detection: {sel: {Image: x}, condition: sel}
---
title: Many
correlation:
  type: event_count
  rules: a
  group-by: [Computer, User]
  timespan: 1h
  condition: {gte: 5}
`;
    const { rules, correlations } = parseRules(text, 'r.yml');
    const { conversions } = convert(
      { rules, correlations },
      { target: 'kusto', pipelines: ['microsoft_xdr'] },
    );
    const query = String(conversions.at(-1)?.queries[0]);
    expect(query).toContain('DeviceName');
    expect(query).toContain('AccountName');
    expect(query).toContain('Timestamp');
    expect(query).not.toContain('Computer');
  });
});
