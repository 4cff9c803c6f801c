import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { writeYaml } from '../../../src/sigma/targets/elastalert-yaml.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations } from './deviations/elastalert.ts';
import { hostileText, ruleOf } from './elastic.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('elastalert', () => {
  it('writes the cases as golden/elastalert.txt has them', () => {
    const { made, stored } = golden('elastalert');
    expect(made).toBe(stored);
  });

  it.skipIf(missing)(`agrees with the rules of the reference, or says why not${note}`, () => {
    const oracle = {
      file: 'extra/elastalert__ecs_windows',
      target: 'elastalert',
      pipelines: ['ecs_windows'],
    };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
    expect(result.same / result.total).toBeGreaterThan(0.97);
  });

  it.skipIf(missing)(`agrees on the micro-cases, or says why not${note}`, () => {
    const result = compareMicro(shared, 'elastalert|none|default', 'elastalert', deviations);
    expect(result.different).toEqual([]);
  });

  it('writes YAML that is read back as it was, in lines of ASCII', () => {
    const text = fc.oneof(
      hostileText(),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('word', 'x'.repeat(60), ' ', '  ', "'", '"', ': ', ' #', '\n', 'é', '- '), {
          maxLength: 40,
        })
        .map((all) => all.join('')),
      fc.constantFrom('yes', '1', '1.5', '~', 'null', '=', '<<', '2024-01-01', '', '---', '-', '?', '0x1'),
    );
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (one, several) => {
        const data = { a: one, list: several, map: { deep: [{ text: one, more: { x: 1 } }] } };
        // Halves of pairs have no place in YAML.
        fc.pre(one.isWellFormed() && several.every((item) => item.isWellFormed()));
        const yaml = writeYaml(data);
        expect(yaml).toMatch(/^[\n\x20-\x7e]*$/);
        expect(load(yaml)).toEqual(data);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives every condition of a rule a name of its own', () => {
    const yaml = 'title: t\nlogsource: {product: x}\ndetection: {a: {A: x}, b: {B: y}, condition: [a, b]}\n';
    const names = written('elastalert', yaml).match(/^name: .*$/gm);
    expect(names).toEqual(['name: t', 'name: t (2)']);
  });

  it('keeps every value within the query, and the query within the YAML', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        fc.pre(value.isWellFormed());
        const made = load(written('elastalert', ruleOf('f', value))) as { filter: unknown };
        expect(made.filter).toEqual([
          { query: { query_string: { query: written('lucene', ruleOf('f', value)) } } },
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
