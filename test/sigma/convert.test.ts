/** What `convert` does beyond the text of a query: options, pipelines, documents of several queries. */
import { describe, expect, it } from 'vitest';
import { Converter, convert, parsePipeline, parseRules, parseSigmacConfig } from '../../src/sigma/index.ts';
import type { Pipeline } from '../../src/sigma/index.ts';

const documents = parseRules(
  `title: Logon
id: 5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b52
logsource: { product: windows, service: security }
detection: { sel: { EventID: 4625 }, condition: sel }
---
title: Shell
id: 5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b53
logsource: { product: linux }
detection: { sel: { Image: sh }, condition: sel }
`,
  'rules.yml',
);

function pipelineOf(text: string): Pipeline {
  const { pipeline, errors } = parsePipeline(text, 'pipeline.yml');
  expect(errors).toEqual([]);
  return pipeline as Pipeline;
}

function queriesOf(target: string, pipeline: Pipeline, options: Record<string, string> = {}): unknown[] {
  const { conversions } = convert(documents, { target, pipelines: [pipeline], options });
  return conversions.flatMap(({ queries, error }) => error?.message ?? queries);
}

const old = `logsources:
  all-windows: { product: windows, index: winlogbeat-* }
  security: { product: windows, service: security, index: [sec-1, sec-2] }
defaultindex: logs-*
`;
const config = parseSigmacConfig(old, 'helk.yml').pipeline as Pipeline;

describe('the index that a pipeline names', () => {
  it('is where the queries of an old configuration look', () => {
    const [logon, shell] = ['winlogbeat-*,sec-1,sec-2', 'logs-*'];
    expect(queriesOf('esql', config).map((query) => String(query).split(' ')[1])).toEqual([logon, shell]);
    expect(queriesOf('opensearch_ppl', config).map((query) => String(query).split(' ')[0])).toEqual([
      `source=${logon}`,
      `source=${shell}`,
    ]);
    expect(queriesOf('elastalert', config).map((query) => /^index: (.*)$/m.exec(String(query))?.[1])).toEqual(
      [logon, shell],
    );
  });

  it('is in the documents for Kibana and in detection rules, rule by rule', () => {
    const options = { target: 'lucene', pipelines: [config] };
    const { output } = convert(documents, { ...options, format: 'kibana_ndjson' });
    const ids = output
      ?.trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { references: { id: string }[] }).references[0]?.id);
    expect(ids).toEqual(['winlogbeat-*,sec-1,sec-2', 'logs-*']);
    const { conversions } = convert(documents, { ...options, format: 'siem_rule' });
    const [rule] = conversions[0]?.queries ?? [];
    expect(rule).toMatchObject({ index: ['winlogbeat-*', 'sec-1', 'sec-2'] });
  });

  it('is that of all its rules for a correlation', () => {
    const { rules, correlations } = parseRules(
      `title: A
name: a
logsource: { product: windows, service: security }
detection: { sel: { EventID: 4625 }, condition: sel }
---
title: B
name: b
logsource: { product: windows }
detection: { sel: { EventID: 1 }, condition: sel }
---
title: Many
correlation: { type: event_count, rules: [a, b], group-by: [User], timespan: 5m, condition: { gte: 3 } }
`,
      'rules.yml',
    );
    const { conversions } = convert({ rules, correlations }, { target: 'esql', pipelines: [config] });
    expect(String(conversions[0]?.queries[0])).toContain('from winlogbeat-*,sec-1,sec-2 ');
  });

  it('gives way to the option of the caller', () => {
    expect(String(queriesOf('esql', config, { index: 'mine' })[0])).toMatch(/^from mine /);
  });

  it('may be any option of a target, set as state', () => {
    const table = pipelineOf('transformations: [{ type: set_state, key: table, val: events }]');
    expect(queriesOf('sqlite', table)[0]).toBe('SELECT * FROM events WHERE EventID=4625');
    const list = pipelineOf('transformations: [{ type: set_state, key: index, val: [a-*, b-*] }]');
    expect(String(queriesOf('esql', list)[0])).toMatch(/^from a-\*,b-\* /);
    const number = pipelineOf('transformations: [{ type: set_state, key: index, val: 5 }]');
    expect(String(queriesOf('esql', number)[0])).toMatch(/^from \* /);
  });
});

describe('queries at the end', () => {
  it('are not those of rules that could not be finished', () => {
    const pipeline = pipelineOf(`postprocessing:
  - type: template
    template: outside.txt
    path: folder
    rule_conditions: [{ type: logsource, product: linux }]
finalizers: [{ type: concat }]
`);
    const { conversions, output } = convert(documents, { target: 'splunk', pipelines: [pipeline] });
    expect(conversions.map(({ error }) => error?.code)).toEqual([undefined, 'HB_PIPELINE_SOURCE']);
    expect(output).toBe('EventID=4625');
  });

  it('can be made one text for some conversions only', () => {
    const pipeline = pipelineOf('finalizers: [{ type: concat, prefix: "<", suffix: ">" }]');
    const converter = new Converter({ target: 'splunk', pipelines: [pipeline] });
    const { conversions, output } = converter.convert(documents);
    expect(output).toBe('<EventID=4625\nImage="sh">');
    expect(conversions.map((one) => converter.finish([one]))).toEqual(['<EventID=4625>', '<Image="sh">']);
  });
});

it('names the pipelines in the order they ran', () => {
  const pipelines = [pipelineOf('{ name: late, priority: 90 }'), pipelineOf('{ name: early, priority: 10 }')];
  const [first] = convert(documents, { target: 'splunk', pipelines }).conversions;
  expect(first?.pipelines).toEqual(['early', 'late']);
});

it('tells what the steps did before one of them refused the rule', () => {
  const pipeline = pipelineOf(`transformations:
  - { type: field_name_prefix, prefix: x_ }
  - { type: rule_failure, message: never }
`);
  const [first] = convert(documents, { target: 'splunk', pipelines: [pipeline], trace: true }).conversions;
  expect(first?.error?.code).toBe('HB_PIPELINE_RULE');
  expect(first?.trace.map(({ type, changes }) => [type, changes])).toEqual([
    ['field_name_prefix', ['EventID -> x_EventID']],
    ['rule_failure', ['refuses the rule']],
  ]);
});
