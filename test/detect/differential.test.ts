import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules, toExpression } from '../../src/sigma/index.ts';
import { evaluate } from '../sigma/reference.ts';
import { condition, eventFields, selection } from './generators.ts';
import { compileText, matchAll, rule } from './support.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 5000 : 400;

describe('the matcher', () => {
  it('agrees with a plain evaluation of random rules on random events', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(selection, selection, selection, condition), { minLength: 1, maxLength: 12 }),
        fc.array(eventFields, { minLength: 1, maxLength: 12 }),
        (rules, events) => {
          const yaml = rules
            .map(([s1, s2, s3, cond]) =>
              rule(
                `s1: ${JSON.stringify(s1)}\ns2: ${JSON.stringify(s2)}\ns3: ${JSON.stringify(s3)}\ncondition: ${cond}`,
              ),
            )
            .join('---\n');
          const parsed = parseRules(yaml, 'test.yml').rules;
          const set = compileText(yaml);
          fc.pre(set.rules.length > 0);
          const found = matchAll(set, events);
          events.forEach((event, i) => {
            const expected = parsed.flatMap((one, index) =>
              evaluate(toExpression(one, 0), event) ? [index] : [],
            );
            expect(found[i], `${yaml}\n${JSON.stringify(event)}`).toEqual(expected);
          });
        },
      ),
      { numRuns: runs },
    );
  });
});
