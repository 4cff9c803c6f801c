/** Checks of log sources against the fields and events that Windows and Sysmon give. */
import type { SigmaValue } from '../ast.ts';
import { quote } from '../fault.ts';
import { categoryOfSysmonEvent, fieldsOfCategory } from './sysmon.ts';
import { probableName } from './text.ts';
import type { Validator } from './types.ts';

const core = { group: 'core', byDefault: true } as const;

export const logSourceValidators: readonly Validator[] = [
  {
    ...core,
    name: 'specific_instead_of_generic_logsource',
    severity: 'error',
    description: 'A Sysmon event is asked for by its category, not by service and event id.',
    check(document, { items, report, source }) {
      if (document.kind === 'correlation') return;
      const { product, service, category } = document.logsource;
      if (product !== 'windows' || service !== 'sysmon' || category !== undefined) return;
      for (const { item } of items) {
        if (item.field !== 'EventID' || item.negated) continue;
        item.values.forEach((value, index) => {
          const generic = categoryOfSysmonEvent(numberOf(value));
          if (generic !== null)
            report(
              `event ${numberOf(value)} of Sysmon has the category ${generic}, which other sources of such events have too`,
              source.valuePlace(item.position, index),
            );
        });
      }
    },
  },
  {
    ...core,
    name: 'fieldname_logsource',
    severity: 'warning',
    description: 'No field looks like a misspelled one of the log source (Windows categories).',
    check(document, { items, report }) {
      if (document.kind === 'correlation') return;
      const { category, product } = document.logsource;
      if (category === undefined || (product !== undefined && product !== 'windows')) return;
      for (const { item } of items) {
        const meant = item.field === null ? null : meantField(category, item.field);
        if (meant !== null)
          report(`${category} has no field ${quote(item.field as string)}; it has ${meant}`, item.position);
      }
    },
  },
];

/** By category and field; rules share few. */
const meantFields = new Map<string, string | null>();
const maxMeant = 10_000;

/** The field of the category that was probably meant; null when the field is right, or like no other. */
function meantField(category: string, field: string): string | null {
  const known = fieldsOfCategory(category);
  if (known === null) return null;
  const key = `${category} ${field}`;
  let meant = meantFields.get(key);
  if (meant === undefined) {
    if (meantFields.size >= maxMeant) meantFields.clear();
    meantFields.set(key, (meant = probableName(field, known, 1)));
  }
  return meant;
}

function numberOf(value: SigmaValue): number {
  if (value.kind === 'number') return Number(value.value);
  return value.kind === 'string' && value.parts.length === 1 ? Number(value.parts[0]) : Number.NaN;
}
