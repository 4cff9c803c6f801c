import type { Deviation } from '../oracle.ts';

const same = (ours: string, theirs: string): boolean =>
  ours.startsWith('sequence') &&
  ours.replaceAll(/(\S+) == (\d+)/g, '$1:$2').replaceAll(/\s+/g, ' ') ===
    theirs.replaceAll(/\s+/g, ' ').trim();

/** Of the micro-cases; they have numbers in all rules. */
export const eqlCorrelations: readonly Deviation[] = [
  {
    id: 'correlation-numbers',
    reason: 'numbers by ==, see there; one space between words',
    applies: (_, ours, theirs) => same(ours, theirs),
  },
  {
    id: 'correlation-any',
    reason: 'events of any of the rules are counted, not events of one after events of the other',
    applies: (_, ours, theirs) =>
      theirs.includes('with runs=') &&
      same(ours, theirs.replace(/\[any where (.*?)\] \n \[any where (.*?)\]/, '[any where ($1) or ($2)]')),
  },
  {
    id: 'correlation-gt',
    reason: 'more than three are four',
    applies: (_, ours, theirs) =>
      same(
        ours.replace(/runs=(\d+)/, (_all, count: string) => `runs=${Number(count) - 1}`),
        theirs,
      ),
  },
  {
    id: 'correlation-span',
    reason: 'maxspan knows no weeks and months',
    applies: (_, ours, theirs) => same(ours, theirs.replace('=1w', '=604800s').replace('=1M', '=2629746s')),
  },
  {
    id: 'correlation-refused',
    reason: 'no sequence says fewer than, other than, distinct values or a sequence of sequences',
    verdict: (_, ours, theirs) => ours === null && theirs !== null && theirs.startsWith('sequence'),
  },
  {
    id: 'correlation-temporal',
    reason:
      'sample knows no time span, and asks for all of the rules; ours are sequences, one for each order',
    applies: (_, ours, theirs) =>
      theirs.startsWith('sample by ') &&
      ours.split('\u0001').every((query) => /^sequence by \S+ with maxspan=10m\n/.test(query)),
  },
  {
    id: 'correlation-ordered',
    reason: 'the reference adds a count of runs without a field',
    applies: (_, ours, theirs) => same(ours, theirs.replace(' by  with runs=2', '')),
  },
  {
    id: 'correlation-expression',
    reason: 'a condition without not is one sequence for each way to fulfil it',
    verdict: (_, ours, theirs) => ours !== null && theirs === null && ours.startsWith('sequence by '),
  },
];
