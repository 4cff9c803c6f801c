/**
 * One detection item against one event: which of its values hold, and for those that do not, the near miss that a
 * rule author would want to know of.
 */
import { foldFieldName, type EventFields, type Scalar, type Value } from '../events/index.ts';
import type { Detection, SigmaValue } from '../sigma/index.ts';
import { compileAtom, describeAtom, makeAtom, testValue, type Atom } from './atoms.ts';
import { referenceHolds } from './field-reference.ts';

/** One line of an explanation: what was asked, whether it holds, why not, and what it consists of. */
export interface ExplainNode {
  readonly text: string;
  readonly holds: boolean;
  readonly reason?: string;
  readonly children?: readonly ExplainNode[];
  /** Children that are left out because there are too many. */
  readonly omitted?: number;
}

export type Item = Extract<Detection, { kind: 'item' }>;

/** The fields of an event under folded names; a name may stand there in several spellings. */
export class EventView {
  readonly fields: EventFields;
  readonly #byName = new Map<string, Value[]>();
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #taken: ReadonlySet<string>;

  /** `aliases`: what this kind of event calls the fields of rules. */
  constructor(fields: EventFields, aliases: Readonly<Record<string, string>>) {
    this.fields = fields;
    this.#aliases = new Map(Object.entries(aliases).map(([name, to]) => [foldFieldName(name), to]));
    this.#taken = new Set(Object.values(aliases).map(foldFieldName));
    for (const [name, value] of Object.entries(fields)) {
      const key = foldFieldName(name);
      const known = this.#byName.get(key);
      if (known) known.push(value);
      else this.#byName.set(key, [value]);
    }
  }

  has(field: string): boolean {
    return this.#byName.has(foldFieldName(field));
  }

  alias(field: string): string | undefined {
    return this.#aliases.get(foldFieldName(field));
  }

