/** Where the shared data lie, if they are there: beside the repository, or where HUNTBOOK_SHARED says. */
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
export const shared = process.env['HUNTBOOK_SHARED'] ?? path.resolve(root, '../shared');

/** Path of shared data; tests that need it are skipped with a plain message where it is missing. */
export function sharedPath(...parts: string[]): { path: string; missing: boolean; note: string } {
  const found = path.join(shared, ...parts);
  const missing = !existsSync(found);
  const note = missing ? ` (skipped: ${parts.join('/')} is not beside the repository)` : '';
  return { path: found, missing, note };
}
