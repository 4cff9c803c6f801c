import { describe, expect, it } from 'vitest';
import { detection, input, places, ruleText } from './support.ts';
import { checkRules, chooseValidators } from '../../../src/sigma/index.ts';

const correlation = (change: Readonly<Record<string, string>> = {}): string => {
  const lines = {
    type: '    type: event_count',
    rules: '    rules:\n        - one_rule',
    'group-by': '    group-by:\n        - User',
    timespan: '    timespan: 5m',
    condition: '    condition:\n        gte: 10',
    ...change,
  };
  return `title: Many\ncorrelation:\n${Object.values(lines).filter(Boolean).join('\n')}\n`;
};

describe('the schemas of the specification', () => {
  it.each([
    ['schema_id_format', { id: 'id: 5013cc3bc4a14a249ae96d2d2e2f0b52' }, '2:1'],
    [
      'schema_related',
      { author: `related:\n    - id: 5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b52\n      type: correlation` },
      '7:1',
    ],
    ['schema_length', { name: `name: ${'x'.repeat(257)}` }, '22:1'],
    ['schema_date_format', { date: 'date: 2025/01/31' }, '8:7'],
    ['schema_lower_case', { level: 'level: High' }, '21:8'],
    ['schema_unique_items', { falsepositives: 'falsepositives:\n    - Some\n    - Some' }, '21:7'],
    ['schema_short_text', { falsepositives: 'falsepositives:\n    - x' }, '20:7'],
    ['schema_condition_text', detection('a:\n    Image: x\ncondition:\n    - a\n    - not a'), '18:5'],
    ['schema_keyword_type', detection('a:\n    - x\n    - 1.5\ncondition: a'), '18:11'],
    ['schema_keyword_type', detection('a: x\ncondition: a'), '16:5'],
  ])('%s %j', (name, change, place) => {
    expect(places(ruleText(change), [name])).toEqual([`${name} ${place}`]);
  });

  it.each([
    ['schema_group_by', { 'group-by': '' }, '2:1'],
    ['schema_unique_items', { rules: '    rules:\n        - one_rule\n        - one_rule' }, '4:5'],
    ['schema_unique_items', { 'group-by': '    group-by:\n        - User\n        - User' }, '6:5'],
    ['schema_length', { timespan: '    timespan: 0000000005m' }, '8:5'],
  ])('of correlations: %s %j', (name, change, place) => {
    expect(places(correlation(change), [name])).toEqual([`${name} ${place}`]);
  });

  it('keywords in lists are as they should be', () => {
    expect(
      places(ruleText(detection('a:\n    - x\n    - 12\nb: [x]\ncondition: a or b')), [
        'schema_keyword_type',
      ]),
    ).toEqual([]);
  });
});

describe('conventions of SigmaHQ', () => {
  it.each([
    ['title_case', { title: 'title: Suspicious example Of It' }, '1:1'],
    ['title_length', { title: `title: ${'Long '.repeat(30)}` }, '1:1'],
    ['title_wording', { title: 'title: Detects Examples' }, '1:1'],
    ['title_wording', { title: 'title: An Example.' }, '1:1'],
    ['title_level', { level: 'level: low' }, '1:1'],
    ['description', { description: null }, '1:1'],
    ['description', { description: 'description: Detects' }, '4:1'],
    ['description_wording', { description: 'description: This rule detects an example' }, '4:1'],
    ['description_link', { description: 'description: Detects what https://example.com says' }, '4:1'],
    ['references', { references: null }, '1:1'],
    ['references', { references: 'references:\n    - my own head' }, '6:7'],
    [
      'references_mitre',
      { references: 'references:\n    - https://attack.mitre.org/techniques/T1059/' },
      '6:7',
    ],
    [
      'references_permalink',
      { references: 'references:\n    - https://github.com/a/b/blob/master/c.md' },
      '6:7',
    ],
    ['falsepositives', { falsepositives: null }, '1:1'],
    ['falsepositives', { falsepositives: 'falsepositives:\n    - Pentest' }, '20:7'],
    ['falsepositives', { falsepositives: 'falsepositives:\n    - administrators' }, '20:7'],
    ['dates', { date: null }, '1:1'],
    ['dates', { date: 'date: 2025-01-31\nmodified: 2025-01-30' }, '9:1'],
    ['required', { author: null }, '1:1'],
    ['key_order', { author: null, level: 'level: high\nauthor: x' }, '21:1'],
    ['single_item_list', detection('a:\n    Image:\n        - x\ncondition: a'), '17:9'],
    ['indentation', { detection: 'detection:\n  a:\n    Image: x\n  condition: a' }, '16:1'],
    ['trailing_space', { author: 'author: Somebody  ' }, '7:17'],
    [
      'filter_names',
      detection('a:\n    Image: x\nfilter:\n    Image: y\ncondition: a and not filter'),
      '18:5',
    ],
    ['status', { status: 'status: deprecated' }, '3:1'],
  ])('%s %j', (name, change, place) => {
    expect(places(ruleText(change), [`sigmahq_${name}`])).toEqual([`sigmahq_${name} ${place}`]);
  });

  it.each([
    'Use of the Example',
    'Rundll32.exe Started by cmd.exe',
    'APT29 - iCloud vs. MacOS',
    'Add-in Load',
  ])('the title %s is right', (title) => {
    expect(places(ruleText({ title: `title: ${title}` }), ['sigmahq_title_case'])).toEqual([]);
  });

  const prefix = (path: string, logsource: string): number =>
    checkRules([input(ruleText({ logsource: `logsource: ${logsource}` }), path)], {
      validators: chooseValidators({ names: ['sigmahq_filename_prefix', 'sigmahq_filename'] }),
    }).length;

  it.each([
    ['proc_creation_win_x.yml', '{product: windows, category: process_creation}'],
    ['proc_creation_lnx_x.yml', '{product: linux, category: process_creation}'],
    ['web_x.yml', '{category: webserver}'],
    ['win_security_x.yml', '{product: windows, service: security}'],
    ['win_bits_client_x.yml', '{product: windows, service: bits-client}'],
    ['win_defender_x.yml', '{product: windows, service: windefend}'],
    ['lnx_auditd_x.yml', '{product: linux, service: auditd}'],
    ['aws_x.yml', '{product: aws, service: cloudtrail}'],
    ['anything.yml', '{product: constructor, category: toString}'],
  ])('%s is a name for %s, and Other.yml is not', (path, logsource) => {
    expect(prefix(path, logsource)).toBe(0);
    expect(prefix('Other.yml', logsource)).toBe(path === 'anything.yml' ? 1 : 2);
  });
});
