/** The shorter way through usual YAML against the full reader: where it reads at all, it must read the same. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listRuleFiles } from '../../src/rules/index.ts';
import { readUsualYaml } from '../../src/sigma/yaml-usual.ts';
import { readYaml } from '../../src/sigma/yaml.ts';
import { noRules, ruleText, sigmaDir } from './support.ts';

function sameAsFull(text: string): boolean {
  const usual = readUsualYaml(text);
  if (usual === undefined) return false;
  const documents = readYaml(text, 'x.yml', true);
  expect(documents.map((document) => [document.error?.message, document.value])).toEqual([
    [undefined, usual],
  ]);
  return true;
}

describe('usual YAML', () => {
  it('is taken the shorter way', () => {
    const text = `# A comment
title: Test no:map
author: 'It''s me' # who
description: |

    First line
      indented # no comment

    last: line

tags:
- attack.t1059
-   cve.2024
detection:
    sel:
        - Image|endswith: '\\a.exe'
          EventID:
            - 1
            - 0777
          "b c": yes
        -   c: ~
            d:
    '|all': {{
    condition: 1 of sel*
`.replace(': {{', ': x');
    expect(sameAsFull(text)).toBe(true);
    expect(sameAsFull(text.replaceAll('|\n', '|-\n'))).toBe(true);
    expect(sameAsFull(ruleText('sel:\n  a: b\ncondition: sel'))).toBe(true);
  });

  it.each([
    'a: b\n  c',
    'a: b\n  c: d',
    'a: "b\\n"',
    'a: [b]',
    'a: &x b',
    'a: *x',
    '<<: x',
    '1: x',
    'yes: x',
    '? a',
    'a: b: c',
    "a: 'b' c",
    "a: 'b",
    'a: >\n  b',
    'a: |2\n  b',
    'a: |\nb: c',
    'a:\tb',
    'a: b\r\n',
    '- a',
    ' a: b',
    'a:\n  b: c\n d: e',
    'a:\n- b\n - c',
    'a: b\n---\nc: d',
    '__proto__: x',
    'a',
    '',
    'a: \u0085',
    'a: 😀',
    '%YAML 1.1\n---\na: b',
    'a: - b',
    'a: ---\n--- b',
    'a: !!str 1',
  ])('leaves %j to the full reader, or reads the same', (text) => {
    sameAsFull(text);
  });

  it('is read the same in any arrangement of lines', () => {
    const pieces =
      "a|b: c|a:|- x|-|- a: b|'q'|'q': v|\"d\"|# c| # c|yes|1:30|- - x|x #y|it's: v|a:b|a: b:|-x|---|k: -|" +
      "k: 'a''b'|k: ''|k: \"x\" #|~: 1|é: ü|k: 'x' y|a: b: c|k:  v  |- 'it': 1|-  0777";
    const piece = fc.constantFrom('|', '|-', ': |', 'k: |', 'k: |-', ...pieces.split('|'));
    const line = fc
      .tuple(fc.constantFrom(0, 0, 0, 2, 2, 4, 1), piece, fc.constantFrom('', '', '', ' ', ' # z'))
      .map(([indent, text, end]) => ' '.repeat(indent) + text + end);
    const lines = fc.array(fc.oneof({ weight: 8, arbitrary: line }, fc.constantFrom('', '  ')), {
      maxLength: 7,
    });
    let taken = 0;
    fc.assert(
      fc.property(lines, (list) => {
        if (sameAsFull(list.join('\n'))) taken++;
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  it.skipIf(noRules)(
    'is what nearly all public rules are, and they read the same (skipped without the data)',
    () => {
      const { files } = listRuleFiles([sigmaDir]);
      let taken = 0;
      for (const { path } of files) if (sameAsFull(readFileSync(path, 'utf8'))) taken++;
      expect(taken / files.length).toBeGreaterThan(0.98);
    },
  );
});
