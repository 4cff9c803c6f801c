import type { Deviation } from '../oracle.ts';

/** Without buckets, and without the check that the group is there. */
function unbucketed(ours: string): string {
  return ours
    .replace(/ \| where isnotnull\(\S+\)(?= \| stats)/, '')
    .replace(/ by span\(`@timestamp`, \w+\)(?:, )?/, ' by ')
    .replace(/^source=/, '| search source=');
}

function asSearches(ours: string): string {
  return ours.replace(/^\| search /, '');
}

/** The searches of one index that the reference runs side by side, in one. */
function asOneSearch(theirs: string): string {
  return theirs.replace(
    /^\| multisearch ((?:\[search source=\S+ \| where .*?\] ?)+)(?= \|)/,
    (_, list: string) => {
      const searches = [...list.matchAll(/\[search (source=\S+) \| where (.*?)\]/g)];
      return `${searches[0]?.[1]} | where ${searches.map(([, , search]) => `(${search})`).join(' OR ')}`;
    },
  );
}

/** Of the micro-cases. */
export const pplCorrelations: readonly Deviation[] = [
  {
    id: 'correlation-span',
    reason: 'the reference loses the time span; events without a field to group by are no group',
    applies: (_, ours, theirs) => unbucketed(ours) === theirs,
  },
  {
    id: 'correlation-once',
    reason: 'an event that several searches of one index find counts once: one search with OR',
    applies: (_, ours, theirs) =>
      !theirs.includes('rule_') && asSearches(unbucketed(ours)) === asOneSearch(theirs),
  },
  {
    id: 'correlation-tuple',
    reason: 'the reference prints a list of Python',
    applies: (_, ours, theirs) =>
      theirs.includes("dc(['") &&
      ours.includes('dc(concat(cast(') &&
      ours.split(' | ')[1] === theirs.split(' | ')[1],
  },
  {
    id: 'correlation-rules',
    reason: 'which rules match is asked for, not how many values EventID has; conditions are honoured',
    applies: (_, ours, theirs) =>
      theirs.includes('dc(EventID) as unique_rules') && ours.includes('max(rule_1) as rule_1'),
  },
  {
    id: 'correlation-ordered',
    reason: 'the reference loses the order: refused',
    verdict: (_, ours, theirs) =>
      ours === null && theirs !== null && theirs.includes('dc(EventID) as unique_rules'),
  },
  {
    id: 'correlation-types',
    reason: 'other bounds, conditions, averages, medians and percentiles can be written',
    verdict: (_, ours, theirs) => ours !== null && theirs === null && ours.includes(' by span('),
  },
];
