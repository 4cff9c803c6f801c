/**
 * Parameters of SQL hunts: their types, and what users write as values of them. Values are bound to the statement,
 * never put into its text. Described for users in docs/sql-hunts.md.
 */
import { HuntbookError } from '../errors.ts';

export const parameterTypes = [
  'text',
  'integer',
  'hex',
  'float',
  'boolean',
  'choice',
  'duration',
  'list',
] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** As it is bound: a duration is whole seconds, a list a list of texts. */
export type ParameterValue = string | number | bigint | boolean | readonly string[];

export interface SqlParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly default: ParameterValue;
  /** What a `choice` may be; empty for the others. */
  readonly choices: readonly string[];
  readonly description: string | null;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const examples: Readonly<Record<ParameterType, string>> = {
  text: 'text',
  integer: 'a whole number, such as 12',
  hex: 'an integer in hexadecimal or decimal, such as 0x1410',
  float: 'a number, such as 0.5',
  boolean: 'true or false',
  choice: 'one of the choices',
  duration: 'a length of time, such as 90s, 5m or 2h',
  list: 'a list, or texts with commas between them',
};
const largest = 2n ** 63n - 1n;

/** A value as YAML or the command line gives it. Throws HB_USAGE that says what it must be. */
export function parameterValue(
  { name, type, choices }: Pick<SqlParameter, 'name' | 'type' | 'choices'>,
  given: unknown,
): ParameterValue {
  const value = read(type, given, choices);
  if (value !== null) return value;
  const what = type === 'choice' ? `one of ${choices.join(', ')}` : examples[type];
  throw new HuntbookError(
    'HB_USAGE',
    `${name}: ${JSON.stringify(String(given)).slice(0, 80)} is not ${what}`,
    {
      hint: 'huntbook hunt --param name=value; the parameters of a hunt stand in its file.',
    },
  );
}

function read(type: ParameterType, given: unknown, choices: readonly string[]): ParameterValue | null {
  if (type === 'list') {
    const list: unknown[] = Array.isArray(given) ? (given as unknown[]) : String(given).split(',');
    const texts = list.map((item) => (typeof item === 'object' ? '' : String(item).trim()));
    return texts.filter((text) => text !== '');
  }
  if (typeof given === 'object') return null;
  const text = String(given).trim();
  switch (type) {
    case 'text':
      return String(given);
    case 'choice':
      return choices.includes(text) ? text : null;
    case 'boolean':
      return /^(?:true|false)$/iu.test(text) ? text.toLowerCase() === 'true' : null;
    case 'float':
      return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : null;
    case 'integer':
    case 'hex': {
      if (!(type === 'hex' ? /^(?:0x[\da-f]{1,16}|\d{1,19})$/iu : /^-?\d{1,19}$/u).test(text)) return null;
      const value = BigInt(text);
      if (value > largest || value < -largest) return null;
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 'duration': {
      const span = /^(\d{1,6})([smhdw])$/u.exec(text);
      return span === null ? null : Number(span[1]) * (units[span[2] as string] as number);
    }
  }
}
