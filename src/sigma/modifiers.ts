/**
 * The modifiers of detection items (specification, appendix "modifiers"), applied when a rule is read: what is left are
 * values. Each written value becomes a group of alternatives, since some modifiers make several out of one.
 */
import type { SigmaValue } from './ast.ts';
import { RuleFault, quote } from './fault.ts';
import type { Place } from './fault.ts';
import { regexDraft, stringModifiers } from './string-modifiers.ts';
import { parseNetwork } from './network.ts';
import { parseStringValue, plainText } from './string-value.ts';

/** A value on its way through the modifiers. */
export interface Draft {
  readonly value: SigmaValue;
  /** The bytes of an encoded string, for Base64; the text may be unable to say them. */
  readonly bytes?: Uint8Array;
  /** Why the value cannot stand as it is, unless a later modifier takes its bytes. */
  readonly problem?: string;
}

/** What a rule says: a scalar before any modifier. */
export type WrittenValue =
  | { readonly kind: 'string'; readonly text: string }
  | Extract<SigmaValue, { kind: 'number' | 'bool' | 'null' }>;

export interface ModifiedItem {
  readonly groups: readonly (readonly SigmaValue[])[];
  readonly all: boolean;
  readonly negated: boolean;
}

type Fail = (message: string) => never;
type Apply = (draft: Draft, fail: Fail) => Draft | Draft[];

const flagModifiers: Record<string, string> = {
  i: 'i',
  ignorecase: 'i',
  m: 'm',
  multiline: 'm',
  s: 's',
  dotall: 's',
};
const comparisons = ['gt', 'gte', 'lt', 'lte'] as const;
const timeUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
/** These replace the value as written, and so come before any other modifier. */
const first = new Set(['re', 'cidr', 'exists']);

const appliers = new Map<string, Apply>(Object.entries(stringModifiers));
for (const [name, flag] of Object.entries(flagModifiers)) {
  appliers.set(name, ({ value }, fail: Fail) => {
    if (value.kind !== 'regex') fail(`${name} stands only after re`);
    return value.flags.includes(flag)
      ? { value }
      : { value: { ...value, flags: [...value.flags, flag].sort().join('') } };
  });
}
for (const op of comparisons) {
  appliers.set(op, ({ value }, fail: Fail) => {
    if (value.kind === 'timepart' && value.op === 'eq') return { value: { ...value, op } };
    if (value.kind !== 'number') fail(`${op} takes a number, not ${describe(value)}`);
    return { value: { kind: 'compare', op, value: value.value } };
  });
}
for (const unit of timeUnits) {
  appliers.set(unit, ({ value }, fail: Fail) => {
    if (value.kind !== 'number' || !Number.isInteger(value.value)) fail(`${unit} takes a whole number`);
    return { value: { kind: 'timepart', unit, op: 'eq', value: Number(value.value) } };
  });
}

export const modifierNames: ReadonlySet<string> = new Set([...appliers.keys(), ...first, 'all', 'neq']);

/** Applies the modifiers in order. Throws RuleFault at `place`, or at the value that does not fit. */
export function applyModifiers(
  field: string | null,
  modifiers: readonly string[],
  written: readonly WrittenValue[],
  place: Place | null,
  placeOf: (index: number) => Place | null,
): ModifiedItem {
  if (modifiers.length === 0)
    return { groups: written.map((value) => [plainValue(value)]), all: false, negated: false };
  let groups: Draft[][] | null = null;
  let all = false;
  let negated = false;
  modifiers.forEach((name, position) => {
    if (name === 'all') all = true;
    else if (name === 'neq') negated = true;
    if (first.has(name)) {
      if (position > 0) modifierFault(`${name} must be the first modifier`, place);
      if (name === 'exists' && field === null) modifierFault('exists needs a field', place);
      groups = written.map((value, index) => [startDraft(name, value, placeOf(index))]);
      return;
    }
    const apply = appliers.get(name);
    if (apply === undefined) {
      if (modifierNames.has(name)) return;
      modifierFault(`unknown modifier ${quote(name)}`, place);
    }
    groups ??= written.map((value) => [{ value: plainValue(value) }]);
    groups = groups.map((group, index) => {
      const fail = (message: string): never => valueFault(message, placeOf(index));
      return group.flatMap((draft) => apply(draft, fail));
    });
  });
  const drafts: Draft[][] = groups ?? written.map((value) => [{ value: plainValue(value) }]);
  return {
    groups: drafts.map((group, index) => group.map((draft) => finish(draft, placeOf(index)))),
    all,
    negated,
  };
}

export function describe(value: SigmaValue | WrittenValue): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'string':
      return 'text';
    case 'number':
      return `the number ${value.value}`;
    case 'bool':
      return String(value.value);
    default:
      return `a value that is already ${value.kind}`;
  }
}

function plainValue(written: WrittenValue): SigmaValue {
  if (written.kind !== 'string') return written;
  return { kind: 'string', parts: parseStringValue(written.text), cased: false };
}

/** The value of an item whose first modifier reads the text as written. */
function startDraft(name: string, written: WrittenValue, place: Place | null): Draft {
  if (name === 'exists') {
    if (written.kind !== 'bool') valueFault(`exists takes true or false, not ${describe(written)}`, place);
    return { value: { kind: 'exists', value: written.value } };
  }
  if (name === 're') {
    if (written.kind === 'number') return regexDraft(String(written.value));
    if (written.kind !== 'string') valueFault(`re takes text, not ${describe(written)}`, place);
    return regexDraft(written.text);
  }
  if (written.kind !== 'string') valueFault(`cidr takes text, not ${describe(written)}`, place);
  const network = parseNetwork(plainText(parseStringValue(written.text)) ?? written.text);
  if (typeof network === 'string') valueFault(`cidr: ${network}`, place);
  return { value: { kind: 'cidr', network: written.text } };
}

function finish(draft: Draft, place: Place | null): SigmaValue {
  if (draft.problem !== undefined) valueFault(draft.problem, place);
  return draft.value;
}

function modifierFault(message: string, place: Place | null): never {
  throw new RuleFault('HB_RULE_MODIFIER', message, place, { atKey: true });
}

function valueFault(message: string, place: Place | null): never {
  throw new RuleFault('HB_RULE_VALUE', message, place);
}
