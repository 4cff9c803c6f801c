import { describe, expect, it } from 'vitest';
import { chooseValidators, validators } from '../../../src/sigma/index.ts';
import { tactics } from '../../../src/sigma/index.ts';
import { attackTactics } from '../../../src/sigma/validators/attack-ids.ts';
import { detection, findings, id, places, ruleText } from './support.ts';

const reference = (
  'all_of_them_condition attacktag cartag control_character custom_attributes cvetag d3_fendtag dangling_condition ' +
  'dangling_detection detection_tag double_wildcard duplicate_filename duplicate_references duplicate_tag ' +
  'duplicate_title escaped_wildcard fieldname_logsource filename_length identifier_existence identifier_uniqueness ' +
  'invalid_modifier_combinations namespace_tag number_as_string specific_instead_of_generic_logsource stptag ' +
  'tag_format them_condition_with_single_detection tlptag tlpv1_tag tlpv2_tag wildcards_instead_of_modifiers'
).split(' ');

describe('the validators', () => {
  it('are all of the reference, under its names, and each once', () => {
    const names = validators.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(reference));
    expect(new Set(names).size).toBe(names.length);
  });

  it('find nothing in a rule as it should be', () => {
    expect(findings(ruleText())).toEqual([]);
    expect(
      findings(ruleText(), [
        'all',
        ...validators.filter(({ group }) => group === 'sigmahq').map(({ name }) => name),
      ]),
    ).toEqual([]);
  });

  it('know the tactics that reports know', () => {
    expect(attackTactics.toSorted()).toEqual(tactics.map(({ tag }) => tag).toSorted());
  });
});

const tags = (...list: string[]): { tags: string } => ({
  tags: `tags:\n${list.map((tag) => `    - ${tag}`).join('\n')}`,
});
const sel = (line: string): { detection: string } =>
  detection(`selection:\n    ${line}\ncondition: selection`);

