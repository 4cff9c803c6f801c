/** The form of checks that are only made with a convention: off unless asked for. */
import type { Severity, Validator } from './types.ts';

export function convention(
  name: string,
  severity: Severity,
  description: string,
  check: Validator['check'],
): Validator {
  return {
    name: `sigmahq_${name}`,
    group: 'sigmahq',
    byDefault: false,
    severity,
    description,
    check(document, context) {
      if (document.kind === 'rule') check(document, context);
    },
  };
}
