import { describe, expect, it } from 'vitest';
import { parseSigmacConfig } from '../../../src/sigma/pipeline/sigmac.ts';
import type { ParsedSigmacConfig } from '../../../src/sigma/pipeline/sigmac.ts';
import type { Pipeline } from '../../../src/sigma/pipeline/types.ts';
import { apply, ruleOf, show } from './support.ts';

const config = `title: Example
order: 20
backends: [es-qs]
logsources:
  events:
    product: windows
    index: win-*
  security:
    product: windows
    service: security
    index: [sec-*, win-*]
    conditions:
      log_name: Security
  creation:
    category: process_creation
    product: windows
    conditions: {EventID: [1, 4688]}
    rewrite: {product: windows, service: sysmon}
defaultindex: logs-*
fieldmappings:
  EventID: event_id
  Image: [path, name]
  User:
    EventID=4624: logon_user
    EventID=4625: [failed_user, logon_user]
    default: user
  Target:
    EventID=7: module
`;

function parse(text = config): ParsedSigmacConfig & { pipeline: Pipeline } {
  const parsed = parseSigmacConfig(text, 'old.yml');
  if (parsed.errors[0] !== undefined) throw parsed.errors[0];
  return parsed as ParsedSigmacConfig & { pipeline: Pipeline };
}

const security = 'logsource: {product: windows, service: security}';
const after = (detection: string, more = 'logsource: {product: linux}'): string =>
  show(apply(parse().pipeline, ruleOf({ sel: detection }, more)).document);

describe('configurations of sigmac', () => {
  it('are pipelines with a name and a priority', () => {
    expect(parse().pipeline).toMatchObject({ name: 'Example', priority: 20, allowedTargets: [] });
  });

  it('map fields to one name or several', () => {
    expect(after('{EventID: 1, Image: x, other: 2}')).toBe(
      "(event_id=1 and (path='x' or name='x') and other=2)",
    );
  });

  it('map fields by the values of others, with all cases that hold', () => {
    expect(after('{User: x}')).toBe("user='x'");
    expect(after('{User: x, EventID: 4624}')).toBe("(logon_user='x' and event_id=4624)");
    expect(after('{User: x, EventID: [4624, 4625]}')).toBe(
      "((logon_user='x' or failed_user='x') and (event_id=4624 or event_id=4625))",
    );
    expect(after('{Target: x}')).toBe("Target='x'");
    expect(after("{Target: x, EventID: '7'}")).toBe("(module='x' and event_id='7')");
  });

  it('add the conditions of every log source that fits, their fields mapped', () => {
    expect(after('{a: 1}', security)).toBe("(log_name='Security' and a=1)");
    const done = apply(parse().pipeline, ruleOf({ sel: '{a: 1}' })).document;
    expect(show(done)).toBe('((event_id=1 or event_id=4688) and a=1)');
    expect(done.logsource).toEqual({ product: 'windows', service: 'sysmon' });
  });

  it('join the conditions of log sources by or where that is asked for', () => {
    const text = `logsourcemerging: or
logsources:
  a: {product: windows, conditions: {x: 1}}
  b: {product: windows, conditions: {y: 2, z: 3}}
`;
    expect(show(apply(parse(text).pipeline, ruleOf({ sel: '{a: 1}' })).document)).toBe(
      '((x=1 or (y=2 and z=3)) and a=1)',
    );
  });

  it('know the indexes of a rule', () => {
    const { indexMap, pipeline } = parse();
    expect(indexMap?.indexFor(ruleOf({ sel: '{a: 1}' }, security))).toEqual(['win-*', 'sec-*']);
    expect(indexMap?.indexFor(ruleOf({ sel: '{a: 1}' }, 'logsource: {product: linux}'))).toEqual(['logs-*']);
    expect(apply(pipeline, ruleOf({ sel: '{a: 1}' }, security)).state.index).toBe('win-*,sec-*');
  });

  it('fill placeholders', () => {
    const { pipeline } = parse('placeholders: {x: [a, b]}\nfieldmappings: {}');
    expect(show(apply(pipeline, ruleOf({ sel: "{f|expand: '%x%'}" })).document)).toBe("(f='a' or f='b')");
  });

  it('say what is wrong and where', () => {
    const { pipeline, indexMap, errors } = parseSigmacConfig(
      'title: x\nlogsources:\n  a: {product: [1], indx: b}\n  b: 3\norder: first\nwhat: 1\nfieldmappings: []\n',
      'old.yml',
    );
    expect([pipeline, indexMap]).toEqual([null, null]);
    expect(errors.map(({ message }) => message)).toEqual([
      'old.yml:6:1: a configuration has no key "what"',
      'old.yml:5:8: the order must be a number',
      'old.yml:3:21: a log source has no key "indx"',
      'old.yml:3:16: product must be text',
      'old.yml:4:6: a log source must be a map',
      'old.yml:7:16: fieldmappings must be a map',
    ]);
    expect(parseSigmacConfig('fieldmappings:\n  a: {b: c}\n', 'old.yml').errors[0]?.message).toBe(
      'old.yml:2:3: a: "b" is neither default nor a case such as EventID=1',
    );
  });
});