describe('one rule', () => {
  it.each([
    ['identifier_existence', { id: null }, '1:1'],
    ['duplicate_references', { references: 'references:\n    - a\n    - b\n    - a' }, '8:7'],
    ['duplicate_tag', tags('attack.t1059', 'attack.t1059'), '11:7'],
    ['custom_attributes', { falsepositives: 'falsepositve:\n    - Unknown' }, '19:1'],
    ['custom_attributes', { author: 'Author: x' }, '7:1'],
    ['tag_format', tags('attack.T1059'), '10:7'],
    ['namespace_tag', tags('attack.t1059', 'mitre.t1059'), '11:7'],
    ['attacktag', tags('attack.t9999'), '10:7'],
    ['attacktag', tags('attack.t1562.001'), '10:7'],
    ['attacktag', tags('attack.sneaking'), '10:7'],
    ['d3_fendtag', tags('d3fend.nothing'), '10:7'],
    ['cartag', tags('car.2016-4-5'), '10:7'],
    ['cvetag', tags('cve.44228'), '10:7'],
    ['detection_tag', tags('detection.hunting'), '10:7'],
    ['stptag', tags('stp.6'), '10:7'],
    ['tlptag', tags('tlp.purple'), '10:7'],
    ['tlpv1_tag', tags('tlp.clear'), '10:7'],
    ['tlpv2_tag', tags('tlp.white'), '10:7'],
    ['dangling_detection', detection('a:\n    Image: x\nb:\n    Image: y\ncondition: a'), '18:5'],
    ['dangling_detection', detection('a:\n    Image: x\n_b:\n    Image: y\ncondition: 1 of them'), '18:5'],
    ['them_condition_with_single_detection', detection('a:\n    Image: x\ncondition: 1 of them'), '18:5'],
    [
      'all_of_them_condition',
      detection('a:\n    Image: x\nb:\n    Image: y\ncondition: all of them'),
      '20:5',
    ],
    ['double_wildcard', sel("Image: 'a**b'"), '17:16'],
    ['escaped_wildcard', sel("Image:\n        - 'a'\n        - 'b\\*'"), '19:15'],
    ['number_as_string', sel("EventID: '12'"), '17:18'],
    ['control_character', sel('Image: "a\\ab"'), '17:16'],
    ['control_character', { title: 'title: "a\\e[2J"' }, '1:1'],
    ['wildcards_instead_of_modifiers', sel("Image: '*\\cmd.exe'"), '17:9'],
    ['invalid_modifier_combinations', sel('Image|all:\n        - a\n        - b'), '17:9'],
    ['invalid_modifier_combinations', sel('Image|base64offset: abc'), '17:9'],
    ['invalid_modifier_combinations', sel('Image|contains|contains: abc'), '17:9'],
    ['fieldname_logsource', sel('image: x'), '17:9'],
    ['fieldname_logsource', sel('CommandLin: x'), '17:9'],
    [
      'specific_instead_of_generic_logsource',
      { logsource: 'logsource:\n    product: windows\n    service: sysmon', ...sel('EventID: 1') },
      '17:18',
    ],
  ] as const)('%s %j', (name, change, place) => {
    expect(places(ruleText(change as Record<string, string | null>), [name])).toEqual([`${name} ${place}`]);
  });

  it.each([
    ['d3_fendtag', tags('d3fend.d3-am', 'd3fend.d3f-WindowsNtOpenFile', 'd3fend.harden')],
    ['tag_format', tags('d3fend.d3f-WindowsNtOpenFile', 'cve.2021-44228', 'tlp.amber+strict')],
    [
      'attacktag',
      tags('attack.g0007', 'attack.s0002', 'attack.ds0005', 'attack.defense_evasion', 'attack.stealth'),
    ],
    ['cartag', tags('car.2016-04-005')],
    ['cvetag', tags('cve.2021-44228', 'cve.2021.44228')],
    ['stptag', tags('stp.4', 'stp.3k')],
    ['tlptag', tags('tlp.white', 'tlp.clear', 'tlp.amber-strict')],
    ['custom_attributes', { author: 'regression_tests_path: x' }],
    ['escaped_wildcard', sel("Image|re: 'b\\*'")],
    ['escaped_wildcard', sel("Image: 'b\\\\*'")],
    ['number_as_string', sel("Image|contains: '12'")],
    ['control_character', sel('Image|wide: abc')],
    ['number_as_string', sel("Image: '*'")],
    ['wildcards_instead_of_modifiers', sel("Image: '*a*b'")],
    ['wildcards_instead_of_modifiers', sel("Image:\n        - '*a'\n        - 'b'")],
    ['invalid_modifier_combinations', sel('Image|contains|all:\n        - a\n        - b')],
    [
      'invalid_modifier_combinations',
      detection("keywords:\n    '|all':\n        - a\n        - b\ncondition: keywords"),
    ],
    ['fieldname_logsource', sel('Something.Else: x')],
    ['dangling_detection', detection('a_1:\n    Image: x\n_b:\n    Image: y\ncondition: 1 of a_* or _b')],
    [
      'specific_instead_of_generic_logsource',
      { logsource: 'logsource:\n    product: windows\n    service: sysmon', ...sel('EventID: 77') },
    ],
  ] as const)('%s does not mind %j', (name, change) => {
    expect(places(ruleText(change as Record<string, string>), [name])).toEqual([]);
  });

  it('a condition that names no detection is an error of the document, with its place', () => {
    expect(places(ruleText(detection('a:\n    Image: x\ncondition: a and b')))).toEqual([
      'HB_RULE_CONDITION 18:22',
    ]);
  });
});

const other = '7b449a5e-1db5-4dd0-a2dc-4e3a67282538';

describe('several documents', () => {
  it('with the same id or title are told of each other', () => {
    const texts = { 'one_example.yml': ruleText(), 'two_example.yml': ruleText() };
    expect(places(texts)).toEqual([
      'duplicate_title 1:1',
      'identifier_uniqueness 2:1',
      'duplicate_title 1:1',
      'identifier_uniqueness 2:1',
    ]);
    expect(findings(texts)[0]?.message).toContain('two_example.yml:1');
  });

  it('with the same file name in other folders', () => {
    const second = ruleText({ id: `id: ${other}`, title: 'title: Another' });
    expect(
      places({ 'a/one_example.yml': ruleText(), 'b/one_example.yml': second }, ['duplicate_filename']),
    ).toHaveLength(2);
  });

  it('of one file have findings on their own lines', () => {
    const second = ruleText({
      id: `id: ${other}`,
      title: 'title: Another',
      tags: 'tags:\n    - attack.t9999',
    });
    expect(places(`${ruleText()}---\n${second}`)).toEqual(['attacktag 32:7']);
  });

  it('a correlation finds the rules it names in other files, by id in any case or by name', () => {
    const correlation = (rules: string): string =>
      `title: Many\nid: ${other}\ncorrelation:\n    type: event_count\n    rules:\n        - ${rules}\n    group-by:\n        - User\n    timespan: 5m\n    condition:\n        gte: 10\n`;
    const named = ruleText({ name: 'name: example_rule' });
    for (const rules of ['example_rule', id, id.toUpperCase()])
      expect(places({ 'one_example.yml': named, 'two_example.yml': correlation(rules) })).toEqual([]);
    expect(places({ 'one_example.yml': named, 'two_example.yml': correlation('no_rule') })).toEqual([
      'dangling_reference 5:5',
    ]);
  });

  it('a filter names rules that are there', () => {
    const filter = `title: Not These\nid: ${other}\nlogsource:\n    product: windows\nfilter:\n    rules:\n        - gone\n    selection:\n        User: x\n    condition: not selection\n`;
    expect(places({ 'one_example.yml': filter })).toEqual(['dangling_reference 6:5']);
  });

  it('that are broken do not hide the others', () => {
    expect(
      places(`${ruleText({ tags: 'tags:\n    - attack.t9999' })}---\ntitle: [\n---\ntitle: x\n`),
    ).toEqual([
      'attacktag 10:7',
      expect.stringMatching(/^HB_RULE_YAML 2\d:/),
      expect.stringMatching(/^HB_RULE_INVALID 2\d:1$/),
    ]);
  });
});

