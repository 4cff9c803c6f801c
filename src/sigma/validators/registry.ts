/** All validators, and which of them a run makes. */
import { HuntbookError } from '../../errors.ts';
import { chainValidators } from './chain.ts';
import { conditionValidators } from './condition.ts';
import { logSourceValidators } from './logsource.ts';
import { metadataValidators } from './metadata.ts';
import { modifierValidators } from './modifiers.ts';
import { schemaValidators } from './schema.ts';
import { formConventions } from './sigmahq-form.ts';
import { textConventions } from './sigmahq-text.ts';
import { tagValidators } from './tags.ts';
import { probableName } from './text.ts';
import type { Validator } from './types.ts';
import { valueValidators } from './values.ts';

export const validators: readonly Validator[] = [
  ...metadataValidators,
  ...tagValidators,
  ...conditionValidators,
  ...chainValidators,
  ...valueValidators,
  ...modifierValidators,
  ...logSourceValidators,
  ...schemaValidators,
  ...textConventions,
  ...formConventions,
];

export interface ValidatorChoice {
  /**
   * Names, `all` (those of the default), or a name with `-` in front that is taken away. Without a name that is not
   * taken away, the default is what is taken from.
   */
  readonly names?: readonly string[];
  /** Names to leave out, as with `-`. */
  readonly exclude?: readonly string[];
  readonly conventions?: readonly string[];
}

export const conventions: readonly string[] = ['sigmahq'];

/** Throws HB_USAGE for a name that no validator has. */
export function chooseValidators({
  names = [],
  exclude = [],
  conventions: asked = [],
}: ValidatorChoice = {}): Validator[] {
  const added = names.filter((name) => !name.startsWith('-'));
  const removed = [...names.filter((name) => name.startsWith('-')).map((name) => name.slice(1)), ...exclude];
  for (const name of [...added, ...removed]) if (name !== 'all') checkName(name);
  const all = added.length === 0 || added.includes('all');
  return validators.filter(({ name, group, byDefault }) => {
    if (removed.includes(name) || removed.includes('all')) return false;
    return added.includes(name) || (all && byDefault) || asked.includes(group);
  });
}

function checkName(name: string): void {
  const known = validators.map((validator) => validator.name);
  if (known.includes(name)) return;
  const meant = probableName(name, known, 3);
  throw new HuntbookError('HB_USAGE', `there is no validator ${JSON.stringify(name)}`, {
    hint: meant === null ? 'Run huntbook sigma check --list for the names.' : `Did you mean ${meant}?`,
  });
}