  /**
   * What a rule's field is here: the values under the event's own name for it, then those under the rule's name,
   * unless the event uses that for something else. Null values and empty lists are absence.
   */
  values(field: string): Value[] {
    const alias = this.alias(field);
    const names = alias === undefined || !this.#taken.has(foldFieldName(field)) ? [field] : [];
    if (alias !== undefined && alias !== field) names.unshift(alias);
    const found = [...new Set(names.map(foldFieldName))].flatMap((name) => this.#byName.get(name) ?? []);
    return found.filter(isThere);
  }
}

function isThere(value: Value): boolean {
  return value !== null && (typeof value !== 'object' || value.some(isThere));
}

/** Values of an item that are shown, the telling ones first. */
const maxShown = 6;

export function explainItem(item: Item, event: EventView): ExplainNode {
  const name = [item.field ?? 'keyword', ...item.modifiers].join('|');
  const results = item.values.map((value) => explainValue(item, value, event));
  const all = item.link === 'and';
  const found = all ? results.every((r) => r.holds) : results.some((r) => r.holds);
  const holds = item.negated ? !found : found;
  const alias = item.field === null ? undefined : event.alias(item.field);
  const title = alias === undefined ? name : `${name} (the event calls it ${alias})`;
  if (results.length === 1) {
    const only = results[0] as ExplainNode;
    return { ...only, text: `${title}: ${only.text}`, holds };
  }
  // What decided comes first: of all, those that fail; then those with more to say than the others.
  const common = commonReason(results);
  const weight = (node: ExplainNode): number =>
    (node.holds ? 2 : 0) + (node.reason === common || node.reason === undefined ? 1 : 0);
  const relevant = found && !all ? results.filter((r) => r.holds) : results;
  const children = relevant
    .toSorted((a, b) => weight(a) - weight(b))
    .slice(0, maxShown)
    .map(({ text, holds: own, reason }) =>
      reason === undefined || reason === common ? { text, holds: own } : { text, holds: own, reason },
    );
  const omitted = relevant.length - children.length;
  return {
    text: `${title}: ${all ? 'all' : 'any'} of ${results.length} values`,
    holds,
    ...(common !== undefined && { reason: common }),
    children,
    ...(omitted > 0 && { omitted }),
  };
}

/** What most of the values say; it is said once. */
function commonReason(results: readonly ExplainNode[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { reason } of results)
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}

function explainValue(item: Item, value: SigmaValue, event: EventView): ExplainNode {
  const atom = makeAtom(item.field, value);
  if (item.field === null) return explainKeyword(atom, event);
  const values = event.values(item.field);
  const absentWanted = value.kind === 'null' || (value.kind === 'exists' && !value.value);
  const text = bounded(
    value.kind === 'null' ? 'null' : value.kind === 'exists' ? String(value.value) : describeAtom(atom),
  );
  if (absentWanted) {
    return values.length === 0
      ? { text, holds: true }
      : { text, holds: false, reason: `field is present: ${showAll(values)}` };
  }
  if (values.length === 0) return { text, holds: false, reason: absentReason(item.field, event) };
  if (atom.kind === 'fieldref') return explainReference(atom, text, values, event);
  const test = compileAtom(atom);
  if (values.some((one) => testValue(test, one)))
    return { text, holds: true, reason: `value is ${showAll(values)}` };
  const hint = values.map((one) => whyNot(atom, one)).find((one) => one !== '') ?? '';
  return { text, holds: false, reason: `${hint}value is ${showAll(values)}` };
}

function explainKeyword(atom: Atom, event: EventView): ExplainNode {
  const test = compileAtom(atom);
  const text = bounded(describeAtom(atom));
  const where = Object.entries(event.fields).find(([, value]) => testValue(test, value));
  if (where) return { text: `${text} (in ${bounded(where[0])})`, holds: true };
  return { text, holds: false, reason: 'in no value of the event' };
}

function explainReference(atom: Atom, text: string, values: Value[], event: EventView): ExplainNode {
  const others = event.values(atom.text);
  if (referenceHolds(atom, values, others)) return { text, holds: true };
  const reason =
    others.length === 0
      ? `${atom.text}: ${absentReason(atom.text, event)}`
      : `${showAll(values)} against ${showAll(others)}`;
  return { text, holds: false, reason };
}

function absentReason(field: string, event: EventView): string {
  const wanted = foldFieldName(field).replace(/[^a-z0-9]/g, '');
  const near = Object.keys(event.fields).find((name) => {
    const own = foldFieldName(name).replace(/[^a-z0-9]/g, '');
    if (own.length < 3 || wanted.length < 3 || own === wanted) return false;
    return own.endsWith(wanted) || wanted.endsWith(own) || isTypo(own, wanted);
  });
  return near === undefined ? 'field absent' : `field absent (the event has ${bounded(near)})`;
}

/** One letter missing, too many, another, or two swapped. */
function isTypo(a: string, b: string): boolean {
  if (a.length < 5 || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** The near misses that cost rule authors most time. */
function whyNot(atom: Atom, value: Value): string {
  const nearly = (relaxed: Atom): boolean => testValue(compileAtom(relaxed), value);
  const given = atom.value;
  if (given?.kind === 'regex') {
    if (given.flags.includes('i') || !nearly({ ...atom, value: { ...given, flags: `${given.flags}i` } }))
      return '';
    return 'case differs (regular expressions mind case; add |i): ';
  }
  if (given !== undefined && given.kind !== 'string') return '';
  const relaxed: Atom = { ...atom, cased: false, ...(given && { value: { ...given, cased: false } }) };
  if (atom.cased && nearly(relaxed)) return 'case differs: ';
  if (atom.text === '') return '';
  if (atom.kind === 'exact' || atom.kind === 'starts' || atom.kind === 'ends') {
    if (nearly({ ...atom, kind: 'contains' }))
      return 'the text is there, but not in that place (wildcard or |contains): ';
  }
  const bare = atom.text.trim();
  if (bare !== atom.text && bare !== '' && nearly({ ...atom, text: bare })) return 'only spaces differ: ';
  // Backslashes written twice, as JSON wants them, are two backslashes in a rule.
  const single = atom.text.replaceAll('\\\\', '\\');
  if (single !== atom.text && nearly({ ...atom, text: single }))
    return 'the rule has two backslashes, the event one: ';
  return '';
}

const maxText = 200;
const maxElements = 10;

function showAll(values: readonly Value[]): string {
  return values.length === 1
    ? show(values[0] as Value)
    : values.slice(0, maxElements).map(show).join(' and ');
}

function show(value: Value): string {
  if (value !== null && typeof value === 'object') {
    const more = value.length > maxElements ? `, … ${value.length - maxElements} more` : '';
    return bounded(`[${value.slice(0, maxElements).map(show).join(', ')}${more}]`);
  }
  return typeof value === 'string' ? bounded(`'${value}'`) : String(value satisfies Scalar);
}

/** Long text is cut, and says so. */
function bounded(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
}
