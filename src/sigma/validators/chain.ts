/** Checks of what chains of processes name, and of what names them. */
import type { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { checkExcluded, checkSteps } from '../chain-references.ts';
import type { DocumentSet, Validator } from './types.ts';

export const chainValidators: readonly Validator[] = [
  {
    group: 'core',
    byDefault: true,
    name: 'chain_rules',
    severity: 'error',
    description:
      'Steps of a process chain are rules, those between them about process creation; chains are not named.',
    check(document, { report, source, set }) {
      if (document.kind !== 'correlation') return;
      const reportAt =
        (key: string) =>
        ({ message, position }: HuntbookError): void => {
          const prefix = `${document.path}:${position?.line}:${position?.column}: `;
          const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
          report(text, source.childPlace('correlation', key));
        };
      checkSteps(document, named(document.rules, set), reportAt('rules'));
      checkExcluded(document, named(document.chain?.notBetween ?? [], set), reportAt('not-between'));
    },
  },
];

/** What is not found, or found twice, is for other validators. */
function named(references: readonly string[], set: DocumentSet): (SigmaRule | SigmaCorrelation)[] {
  return references.flatMap((reference) => {
    const found = [...(set.byName.get(reference) ?? []), ...(set.byId.get(reference.toLowerCase()) ?? [])];
    const [document] = found.filter((one) => one.kind !== 'filter');
    return document === undefined || new Set(found).size > 1 ? [] : [document];
  });
}
