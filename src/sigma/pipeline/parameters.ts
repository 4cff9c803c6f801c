/**
 * Parameters of steps and conditions: what each may be, checked when a pipeline is read. Values are plain data, as
 * JSON has them; a key of a map that was `null` in YAML is the empty text, which stands for keywords.
 */
import { keyMark } from '../yaml-scalars.ts';

export type ParameterKind =
  | 'text'
  /** A text or a list of texts. */
  | 'texts'
  | 'bool'
  | 'number'
  /** Text, number, boolean or null. */
  | 'scalar'
  /** Map of texts to a text. */
  | 'names'
  /** Map of texts to a text or a list of texts. */
  | 'mapping'
  | 'map'
  /** A list of steps. */
  | 'steps'
  | 'any'
  /** Text that names a function, or, in pipelines written as objects, a function. */
  | 'function';

export interface ParameterSpec {
  readonly kind: ParameterKind;
  readonly required?: boolean;
  readonly choices?: readonly string[];
}

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;
export type Parameters = Readonly<Record<string, unknown>>;

/** What is wrong with a step; `path` leads there from the step, empty is the step itself. */
export class StepFault extends Error {
  readonly path: readonly (string | number)[];

  constructor(message: string, ...path: (string | number)[]) {
    super(message);
    this.name = 'StepFault';
    this.path = path;
  }
}

/** Runs what concerns a part of a step, so that faults in it name their whole path. */
export function within<Result>(path: readonly (string | number)[], run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    throw new StepFault(error.message, ...path, ...error.path);
  }
}

/** Why a value is not of the kind, or null. */
export function checkParameter(value: unknown, spec: ParameterSpec): string | null {
  if (!isKind(value, spec.kind)) return `must be ${words[spec.kind]}`;
  if (spec.choices !== undefined && !spec.choices.includes(String(value)))
    return `must be one of ${spec.choices.join(', ')}`;
  return null;
}

/** A copy with the keys of maps as text: numbers as they read, null as the empty text. */
export function cleanKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleanKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [cleanKey(key), cleanKeys(inner)] as const),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(parameters: Parameters, name: string, otherwise = ''): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : otherwise;
}

export function textsOf(parameters: Parameters, name: string): readonly string[] {
  return toTexts(parameters[name]);
}

export function flagOf(parameters: Parameters, name: string): boolean {
  return parameters[name] === true;
}

/** Of a parameter of kind `mapping` or `names`. */
export function mappingOf(parameters: Parameters, name: string): Map<string, readonly string[]> {
  const value = parameters[name];
  if (!isRecord(value)) return new Map();
  return new Map(Object.entries(value).map(([key, inner]) => [key, toTexts(inner)] as const));
}

const words: Readonly<Record<ParameterKind, string>> = {
  text: 'text',
  texts: 'text or a list of texts',
  bool: 'true or false',
  number: 'a number',
  scalar: 'text, a number, true, false or null',
  names: 'a map of names to text',
  mapping: 'a map of names to text or lists of texts',
  map: 'a map',
  steps: 'a list of steps',
  any: 'given',
  function: 'the name of a function',
};

function isKind(value: unknown, kind: ParameterKind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'texts':
      return isTexts(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'scalar':
      return value === null || (typeof value !== 'object' && typeof value !== 'function');
    case 'names':
      return isRecord(value) && Object.values(value).every((inner) => typeof inner === 'string');
    case 'mapping':
      return isRecord(value) && Object.values(value).every(isTexts);
    case 'map':
      return isRecord(value);
    case 'steps':
      return Array.isArray(value);
    case 'function':
      return typeof value === 'string' || typeof value === 'function';
    default:
      return value !== undefined;
  }
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

function toTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}

function cleanKey(key: string): string {
  if (!key.startsWith(keyMark)) return key;
  const text = key.slice(keyMark.length);
  return text === 'null' ? '' : text;
}
