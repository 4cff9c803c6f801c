import type { Deviation } from '../oracle.ts';
import { undoCalls } from './undo-call.ts';

const withoutCoalesce = (ours: string): string =>
  undoCalls(ours, 'NOT coalesce(', ', false)', (operand) => `NOT ${operand}`, true);
const withoutFolding = (ours: string): string =>
  undoCalls(ours, 'lowerUTF8(', ')', (operand) => operand, true);
const withTokens = (ours: string): string =>
  ours.replaceAll(/\bfull_log ILIKE '%((?:[^'\\]|\\.|'')*)%'/g, (_, text: string) => {
    const plain = text.replaceAll(/\\\\\\\\|\\\\([%_])/g, (_all, sign?: string) => `\\${sign ?? '\\'}`);
    return `hasToken(full_log, '${plain}')`;
  });
const withDots = (ours: string): string =>
  ours
    .replaceAll(/match\((\S+), '\(\?-s\)/g, "match($1, '")
    .replaceAll(/match\((\S+), '\(\?([im]+)-s\)/g, "match($1, '(?$2)");
/** The reference leaves names such as `id.resp_h` without quotes there. */
const bareAddresses = (ours: string): string =>
  ours.replaceAll(/if\(isIPv4String\((`[^`]+`|\w+)\) OR isIPv6String\(\1\), \1, NULL\)/g, (_, name: string) =>
    name.replaceAll('`', ''),
  );
const all = (ours: string): string => withDots(withTokens(withoutFolding(withoutCoalesce(ours))));

/** Literals of lists as for LIKE. */
const withEscapes = (ours: string): string =>
  undoCalls(ours, "lowerUTF8('", "')", (text) => `lowerUTF8('${text.replaceAll(/[%_]/g, '\\$&')}')`, true);

export const deviations: Deviation[] = [
  {
    id: 'case',
    reason: '= and IN are exact in ClickHouse; values of rules are not',
    undo: withoutFolding,
  },
  {
    id: 'not-of-null',
    reason: 'without coalesce, NOT of a field that is missing is null, and the event is lost',
    undo: (ours) => withoutFolding(withoutCoalesce(ours)),
  },
  {
    id: 'keywords-anywhere',
    reason: 'hasToken takes one word of letters and digits only, and with case; keywords are text anywhere',
    undo: (ours) => withTokens(withoutFolding(withoutCoalesce(ours))),
  },
  {
    id: 'lists-are-no-patterns',
    reason: 'texts in IN (...) are not LIKE patterns: an escaped underscore there is another text',
    undo: (ours) => withTokens(withoutFolding(withoutCoalesce(withEscapes(ours)))),
  },
  {
    id: 'addresses-only',
    reason: 'isIPAddressInRange ends the query with an error for text that is no address',
    undo: (ours) => bareAddresses(withTokens(withoutFolding(withoutCoalesce(ours)))),
  },
  {
    id: 'dots-within-lines',
    reason: '. also matches line ends in ClickHouse, unless (?-s) stands before',
    undo: (ours) => bareAddresses(all(ours)),
  },
];
