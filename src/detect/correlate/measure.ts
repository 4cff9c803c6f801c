/**
 * What a condition looks at in a window, kept up to date as events come and go: one measure for each group. Entries
 * are removed in the order in which they were added.
 */
import type { Entry } from './entry.ts';

export interface Measure {
  add(entry: Entry<unknown>): void;
  remove(entry: Entry<unknown>): void;
  /**
   * The measured value when the condition holds, else null. `complete`: all events of the window are known, so that
   * what is missing is missing.
   */
  judge(complete: boolean): number | null;
}
