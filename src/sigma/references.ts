/** Which documents correlations mean by the ids and names they list. */
import { HuntbookError } from '../errors.ts';
import type { ParseResult } from './ast.ts';
import { quote } from './fault.ts';

/** Rules that correlations name and that are not among the results. */
export function findMissingReferences(result: Pick<ParseResult, 'rules' | 'correlations'>): HuntbookError[] {
  const known = new Set<string>();
  for (const { id, name } of [...result.rules, ...result.correlations]) {
    if (id !== null) known.add(id);
    if (name !== null) known.add(name);
  }
  const errors: HuntbookError[] = [];
  for (const correlation of result.correlations) {
    const missing = correlation.rules.find((reference) => !known.has(reference));
    if (missing === undefined) continue;
    const { line, column } = correlation.position;
    errors.push(
      new HuntbookError(
        'HB_RULE_REFERENCE',
        `${correlation.path}:${line}:${column}: the correlation names the rule ${quote(missing)}, which was not found`,
        { position: { file: correlation.path, line, column } },
      ),
    );
  }
  return errors;
}
