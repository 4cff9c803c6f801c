import type { Deviation } from '../oracle.ts';

/** Ours compares with a cast, and keeps text that is no number out of what is greater. */
const asText = (ours: string): string =>
  ours
    .replaceAll(
      /\(([^\s()]+) (>=?) CAST\((\S+) AS NUMERIC\) AND \1 <= CAST\(9e999 AS NUMERIC\)\)/g,
      '$1 $2 $3',
    )
    .replaceAll(/(\S+) (<=?) CAST\((\S+) AS NUMERIC\)/g, '$1 $2 $3');

export const deviations: Deviation[] = [
  {
    id: 'ipv6-cut-group',
    reason:
      '`fe8%` also begins fe8::1 and 2603:1006:% leaves the network 2603:1006::/40; later versions agree with ours',
    undo: (ours) =>
      ours
        .replaceAll(
          / LIKE '((?:[0-9a-f]*:)*)_:%' ESCAPE '\\'(?: OR \S+ LIKE '\1_+:%' ESCAPE '\\')* OR \S+ LIKE '\1:%'/g,
          " LIKE '$1%'",
        )
        .replaceAll(/ LIKE '((?:[0-9a-f]+:)*)0:%' ESCAPE '\\' OR \S+ LIKE '\1:%'/g, " LIKE '$1%'")
        .replaceAll(/ LIKE '((?:[0-9a-f]+:)*[0-9a-f]+)_+:%'/g, " LIKE '$1%'"),
  },
  {
    id: 'compare-as-number',
    reason: 'a column of text is compared as text otherwise: 9 > 10; text that is no number is not greater',
    undo: asText,
  },
  {
    id: 'cidr-zero',
    reason: 'the whole of IPv4 is not any text',
    undo: (ours) => ours.replaceAll("GLOB '[0-9]*.[0-9]*.[0-9]*.[0-9]*'", "LIKE '%' ESCAPE '\\'"),
  },
  {
    id: 'exact-integers',
    reason: 'integers beyond 2^53 stay exact; the reference prints a rounded float',
    undo: (ours) => ours.replaceAll(/=(\d{16,})\b/g, (_, digits: string) => `=${Number(digits)}.0`),
  },
  {
    id: 'iso-week',
    reason: 'weeks are those of ISO 8601, as in the matcher; %W counts Mondays',
    undo: (ours) => ours.replaceAll("strftime('%V', ", "strftime('%W', "),
  },
  {
    id: 'nul',
    reason: 'text with NUL cannot be written in a statement nor compared by LIKE: refused',
    verdict: (rule, ours, theirs) =>
      ours === null && theirs !== null && JSON.stringify(rule.detections).includes('\\u0000'),
  },
  {
    id: 'correlations',
    reason:
      'one row for each group and run of windows, in milliseconds; test/parity runs both on the same events and compares',
    applies: (_, ours, theirs) => ours.startsWith('WITH c') && theirs.startsWith('WITH sigma_'),
  },
  {
    id: 'count-of-tuples',
    reason: 'value_count over several fields counts their tuples; the reference fails',
    verdict: (_, ours, theirs) => theirs === null && ours?.includes("|| ':' ||") === true,
  },
];
