/** The bounds within which the matcher remembers values. */
import { Interner } from '../events/index.ts';

const maxEntries = 1 << 20;
const maxBytes = 48 * 1024 * 1024;
/** Longer values are not remembered: they rarely repeat. */
export const longestInterned = 16 * 1024;

export function boundedInterner(): Interner {
  return new Interner(maxEntries, maxBytes);
}
