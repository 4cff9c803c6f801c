import { describe, expect, it } from 'vitest';
import { parseRules } from '../../src/sigma/index.ts';
import { faultOf, parseError, parseOne, ruleText } from './support.ts';

const body = `logsource:
  category: process_creation
detection:
  sel:
    a: b
  condition: sel
`;
const withLine = (line: string): string => `title: Test\n${line}\n${body}`;

describe('a rule document', () => {
  it('keeps everything that is written', () => {
    const rule = parseOne(`title: Whole
id: 0b9ad457-2554-44c1-82c2-d56a99c42377
name: whole_rule
related:
  - id: 1277f594-a7d1-4f28-a2d3-73af5cbeab43
    type: derived
status: test
description: |
  Two
  lines
license: DRL-1.1
author: Someone
references: [https://example.org]
date: 2024-01-02
modified: '2024/3/4'
tags: [attack.t1059.001, cve.2024-1]
scope: [server]
fields: [a]
falsepositives: [Unlikely]
level: HIGH
extra: {depth: [1, 2024-01-01]}
logsource: {product: windows, service: security, definition: needs auditing, custom: 1}
detection:
  sel: {Image|endswith: '\\a.exe', EventID: 1}
  keywords: [one, 2]
  condition: [sel, 1 of them]
`);
    expect(rule).toEqual({
      kind: 'rule',
      path: 'rule.yml',
      document: 0,
      position: { line: 1, column: 1 },
      title: 'Whole',
      id: '0b9ad457-2554-44c1-82c2-d56a99c42377',
      name: 'whole_rule',
      related: [{ id: '1277f594-a7d1-4f28-a2d3-73af5cbeab43', type: 'derived' }],
      status: 'test',
      description: 'Two\nlines\n',
      license: 'DRL-1.1',
      author: 'Someone',
      references: ['https://example.org'],
      date: '2024-01-02',
      modified: '2024-03-04',
      taxonomy: 'sigma',
      tags: ['attack.t1059.001', 'cve.2024-1'],
      scope: ['server'],
      fields: ['a'],
      falsepositives: ['Unlikely'],
      level: 'high',
      custom: { extra: { depth: [1, '2024-01-01'] } },
      logsource: { product: 'windows', service: 'security', definition: 'needs auditing' },
      detections: {
        sel: {
          kind: 'and',
          items: [
            {
              kind: 'item',
              field: 'Image',
              modifiers: ['endswith'],
              values: [{ kind: 'string', parts: [0, '\\a.exe'], cased: false }],
              link: 'or',
              negated: false,
              position: { line: 24, column: 9 },
            },
            {
              kind: 'item',
              field: 'EventID',
              modifiers: [],
              values: [{ kind: 'number', value: 1 }],
              link: 'or',
              negated: false,
              position: { line: 24, column: 35 },
            },
          ],
        },
        keywords: {
          kind: 'item',
          field: null,
          modifiers: [],
          values: [
            { kind: 'string', parts: ['one'], cased: false },
            { kind: 'number', value: 2 },
          ],
          link: 'or',
          negated: false,
          position: { line: 25, column: 3 },
        },
      },
      conditions: [
        { text: 'sel', tree: { kind: 'ref', name: 'sel' } },
        { text: '1 of them', tree: { kind: 'of', quantifier: '1', pattern: 'them' } },
      ],
    });
  });

  it('is plain data', () => {
    const rule = parseOne(ruleText("sel:\n  f|re|i: a\n  g|expand: '%x%'\ncondition: sel"));
    expect(JSON.parse(JSON.stringify(rule))).toEqual(rule);
  });

  const wrong: [string, string][] = [
    ['id: not-a-uuid', 'HB_RULE_INVALID 2:5'],
    ['id: 5', 'HB_RULE_INVALID 2:5'],
    ['status: foo', 'HB_RULE_INVALID 2:9'],
    ['status: [test]', 'HB_RULE_INVALID 2:9'],
    ['level: severe', 'HB_RULE_INVALID 2:8'],
    ["date: '2024-13-45'", 'HB_RULE_INVALID 2:7'],
    ['date: 2024-02-30', 'HB_RULE_INVALID 2:7'],
    ['date: soon', 'HB_RULE_INVALID 2:7'],
    ['modified: [1]', 'HB_RULE_INVALID 2:11'],
    ['tags: [foo]', 'HB_RULE_INVALID 2:8'],
    ['tags: [attack.x, 5]', 'HB_RULE_INVALID 2:18'],
    ['tags: attack.t1059', 'HB_RULE_INVALID 2:7'],
    ["name: ''", 'HB_RULE_INVALID 2:7'],
    ['author: [a]', 'HB_RULE_INVALID 2:9'],
    ['references: x', 'HB_RULE_INVALID 2:13'],
    ['falsepositives: none', 'HB_RULE_INVALID 2:17'],
    ['related: [{id: x, type: derived}]', 'HB_RULE_INVALID 2:11'],
    ['related: [{id: 1277f594-a7d1-4f28-a2d3-73af5cbeab43, type: cousin}]', 'HB_RULE_INVALID 2:11'],
  ];
  it.each(wrong)('refuses %s with its place', (line, fault) => {
    expect(faultOf(withLine(line))).toBe(fault);
  });

  const broken: [string, string, string][] = [
    ['no title', body, 'HB_RULE_INVALID 1:1'],
    ['a title that is a number', `title: 5\n${body}`, 'HB_RULE_INVALID 1:8'],
    ['a title that is too long', `title: ${'x'.repeat(257)}\n${body}`, 'HB_RULE_INVALID 1:8'],
    ['no log source', 'title: T\ndetection:\n  a: {b: c}\n  condition: a\n', 'HB_RULE_INVALID 1:1'],
    [
      'an empty log source',
      `title: T\nlogsource: {}\ndetection:\n  a: {b: c}\n  condition: a\n`,
      'HB_RULE_INVALID 2:12',
    ],
    [
      'a log source that is text',
      `title: T\nlogsource: x\ndetection: {a: {b: c}, condition: a}`,
      'HB_RULE_INVALID 2:12',
    ],
    ['no detection', 'title: T\nlogsource: {product: x}', 'HB_RULE_INVALID 1:1'],
    [
      'a detection that is a list',
      'title: T\nlogsource: {product: x}\ndetection: [a]',
      'HB_RULE_INVALID 3:12',
    ],
    ['only a condition', ruleText('condition: a'), 'HB_RULE_INVALID 5:3'],
    ['no condition', ruleText('a: {b: c}'), 'HB_RULE_CONDITION 5:3'],
    ['an empty map', ruleText('a: {}\ncondition: a'), 'HB_RULE_INVALID 5:6'],
    ['an empty map in a list', ruleText('a:\n  - b: c\n  - {}\ncondition: a'), 'HB_RULE_INVALID 7:7'],
    ['a map as value', ruleText('a:\n  b:\n    c: d\ncondition: a'), 'HB_RULE_VALUE 7:7'],
    [
      'a map in a list of values',
      ruleText('a:\n  b:\n    - x\n    - c: d\ncondition: a'),
      'HB_RULE_VALUE 8:9',
    ],
    ['an unknown action', 'action: jump\ntitle: T', 'HB_RULE_INVALID 1:1'],
  ];
  it.each(broken)('refuses %s with its place', (_, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('takes a list of values that is empty as null, and a detection that is empty as a keyword that is null', () => {
    expect(parseOne(ruleText('a: {f: []}\ncondition: a')).detections['a']).toMatchObject({
      values: [{ kind: 'null' }],
    });
    expect(parseOne(ruleText('a: []\ncondition: a')).detections['a']).toMatchObject({
      field: null,
      values: [{ kind: 'null' }],
    });
  });

  it('names the file in the message', () => {
    expect(parseError(withLine('level: severe')).message).toBe(
      'rule.yml:2:8: the level "severe" is none of informational, low, medium, high, critical',
    );
  });

  it('finds positions of items through comments, quotes and values that look like keys', () => {
    const rule = parseOne(
      ruleText(`# b: comment
a:
  first: 'b: no'
  "b": |
    b : x
    c: y
  'c|contains': z
d:
  - e: 1
    f: 2
  -   g: 3
condition: a or d`),
    );
    const places = Object.values(rule.detections).flatMap((detection) =>
      detection.kind === 'item'
        ? []
        : detection.items.flatMap((item) => (item.kind === 'item' ? [item] : item.items)),
    );
    expect(
      places.map((item) =>
        item.kind === 'item' ? [item.field, item.position.line, item.position.column] : [],
      ),
    ).toEqual([
      ['first', 7, 5],
      ['b', 8, 6],
      ['c', 11, 6],
      ['e', 13, 7],
      ['f', 14, 7],
      ['g', 15, 9],
    ]);
  });
});

describe('several documents', () => {
  it('share what a global document says', () => {
    const { rules, errors } = parseRules(
      `action: global
title: Shared
logsource: {product: windows}
detection:
  condition: sel
---
detection:
  sel: {a: b}
---
action: reset
---
title: Own
logsource: {product: linux}
detection:
  sel: {c: d}
  condition: sel
---
action: repeat
title: Again
detection:
  sel: {c: e}
`,
      'x.yml',
    );
    expect(errors).toEqual([]);
    expect(rules.map((rule) => [rule.title, rule.document, rule.logsource.product])).toEqual([
      ['Shared', 1, 'windows'],
      ['Own', 3, 'linux'],
      ['Again', 4, 'linux'],
    ]);
    expect(rules[2]?.detections['sel']).toMatchObject({ values: [{ parts: ['e'] }] });
    expect(rules[1]?.detections['sel']).toMatchObject({ values: [{ parts: ['d'] }] });
  });

  it('give an error each, at their own lines', () => {
    const { rules, errors } = parseRules(
      `${ruleText('a: {}\ncondition: a')}---\n${withLine('level: x')}---\n${withLine('')}`,
      'x.yml',
    );
    expect(rules).toHaveLength(1);
    expect(errors.map((error) => error.position)).toEqual([
      { file: 'x.yml', line: 5, column: 6 },
      { file: 'x.yml', line: 9, column: 8 },
    ]);
  });
});