describe('file names', () => {
  it.each(['short.yml', `${'x'.repeat(100)}.yml`, 'no_good_ending.yaml'])('%s is told of once', (name) => {
    const second = ruleText({ id: `id: ${other}`, title: 'title: Another' });
    expect(places({ [name]: `${ruleText()}---\n${second}` })).toEqual(['filename_length 1:1']);
  });
});

describe('a choice of validators', () => {
  const names = (...args: Parameters<typeof chooseValidators>): string[] =>
    chooseValidators(...args).map(({ name }) => name);

  it('takes names, all, and leaves out those with a hyphen', () => {
    expect(names({ names: ['stptag'] })).toEqual(['stptag']);
    expect(names({ names: ['all', '-stptag'] })).toHaveLength(names().length - 1);
    expect(names({ names: ['-stptag'] })).not.toContain('stptag');
    expect(names({ names: ['-all'] })).toEqual([]);
    expect(names({ exclude: ['stptag'] })).not.toContain('stptag');
  });

  it('has conventions only when asked', () => {
    expect(names().filter((name) => name.startsWith('sigmahq_'))).toEqual([]);
    expect(names({ conventions: ['sigmahq'] })).toContain('sigmahq_title_case');
  });

  it('refuses a name that is none, and says what was meant', () => {
    expect(() => names({ names: ['stp_tag'] })).toThrow(
      expect.objectContaining({ code: 'HB_USAGE', hint: 'Did you mean stptag?' }),
    );
  });
});

describe('hostile rules', () => {
  it.each(['__proto__', 'constructor', 'toString', 'position', 'values'])(
    'a detection may be named %s',
    (name) => {
      expect(
        places(
          ruleText(detection(`"${name}":\n    Image: x\nselection:\n    Image: y\ncondition: selection`)),
        ),
      ).toEqual(['dangling_detection 16:5']);
    },
  );

  const count = 8000;
  const many = (line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('');

  it.each([
    ['tags', ruleText({ tags: `tags:${many((index) => `\n    - x.T${index}`)}` })],
    [
      'false positives',
      ruleText({ falsepositives: `falsepositives:${many((index) => `\n    - a${index}`)}` }),
    ],
    ['references', ruleText({ references: `references:${many((index) => `\n    - r${index >> 1}`)}` })],
    ['unknown keys', ruleText() + many((index) => `titl${index}: 1\n`)],
    ['detections', ruleText(detection(`${many((index) => `d${index}:\n    Image: x\n`)}condition: d1`))],
    [
      'documents',
      many(
        (index) =>
          `title: T${index}\nlogsource:\n    product: x\ndetection:\n    a:\n        b: c\n    condition: a\n---\n`,
      ),
    ],
    ['lines', ruleText() + '  \n'.repeat(25 * count)],
    ['spaces', ruleText({ description: `description: a${' '.repeat(100 * count)}` })],
  ])('time grows with the size of a file, not with its square: %s', { timeout: 30_000 }, (_, text) => {
    const all = validators.map(({ name }) => name);
    const start = performance.now();
    findings(text, all);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('many findings in one file take no more than a moment', () => {
    const list = Array.from({ length: 20_000 }, (_, index) => `            - 'x${index}\\*'`).join('\n');
    const text = ruleText({
      detection: `detection:\n    selection:\n        Image:\n${list}\n    condition: selection`,
    });
    const start = performance.now();
    expect(findings(text, ['escaped_wildcard'])).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
