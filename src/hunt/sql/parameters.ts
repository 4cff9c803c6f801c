/** Values for the parameters of SQL hunts, as users write them: `mask=0x1410`, `lsass_dump.mask=0x1010`. */
import { HuntbookError } from '../../errors.ts';
import { parameterValue, type ParameterValue, type SqlHunt } from '../../rules/index.ts';
import type { FrameValue } from '../../store/index.ts';
import { isNamed, shortName } from './load.ts';

export type HuntValues = Readonly<Record<string, FrameValue>>;

/** For each hunt the values of its parameters, defaults put in. Throws HB_USAGE. */
export function assignParameters(
  hunts: readonly SqlHunt[],
  given: readonly string[],
): ReadonlyMap<SqlHunt, HuntValues> {
  const values = new Map(
    hunts.map((hunt): [SqlHunt, Record<string, ParameterValue>] => [
      hunt,
      Object.fromEntries(hunt.parameters.map((one) => [one.name, one.default])),
    ]),
  );
  for (const text of given) {
    const { hunt, name, value } = find(hunts, text);
    const parameter = hunt.parameters.find((one) => one.name === name);
    if (parameter !== undefined)
      (values.get(hunt) as Record<string, ParameterValue>)[name] = parameterValue(parameter, value);
  }
  return values;
}

function find(hunts: readonly SqlHunt[], text: string): { hunt: SqlHunt; name: string; value: string } {
  const equals = text.indexOf('=');
  if (equals <= 0) throw usage(`--param ${text}: write it as name=value`, hunts);
  const left = text.slice(0, equals).trim();
  const value = text.slice(equals + 1);
  const dot = left.lastIndexOf('.');
  const name = left.slice(dot + 1);
  const among = dot < 0 ? hunts : hunts.filter((hunt) => isNamed(hunt, left.slice(0, dot)));
  const having = among.filter((hunt) => hunt.parameters.some((one) => one.name === name));
  if (having.length === 1) return { hunt: having[0] as SqlHunt, name, value };
  if (having.length > 1) {
    const names = having.map((hunt) => `${shortName(hunt)}.${name}`);
    throw usage(`--param ${left}: several hunts have it; say which: ${names.join(', ')}`, hunts);
  }
  throw usage(`--param ${left}: no SQL hunt that runs has such a parameter`, hunts);
}

function usage(message: string, hunts: readonly SqlHunt[]): HuntbookError {
  const known = hunts.flatMap((hunt) => hunt.parameters.map((one) => `${shortName(hunt)}.${one.name}`));
  return new HuntbookError('HB_USAGE', message, {
    hint:
      known.length > 0 ? `There are: ${known.slice(0, 20).join(', ')}.` : 'No SQL hunt is among the rules.',
  });
}
