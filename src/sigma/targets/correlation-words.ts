/** Parts of correlations that several targets write. */
import type { Condition, CorrelationBound, SigmaCorrelation } from '../ast.ts';
import { cannotExpress } from './dialect.ts';
import type { CorrelationContext, CorrelationPart } from './types.ts';

/** What a language cannot say, with the place of the correlation. */
export function refuseCorrelation(correlation: SigmaCorrelation, title: string, what: string): never {
  throw cannotExpress(correlation, title, what);
}

/** Refuses correlations of correlations. */
export function onlyRules({ correlation, parts }: CorrelationContext, title: string): void {
  if (parts.some(({ context }) => !('rule' in context)))
    refuseCorrelation(correlation, title, 'correlations of correlations');
}

/** The field of a rule that stands for a name of group-by. */
export function fieldOf(correlation: SigmaCorrelation, name: string, { reference }: CorrelationPart): string {
  const fields = Object.hasOwn(correlation.aliases, name) ? correlation.aliases[name] : undefined;
  return fields !== undefined && Object.hasOwn(fields, reference) ? (fields[reference] as string) : name;
}

export function isAlias({ aliases }: SigmaCorrelation, name: string): boolean {
  return Object.hasOwn(aliases, name);
}

/** The searches of a rule's conditions as one. */
export function anyOf(searches: readonly string[], or: string): string {
  return searches.length === 1 ? (searches[0] as string) : searches.map((search) => `(${search})`).join(or);
}

/** Months and years, and units that the language does not know, in seconds. */
export function spanOf(
  { timespan }: SigmaCorrelation,
  units: Readonly<Record<string, string>>,
  seconds: string,
): string {
  const found = /^(\d+)([smhdw])$/.exec(timespan.text);
  const unit = found === null ? undefined : units[found[2] as string];
  return unit === undefined ? `${timespan.seconds}${seconds}` : `${found?.[1]}${unit}`;
}

export function boundsText(
  name: string,
  bounds: readonly CorrelationBound[],
  signs: Readonly<Record<CorrelationBound['op'], string>>,
  and: string,
): string {
  return bounds.map(({ op, value }) => `${name} ${signs[op]} ${value}`).join(and);
}

/** A condition over rules as text; `word` gives what says that a rule matched. */
export function conditionText(
  tree: Condition,
  words: { readonly and: string; readonly or: string; readonly not: (inner: string) => string },
  word: (reference: string) => string,
  refuse: (what: string) => never,
): string {
  switch (tree.kind) {
    case 'ref':
      return word(tree.name);
    case 'not':
      return words.not(conditionText(tree.item, words, word, refuse));
    case 'of':
      return refuse('"of" in a condition over rules');
    default: {
      const items = tree.items.map((item) => conditionText(item, words, word, refuse));
      return `(${items.join(tree.kind === 'and' ? words.and : words.or)})`;
    }
  }
}
