/**
 * Fields of correlations after a pipeline. What a field becomes depends on the rule, so each is asked for in every rule
 * that the correlation names. Where all agree it is renamed (one name may become several in `group-by`); where rules
 * disagree, a field of `group-by` becomes an alias of its old name, and a field that is counted is an error, since
 * there is no way to write it.
 */
import type { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation } from '../ast.ts';
import type { Work } from './work.ts';

/** A rule behind a reference, with the names that are aliases on the way to it. */
export interface Part {
  readonly work: Work;
  readonly aliases: ReadonlySet<string>;
}

type Parts = ReadonlyMap<string, readonly Part[]>;
type Fail = (message: string) => HuntbookError;

/** Every field that the correlation names in its rules. */
export function namedFields(correlation: SigmaCorrelation): string[] {
  const fields = new Set<string>(correlation.groupBy);
  if (correlation.condition.kind === 'threshold')
    for (const field of correlation.condition.fields) fields.add(field);
  for (const byRule of Object.values(correlation.aliases))
    for (const field of Object.values(byRule)) fields.add(field);
  return [...fields];
}

/** The correlation with its fields as the works of its rules have them; the same object when they do not change. */
export function placeFields(correlation: SigmaCorrelation, parts: Parts, fail: Fail): SigmaCorrelation {
  const aliases = Object.create(null) as Record<string, Readonly<Record<string, string>>>;
  let changed = false;
  for (const [alias, byRule] of Object.entries(correlation.aliases)) {
    const next = Object.create(null) as Record<string, string>;
    for (const [reference, field] of Object.entries(byRule)) {
      const names = agreed(fieldsOf(parts.get(reference) ?? [], field));
      if (names !== null && names.length !== 1) {
        throw fail(
          `the alias ${alias} needs one field of ${reference}, but ${field} is mapped to ${list(names)}`,
        );
      }
      if (names === null) {
        throw fail(
          `the rules behind ${reference} have different fields for ${field}, the alias ${alias} needs one`,
        );
      }
      next[reference] = names[0] as string;
      if (names[0] !== field) changed = true;
    }
    aliases[alias] = next;
  }
  const groupBy = correlation.groupBy.flatMap((field) => {
    if (Object.hasOwn(aliases, field)) return [field];
    const names = namesIn(parts, field);
    if (names === null) {
      aliases[field] = aliasFor(parts, field, fail);
      changed = true;
      return [field];
    }
    if (names.length !== 1 || names[0] !== field) changed = true;
    return names;
  });
  const condition = placeCondition(correlation, parts, aliases, fail);
  if (!changed && condition === correlation.condition) return correlation;
  return { ...correlation, aliases, groupBy, condition };
}

function placeCondition(
  correlation: SigmaCorrelation,
  parts: Parts,
  aliases: Readonly<Record<string, unknown>>,
  fail: Fail,
): SigmaCorrelation['condition'] {
  const { condition } = correlation;
  if (condition.kind !== 'threshold' || condition.fields.length === 0) return condition;
  const fields = condition.fields.map((field) => {
    // An alias that group-by needed stands for the field here, too.
    if (Object.hasOwn(aliases, field)) return field;
    const names = namesIn(parts, field);
    if (names === null)
      throw fail(`the rules of the correlation have different fields for ${field}, which it counts`);
    if (names.length !== 1)
      throw fail(`the correlation counts ${field}, which is mapped to several fields: ${list(names)}`);
    return names[0] as string;
  });
  return fields.every((field, index) => field === condition.fields[index])
    ? condition
    : { ...condition, fields };
}

/** Null when the rules disagree. */
function namesIn(parts: Parts, field: string): readonly string[] | null {
  const all = [...parts.values()].flatMap((list) => fieldsOf(list, field));
  return all.length === 0 ? [field] : agreed(all);
}

function aliasFor(parts: Parts, field: string, fail: Fail): Record<string, string> {
  const alias = Object.create(null) as Record<string, string>;
  for (const [reference, inner] of parts) {
    const names = inner.length === 0 ? [field] : agreed(fieldsOf(inner, field));
    if (names === null || names.length !== 1) {
      throw fail(
        `the rules of the correlation have different fields for ${field}, and ${reference} has ${
          names === null ? 'several' : list(names)
        }`,
      );
    }
    alias[reference] = names[0] as string;
  }
  return alias;
}

function fieldsOf(parts: readonly Part[], field: string): (readonly string[])[] {
  return parts.map(({ work, aliases }) =>
    aliases.has(field) ? [field] : (work.probes?.get(field) ?? [field]),
  );
}

function agreed(all: readonly (readonly string[])[]): readonly string[] | null {
  const [first] = all;
  if (first === undefined) return null;
  const same = all.every(
    (names) => names.length === first.length && names.every((name, i) => name === first[i]),
  );
  return same ? first : null;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
