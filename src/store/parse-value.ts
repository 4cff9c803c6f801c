/**
 * Text as a value of a type, or undefined when it is none or would lose something that matters: zeros in front,
 * decimals beyond 100 ns, a time that DuckDB's TIMESTAMP_NS (1677 to 2262) can not hold, more than 64 bits.
 */
import { isIP } from 'node:net';
import { toIsoTime, toTicks } from '../events/index.ts';
import type { ColumnType, FrameValue } from './types.ts';

const integer = /^(?:0|-?[1-9]\d{0,19})$/;
const hexadecimal = /^0x[0-9a-f]{1,16}$/i;
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;
const zonedTime =
  /^\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7}0*)?(?:Z| UTC|[+-]\d\d:?\d\d)$/;
const fineDecimals = /\.\d{7}\d*[1-9]/;

export const minInteger = -(2n ** 63n);
export const maxInteger = 2n ** 64n - 1n;
/** Ticks of 100 ns that fit into 64 bits of nanoseconds. */
const maxTicks = 2n ** 63n / 100n - 1n;

/** As a column of this type reads it, when the type is known from the field's name or from the engine. */
export function parseValue(type: ColumnType, text: string): FrameValue | undefined {
  switch (type) {
    case 'integer':
    case 'hex':
      return parseInteger(text);
    case 'float':
      return text.length <= 400 && decimal.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : undefined;
    case 'boolean': {
      const folded = text.length === 4 || text.length === 5 ? text.toLowerCase() : '';
      return folded === 'true' ? true : folded === 'false' ? false : undefined;
    }
    case 'time':
      return parseTime(text);
    case 'guid': {
      const match = text.length <= 38 ? guid.exec(text) : null;
      return match && text.startsWith('{') === text.endsWith('}')
        ? `{${(match[1] as string).toUpperCase()}}`
        : undefined;
    }
    case 'ip':
      return isIP(text) !== 0 ? text : undefined;
    default:
      return text;
  }
}

/** As text of an unknown field is taken for a type: only if the value tells it all by itself. */
export function guessValue(type: ColumnType, text: string): FrameValue | undefined {
  switch (type) {
    case 'integer':
      return text.length <= 20 && integer.test(text) ? parseInteger(text) : undefined;
    case 'float': {
      // Only what JavaScript would write the same: 1.10 is more often a version than a number.
      const value = text.length <= 25 ? Number(text) : Number.NaN;
      return Number.isFinite(value) && String(value) === text ? value : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'time':
      return text.length <= 40 && zonedTime.test(text) ? parseTime(text) : undefined;
    default:
      return parseValue(type, text);
  }
}

function parseInteger(text: string): number | bigint | undefined {
  if (text.length > 20 || !(integer.test(text) || hexadecimal.test(text))) return undefined;
  const short = Number(text);
  if (Number.isSafeInteger(short)) return short;
  const value = BigInt(text);
  return value >= minInteger && value <= maxInteger ? value : undefined;
}

function parseTime(text: string): string | undefined {
  const ticks = fineDecimals.test(text) ? null : toTicks(text);
  if (ticks === null || ticks > maxTicks || ticks < -maxTicks) return undefined;
  return toIsoTime(text) ?? undefined;
}
