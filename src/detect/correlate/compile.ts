/** Correlation documents to the form in which they are run. Nothing here is per event. */
import { HuntbookError } from '../../errors.ts';
import type { SigmaCorrelation, SigmaRule } from '../../sigma/index.ts';
import { termsOf } from './terms.ts';
import type { CorrelationSlot, StoredCorrelation } from './types.ts';

/** What a correlation may name. */
type Named = SigmaRule | SigmaCorrelation;

export interface CorrelationSources {
  /** In the order in which they are to come, as far as those that name others come after these. */
  readonly correlations: readonly SigmaCorrelation[];
  /** What each correlation that can be run names, in the order of its rules; without circles. */
  readonly documents: ReadonlyMap<SigmaCorrelation, readonly Named[]>;
  /** Of chains, the rules that no process between two steps may match. */
  readonly notBetween?: ReadonlyMap<SigmaCorrelation, readonly SigmaRule[]>;
  /** Documents that only serve correlations. */
  readonly parts: ReadonlySet<Named>;
  /** Index of a rule in the rule set, or why it is not there. */
  readonly ruleIndex: (rule: SigmaRule) => number | HuntbookError;
}

/** A correlation that cannot be run goes to `refuse` with its reason, and so do those that name it. */
export function compileCorrelations(
  { correlations, documents, notBetween, parts, ruleIndex }: CorrelationSources,
  refuse: (correlation: SigmaCorrelation, error: unknown) => void,
): StoredCorrelation[] {
  const compiled: StoredCorrelation[] = [];
  const indexes = new Map<SigmaCorrelation, number | HuntbookError>();
  const indexOf = (document: Named): number => {
    const found = document.kind === 'rule' ? ruleIndex(document) : indexes.get(document);
    if (typeof found === 'number') return found;
    const why = found ? `: ${found.message}` : '';
    const code = found?.code === 'HB_RULE_LOGSOURCE' ? found.code : 'HB_RULE_REFERENCE';
    throw new HuntbookError(code, `it needs '${document.title}', which was refused${why}`);
  };
  for (const correlation of inOrder(correlations, documents)) {
    const named = documents.get(correlation) ?? [];
    try {
      const slots = named.map((document, slot) => slotOf(correlation, document, slot, indexOf(document)));
      const excluded = (notBetween?.get(correlation) ?? []).map(indexOf);
      const stored = storedOf(correlation, slots, excluded, !parts.has(correlation));
      indexes.set(correlation, compiled.push(stored) - 1);
    } catch (error) {
      const located = locate(error, correlation);
      if (located instanceof HuntbookError) indexes.set(correlation, located);
      refuse(correlation, located);
    }
  }
  return compiled;
}

function inOrder(
  correlations: readonly SigmaCorrelation[],
  documents: CorrelationSources['documents'],
): Set<SigmaCorrelation> {
  const order = new Set<SigmaCorrelation>();
  const visit = (correlation: SigmaCorrelation): void => {
    const named = documents.get(correlation);
    if (!named || order.has(correlation)) return;
    for (const document of named) if (document.kind === 'correlation') visit(document);
    order.add(correlation);
  };
  for (const correlation of correlations) visit(correlation);
  return order;
}

function storedOf(
  correlation: SigmaCorrelation,
  slots: readonly CorrelationSlot[],
  notBetween: readonly number[],
  reports: boolean,
): StoredCorrelation {
  const { type, groupBy, timespan, condition, rules, chain } = correlation;
  const { id, title, level, status, path, position, tags } = correlation;
  const common = {
    info: { id, title, level, status, path, line: position.line, tags, logsource: {} },
    type,
    slots,
    groupBy,
    seconds: timespan.seconds,
    reports,
  };
  if (chain) {
    const { relations, maxDepth, order } = chain;
    return {
      ...common,
      bounds: [],
      percentile: null,
      terms: null,
      chain: { relations, maxDepth, order, notBetween },
    };
  }
  if (condition.kind === 'expression') {
    const terms = termsOf(condition.tree, (name) => rules.indexOf(name));
    return { ...common, bounds: [], percentile: null, terms };
  }
  const { bounds, percentile } = condition;
  if (type === 'value_percentile' && percentile === null)
    throw new HuntbookError('HB_RULE_VALUE', 'value_percentile needs to know which: percentile, 0 to 100');
  return { ...common, bounds, percentile, terms: null };
}

function slotOf(
  correlation: SigmaCorrelation,
  document: Named,
  slot: number,
  index: number,
): CorrelationSlot {
  const { aliases, groupBy, condition } = correlation;
  const written = correlation.rules[slot];
  const isThis = (reference: string): boolean =>
    reference === written ||
    reference === document.name ||
    reference.toLowerCase() === document.id?.toLowerCase();
  const fieldOf = (name: string): string => {
    const fields = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    return Object.entries(fields ?? {}).find(([reference]) => isThis(reference))?.[1] ?? name;
  };
  const fields = condition.kind === 'threshold' ? condition.fields : [];
  return { kind: document.kind, index, group: groupBy.map(fieldOf), fields: fields.map(fieldOf) };
}

function locate(error: unknown, { path, position }: SigmaCorrelation): unknown {
  if (!(error instanceof HuntbookError)) return error;
  const { line, column } = position;
  const message = `${path}:${line}:${column}: ${error.message}`;
  return new HuntbookError(error.code, message, { cause: error, position: { file: path, line, column } });
}
