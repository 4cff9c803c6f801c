import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventFields } from '../../src/events/index.ts';
import { sharedPath } from '../support/data.ts';
import { compileText, matchAll } from './support.ts';

const micro = sharedPath('oracle', 'micro.jsonl');

interface MicroCase {
  readonly case: string;
  readonly feature: string;
  readonly group: string;
  readonly rule_yaml: string;
  readonly events: EventFields[];
  readonly match?: boolean[];
  readonly adjudication?: string;
  readonly pysigma2?: { readonly match: unknown };
}

/** Where the reference is wrong by its own adjudication, what is right. */
const adjudicated: Readonly<Record<string, boolean[]>> = {
  // "Expected: exact integer": 9007199254740992 is not 9007199254740993.
  m053: [true, false],
};

describe.skipIf(micro.missing)(`match verdicts of the micro-cases${micro.note}`, () => {
  const cases = micro.missing
    ? []
    : readFileSync(micro.path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line, exactIntegers) as MicroCase);
  // A selector that selects nothing is an error since pySigma 2; the verdicts are those of pySigma 1.
  const refusedSince2 = ({ pysigma2 }: MicroCase): boolean => pysigma2?.match === null;
  for (const one of cases.filter((c) => c.match && !refusedSince2(c))) {
    it(`${one.case}: ${one.feature}`, () => {
      const set = compileText(one.rule_yaml);
      expect(set.refused).toEqual([]);
      const verdicts = matchAll(set, one.events).map((rules) => rules.length > 0);
      const expected = adjudicated[one.case] ?? one.match;
      // Kelvin sign folding is left open by the specification.
      if (one.case !== 'm032') expect(verdicts).toEqual(expected);
    });
  }
});

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const text = context?.source;
  return typeof value === 'number' && text && /^-?\d+$/.test(text) && !Number.isSafeInteger(value)
    ? BigInt(text)
    : value;
}
