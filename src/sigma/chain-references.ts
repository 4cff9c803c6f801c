/** What a chain of processes may name, and what may name a chain. */
import type { HuntbookError } from '../errors.ts';
import type { SigmaCorrelation, SigmaRule } from './ast.ts';
import { label, referenceError } from './reference-error.ts';

type Named = SigmaRule | SigmaCorrelation;
type Refuse = (error: HuntbookError) => void;

/** The steps of a chain are rules, and no correlation is about chains. */
export function checkSteps(correlation: SigmaCorrelation, named: readonly Named[], refuse: Refuse): void {
  for (const document of named) {
    if (document.kind === 'rule') continue;
    if (correlation.chain)
      refuse(
        referenceError(
          correlation,
          `${label(document)} is a correlation, and a step of a process_chain must be a rule`,
          'HB_RULE_REFERENCE',
          'A step is one process that an event names: name the rules that the correlation is about.',
        ),
      );
    else if (document.chain)
      refuse(
        referenceError(
          correlation,
          `${label(document)} is a process_chain, and no correlation can name one`,
          'HB_RULE_REFERENCE',
          'A chain is found once its processes are known, after all other correlations. Name its rules, or make ' +
            'a longer chain.',
        ),
      );
  }
}

/** A process between two steps is judged by the event of its creation alone. */
export function checkExcluded(
  { path, position, chain }: SigmaCorrelation,
  named: readonly Named[],
  refuse: Refuse,
): void {
  const place = { path, position: chain?.notBetweenPosition ?? position };
  for (const document of named) {
    if (document.kind === 'correlation')
      refuse(referenceError(place, `${label(document)} is a correlation, and not-between takes rules`));
    else if (document.logsource.category !== 'process_creation')
      refuse(
        referenceError(
          place,
          `not-between takes rules about process creation, and ${label(document)} is about something else`,
          'HB_RULE_REFERENCE',
          'Its log source must have the category process_creation.',
        ),
      );
  }
}
