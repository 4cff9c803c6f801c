import { describe, expect, it } from 'vitest';
import { makeAtom, compileAtom } from '../../src/detect/atoms.ts';
import { SlotMatcher } from '../../src/detect/slot.ts';
import { Matcher } from '../../src/detect/index.ts';
import { EventBatch, FieldTable, ObjectBatch, type RowReader } from '../../src/events/index.ts';
import { compileText, eventOf, matchAll, rule } from './support.ts';

describe('hostile rules and events', () => {
  it('do not stall a hunt by expressions over values beyond ASCII', () => {
    const set = compileText(
      rule("s: {CommandLine|re|i: '(?:set).*&&\\s?set.*(?:environment|invoke).*&&.*\"'}\ncondition: s"),
    );
    const started = performance.now();
    matchAll(set, [{ CommandLine: `${'set&&set invoke&&'.repeat(119)}é` }]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('do not end a hunt by an expression that V8 finds too large', () => {
    const set = compileText(rule(`s: {Image|re: '(?!x)(${'a+'.repeat(10_000)})b'}\ncondition: s`));
    if (set.rules.length > 0) expect(matchAll(set, [{ Image: 'ab.exe' }])).toEqual([[]]);
  });

  it('do not build a program for every provider that no rule names', () => {
    const rules = Array.from({ length: 300 }, (_, i) =>
      rule(
        `s: {Image|contains: [value${i}a, value${i}b]}\ncondition: s`,
        'product: windows\n  category: process_creation',
      ),
    );
    const fields = new FieldTable();
    const matcher = new Matcher(compileText(rules.join('---\n'), 'auto'), fields);
    const batch = new ObjectBatch('test', fields);
    for (let i = 0; i < 3000; i++) {
      const event = {
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        EventID: 1,
        Provider_Name: `p${i}`,
        Image: 'value7a',
      };
      batch.add(eventOf(event), i + 1);
    }
    let found = 0;
    matcher.match(batch.batch, () => found++);
    expect(found).toBe(3000);
    expect(matcher.programs().length).toBe(1);
  });

  it('keep the values of one reader apart from those of another', () => {
    const fields = new FieldTable();
    const matcher = new Matcher(compileText(rule('s: {A|exists: true}\ncondition: s')), fields);
    const batchOf = (rawText: 'json' | 'utf16le', value: string | null): EventBatch => {
      const reader: RowReader = {
        decode: () => value,
        event: () => eventOf({ A: value }),
        position: () => 1,
      };
      const batch = new EventBatch('test', reader);
      batch.rawText = rawText;
      batch.addCell(fields.find('A'), 0, 0, 0);
      batch.endRow();
      return batch;
    };
    const matches = (batch: EventBatch): number => {
      let count = 0;
      matcher.match(batch, () => count++);
      return count;
    };
    expect(matches(batchOf('json', ''))).toBe(1);
    expect(matches(batchOf('utf16le', null))).toBe(0);
  });

  it('do not slip by the literals that expressions are filed under', () => {
    const cases: [string, string][] = [
      ['[^]abc]x', 'zx'],
      ['ab{,3}c', 'ac'],
      ['(?x)abc def', 'abcdef'],
      ['[[:alpha:]xyz]q', 'aq'],
      ['[^[:alpha:]xyz]q', '1q'],
      ['\\Q[\\Eabc|zz]z', '[abc'],
    ];
    for (const [source, value] of cases) {
      let atom;
      try {
        atom = makeAtom('A', { kind: 'regex', source, flags: '' });
        compileAtom(atom);
      } catch {
        continue;
      }
      const slot = new SlotMatcher(new Map([[0, atom]]));
      expect([...slot.match(value)], source).toEqual(compileAtom(atom)(value) ? [0] : []);
    }
  });

  it('do not reach into prototypes by the names of log sources', () => {
    const set = compileText(
      [
        rule('s: {A: x}\ncondition: s', 'category: __proto__'),
        rule('s: {A: x}\ncondition: s', 'category: constructor'),
      ].join('---\n'),
      'auto',
    );
    expect(set.refused.map(({ code }) => code)).toEqual(['HB_RULE_LOGSOURCE', 'HB_RULE_LOGSOURCE']);
  });
});
