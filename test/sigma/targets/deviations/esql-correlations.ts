import type { Deviation } from '../oracle.ts';

const grouped = (ours: string): string => ours.replace(/\n\| where \S+ is not null(?=\n)/, '');

/** Of the micro-cases. */
export const esqlCorrelations: readonly Deviation[] = [
  {
    id: 'correlation-month',
    reason: 'a month has 2,629,746 seconds in Sigma',
    undo: (ours) => grouped(ours).replace('(2629746seconds,', '(1months,'),
  },
  {
    id: 'correlation-group',
    reason: 'fields to group by are mapped as those of the rules are',
    undo: (ours) =>
      grouped(ours).replace('timebucket, winlog.computer_name', 'timebucket, winlog.event_data.Computer'),
  },
  {
    id: 'correlation-tuple',
    reason: 'the second argument of count_distinct is a precision, not a field',
    undo: (ours) =>
      grouped(ours)
        .replace(
          /count_distinct\(concat\(to_string\(([\w.]+)\), "\\n", to_string\(([\w.]+)\)\)\)/,
          'count_distinct($1, $2)',
        )
        .replace('timebucket, winlog.computer_name', 'timebucket, winlog.event_data.Computer'),
  },
  {
    id: 'correlation-rules',
    reason: 'an event may match several rules: each is asked for by itself',
    applies: (_, ours, theirs) =>
      theirs.includes('count_distinct(event_type)') &&
      ours.includes('rule_1=max(case(') &&
      sameEnds(ours, theirs),
  },
  {
    id: 'correlation-types',
    reason: 'order, conditions, sums, averages, medians and percentiles can be written',
    verdict: (_, ours, theirs) => ours !== null && theirs === null && ours.includes(' by timebucket'),
  },
];

/** The same search, and the same bound. */
function sameEnds(ours: string, theirs: string): boolean {
  const bound = /(>=|>|==) (\d+)$/;
  return ours.split('\n')[0] === theirs.split('\n')[0] && bound.exec(ours)?.[0] === bound.exec(theirs)?.[0];
}
