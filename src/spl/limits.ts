/** Bounds of a search: what comes from a user may be hostile, and the engine must not run out of stack or memory. */

/** Characters of one search; Splunk's own default is of this order. */
export const MAX_TEXT = 400_000;
/** Commands of one pipeline. */
export const MAX_COMMANDS = 200;
/** Subsearches within subsearches. */
export const MAX_SUBSEARCHES = 8;
/** Parentheses, NOT and calls within each other: parser and compiler are recursive. */
export const MAX_NESTING = 100;
/** Terms of one condition. */
export const MAX_TERMS = 50_000;
/** Operators of one kind in a row, each of which is a level of the expression in SQL. */
export const MAX_CHAIN = 400;
/** Rows that `makeresults` makes. */
export const MAX_MADE = 1_000_000;
/** Results of a subsearch that stands in a condition (Splunk: `maxout` of limits.conf). */
export const MAX_SUBSEARCH_RESULTS = 10_000;
