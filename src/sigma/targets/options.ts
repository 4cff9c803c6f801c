/** Options of a target, such as the index of a search: given by the caller, or left by a pipeline. */
import { HuntbookError } from '../../errors.ts';
import type { Target } from './types.ts';

/** Throws HB_USAGE for a format that the target does not have. */
export function checkFormat(target: Target, format: string): void {
  if (Object.hasOwn(target.formats, format)) return;
  throw new HuntbookError(
    'HB_USAGE',
    `${target.name} has no format ${JSON.stringify(format)}; it has ${Object.keys(target.formats).join(', ')}`,
  );
}

/** Throws HB_USAGE for an option that the target does not have. */
export function checkOptions(target: Target, given: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(target.options, key));
  if (unknown === undefined) return;
  const known = Object.keys(target.options).join(', ') || 'none';
  throw new HuntbookError(
    'HB_USAGE',
    `${target.name} has no option ${JSON.stringify(unknown)}; it has: ${known}`,
  );
}

/** Every option: as given, else what a pipeline left in the state under its name, else the default. */
export function optionsFor(
  target: Target,
  given: Readonly<Record<string, string>>,
  state: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const key in target.options) filled[key] = given[key] ?? textOf(state[key]) ?? defaultOf(target, key);
  return filled;
}

/** Several names, of indexes for instance, are one text with commas. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const several = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
  return several ? value.join(',') : undefined;
}

function defaultOf(target: Target, key: string): string {
  return target.options[key]?.default ?? '';
}
