/**
 * Plain scalars as YAML 1.1 reads them (https://yaml.org/type/), which is what rules are written for: `yes` is a
 * boolean, `0777` octal, `1:30` ninety, `1e3` a string because its exponent has no sign.
 */

/** A scalar that is not a string. `key` is what it becomes as the key of a map: marked, so that it can be refused. */
export class YamlScalar {
  readonly kind: 'null' | 'bool' | 'number' | 'date' | 'invalid';
  /** Integers beyond 2^53 are decimal text. `date` and `invalid` hold the text as written. */
  readonly value: null | boolean | number | string;
  readonly integer: boolean;
  readonly [Symbol.toStringTag] = 'YamlScalar';

  constructor(kind: YamlScalar['kind'], value: YamlScalar['value'], integer = false) {
    this.kind = kind;
    this.value = value;
    this.integer = integer;
  }

  /** Called by the YAML reader to make a key. */
  toString(): string {
    return `${keyMark}${String(this.value)}`;
  }
}

/** First character of a key that was not a string. It cannot be written in YAML, not even escaped by accident. */
export const keyMark = '\uFFFF\u0000';

const boolTexts = new Map<string, boolean>();
for (const [yes, no] of [
  ['yes', 'no'],
  ['true', 'false'],
  ['on', 'off'],
] as const) {
  for (const form of [
    (text: string) => text,
    (text: string) => text[0]?.toUpperCase() + text.slice(1),
    (text: string) => text.toUpperCase(),
  ]) {
    boolTexts.set(form(yes), true);
    boolTexts.set(form(no), false);
  }
}
/** First letters of all words that are not text. */
const wordStarts = 'yYnNtTfFoO~';
const nullTexts = new Set(['', '~', 'null', 'Null', 'NULL']);
const intPattern = /^[-+]?(?:0b[01_]+|0x[\dA-Fa-f_]+|0[0-7_]+|0|[1-9][\d_]*(?::[0-5]?\d)+|[1-9][\d_]*)$/;
const smallPattern = /^(?:0|[1-9]\d{0,14})$/;
const floatPattern =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const datePattern =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?))?)?$/;
/** Longer integers are refused: reading them costs time in the square of their length. */
const maxDigits = 4300;

const nullScalar = new YamlScalar('null', null);
const trueScalar = new YamlScalar('bool', true);
const falseScalar = new YamlScalar('bool', false);

/** The value of a plain scalar that is not a string; undefined for a string. */
export function resolveScalar(text: string): YamlScalar | undefined {
  const first = text.charCodeAt(0);
  // Digits, sign, point: numbers and dates.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e) {
    // Dates are the usual case, and small numbers; neither could be anything else.
    if (text.length === 10 && text[4] === '-' && text[7] === '-') {
      const day = datePattern.exec(text);
      return day === null ? undefined : readDate(text, day);
    }
    if (smallPattern.test(text)) return new YamlScalar('number', Number(text), true);
    if (intPattern.test(text)) return readInteger(text);
    if (floatPattern.test(text)) return new YamlScalar('number', readFloat(text));
    const date = datePattern.exec(text);
    return date === null ? undefined : readDate(text, date);
  }
  if (text.length > 5 || (text.length > 0 && !wordStarts.includes(text[0] as string))) return undefined;
  const bool = boolTexts.get(text);
  if (bool !== undefined) return bool ? trueScalar : falseScalar;
  return nullTexts.has(text) ? nullScalar : undefined;
}

/** Scalars with an explicit tag such as `!!int`. Returns undefined where the text does not fit the tag. */
export function resolveTagged(
  kind: 'null' | 'bool' | 'int' | 'float' | 'date',
  text: string,
): YamlScalar | undefined {
  const scalar = resolveScalar(text);
  if (kind === 'float' && scalar?.kind === 'number') return new YamlScalar('number', Number(scalar.value));
  if (kind === 'int') return scalar?.kind === 'number' && scalar.integer ? scalar : undefined;
  return scalar?.kind === kind ? scalar : undefined;
}

function readInteger(text: string): YamlScalar {
  if (text.length > maxDigits) return new YamlScalar('invalid', text);
  const negative = text[0] === '-';
  let digits = (text[0] === '-' || text[0] === '+' ? text.slice(1) : text).replaceAll('_', '');
  if (digits === '0b' || digits === '0x') return new YamlScalar('invalid', text);
  if (digits.includes(':')) {
    let total = 0n;
    for (const part of digits.split(':')) total = total * 60n + BigInt(part);
    digits = total.toString();
  } else if (digits.length > 1 && digits[0] === '0' && digits[1] !== 'b' && digits[1] !== 'x') {
    digits = `0o${digits.slice(1)}`;
  }
  const value = Number(digits);
  if (Number.isSafeInteger(value))
    return new YamlScalar('number', negative && value !== 0 ? -value : value, true);
  const exact = BigInt(digits);
  return new YamlScalar('number', (negative ? -exact : exact).toString(), true);
}

function readFloat(text: string): number {
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain.endsWith('inf')) return plain[0] === '-' ? -Infinity : Infinity;
  if (plain.endsWith('nan')) return NaN;
  if (!plain.includes(':')) return Number(plain);
  const negative = plain[0] === '-';
  let total = 0;
  for (const part of plain.replace(/^[-+]/, '').split(':')) total = total * 60 + Number(part);
  return negative ? -total : total;
}

function readDate(text: string, date: RegExpExecArray): YamlScalar | undefined {
  const timed = date[4] !== undefined;
  // Without a time, month and day need two digits.
  if (!timed && text.length !== 10) return undefined;
  const right =
    isCalendarDay(Number(date[1]), Number(date[2]), Number(date[3])) &&
    (!timed || (Number(date[4]) < 24 && Number(date[5]) < 60 && Number(date[6]) < 60));
  return new YamlScalar(right ? 'date' : 'invalid', text);
}

export function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days;
}
