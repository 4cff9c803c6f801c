/** Checks of what chains of processes name, and of what names them. */
import type { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { checkExcluded, checkSteps } from '../chain-references.ts';
import { label } from '../reference-error.ts';
import type { DocumentSet, Validator } from './types.ts';

/** Categories whose events name no process that acts. */
const nobody = new Set(
  'driver_load wmi_event sysmon_status sysmon_error antivirus webserver proxy dns firewall'.split(' '),
);

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
  {
    group: 'core',
    byDefault: true,
    name: 'chain_step_process',
    severity: 'warning',
    description: 'Steps of a process chain are about events that name the process that acts.',
    check(document, { report, source, set }) {
      if (document.kind !== 'correlation' || !document.chain) return;
      for (const step of named(document.rules, set)) {
        const category = step.kind === 'rule' ? step.logsource.category : undefined;
        if (category !== undefined && nobody.has(category))
          report(
            `the step ${label(step)} is never there: events of ${category} name no process`,
            source.childPlace('correlation', 'rules'),
          );
      }
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
