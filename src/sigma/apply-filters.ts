/**
 * Filters put into the rules they are for: every condition becomes `(condition) and (condition of the filter)`.
 * The filter's detections get a prefix, so that no name or pattern of the rule means them, nor the other way round.
 */
import type { HuntbookError } from '../errors.ts';
import type {
  Condition,
  Detection,
  LogSource,
  SigmaCorrelation,
  SigmaFilter,
  SigmaRule,
  WrittenCondition,
} from './ast.ts';
import { renderCondition } from './condition.ts';
import { quote } from './fault.ts';
import { referenceError } from './reference-error.ts';
import { DocumentIndex, placesOf } from './references.ts';
import { selectNames } from './selector.ts';

/** Conditions nested deeper are not read again; filters beyond that stand side by side. */
const maxNesting = 50;
/** Parts that filters may add, in all: many filters for many rules multiply. */
const maxAdded = 1_000_000;

export interface FilteredRules {
  /** In the order given; a rule without a filter is the same object. */
  readonly rules: SigmaRule[];
  /**
   * Filters that name a rule which is not there (HB_RULE_REFERENCE); the others of such a filter are filtered. Filters
   * that are not applied, or not to all of their rules, because there are too many (HB_LIMIT).
   */
  readonly errors: HuntbookError[];
}

/**
 * Applies filters in order. A filter is for the rules it names by id or name, or for all, whose log source its own
 * contains: what it says of category, product and service is the same. Correlations are filtered through the rules
 * they name; `correlations` serves to say so when a filter names one.
 */
export function applyFilters(
  rules: readonly SigmaRule[],
  filters: readonly SigmaFilter[],
  correlations: readonly SigmaCorrelation[] = [],
): FilteredRules {
  const errors: HuntbookError[] = [];
  if (filters.length === 0) return { rules: [...rules], errors };
  const ruleIndex = new DocumentIndex(rules);
  const correlationIndex = new DocumentIndex(correlations);
  const chosen = new Map<SigmaRule, SigmaFilter[]>();
  let added = 0;
  for (const filter of filters) {
    const named =
      filter.rules === 'any' || filter.rules.length === 0 ? rules : namedRules(filter, filter.rules);
    const size = sizeOf(filter);
    for (const rule of named) {
      if (!containsLogSource(filter.logsource, rule.logsource)) continue;
      added += size;
      if (added > maxAdded) {
        const message = `filters add more than ${maxAdded} parts to rules; some rules are without this one`;
        errors.push(
          referenceError(filter, message, 'HB_LIMIT', 'Narrow the log source or the rules of filters.'),
        );
        break;
      }
      const list = chosen.get(rule);
      if (list === undefined) chosen.set(rule, [filter]);
      else list.push(filter);
    }
  }
  const filtered = rules.map((rule) => {
    const own = chosen.get(rule);
    return own === undefined ? rule : withFilters(rule, own);
  });
  return { rules: filtered, errors };

  function namedRules(filter: SigmaFilter, references: readonly string[]): ReadonlySet<SigmaRule> {
    const found = new Set<SigmaRule>();
    for (const reference of references) {
      const matches = ruleIndex.find(reference);
      for (const rule of matches) found.add(rule);
      if (matches.length > 0) continue;
      const others = correlationIndex.find(reference);
      const why =
        others.length === 0
          ? 'which was not found'
          : `which is a correlation (${placesOf(others)}): name the rules it is about`;
      errors.push(referenceError(filter, `the filter names the rule ${quote(reference)}, ${why}`));
    }
    return found;
  }
}

/** Whether every event of the rule's log source is one of the filter's. */
function containsLogSource(filter: LogSource, rule: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (key) => filter[key] === undefined || filter[key] === rule[key],
  );
}

function withFilters(rule: SigmaRule, filters: readonly SigmaFilter[]): SigmaRule {
  const detections = Object.create(null) as Record<string, Detection>;
  const names = Object.keys(rule.detections);
  for (const name of names) detections[name] = rule.detections[name] as Detection;
  const prefixes = freePrefixes(names);
  const added = filters.map((filter) => {
    const prefix = prefixes.next().value;
    for (const name of Object.keys(filter.detections))
      detections[prefix + name] = copyNodes(filter.detections[name] as Detection);
    return filterCondition(filter, prefix);
  });
  const conditions = rule.conditions.map(({ tree }): WrittenCondition => {
    const both = joinAll(closePatterns(tree, names), added);
    return { text: renderCondition(both), tree: both };
  });
  return { ...rule, detections, conditions };
}

/** `((tree and first) and second)`, and so on. */
function joinAll(tree: Condition, added: readonly Condition[]): Condition {
  let both = tree;
  let depth = depthOf(tree);
  for (const [index, one] of added.entries()) {
    if (depth >= maxNesting && both.kind === 'and')
      return { kind: 'and', items: [...both.items, ...added.slice(index)] };
    both = { kind: 'and', items: [both, one] };
    depth = 1 + Math.max(depth, depthOf(one));
  }
  return both;
}

/** Private, as its first character says, and the beginning of none of the names nor of one another. */
function* freePrefixes(names: readonly string[]): Generator<string, never> {
  const taken = new Set(names.map((name) => /^_filter\d+_/.exec(name)?.[0]));
  for (let number = 1; ; number++) {
    const prefix = `_filter${number}_`;
    if (!taken.has(prefix)) yield prefix;
  }
}

/** The filter's condition over the prefixed names; selectors stay where they select the same with a prefix. */
function filterCondition(filter: SigmaFilter, prefix: string): Condition {
  const own = Object.keys(filter.detections);
  const prefixed = own.map((name) => prefix + name);
  return mapCondition(filter.condition.tree, (leaf) => {
    if (leaf.kind === 'ref') return { kind: 'ref', name: prefix + leaf.name };
    const meant = selectNames(own, leaf.pattern).map((name) => prefix + name);
    const pattern = prefix + (leaf.pattern === 'them' ? '*' : leaf.pattern);
    // Nothing else begins with the prefix.
    const selected = selectNames(prefixed, pattern);
    const same = selected.length === meant.length && selected.every((name, index) => name === meant[index]);
    return same ? { ...leaf, pattern } : spellOut(leaf.quantifier, meant);
  });
}

/** Patterns for private names would select those of the filter too: they are spelt out. */
function closePatterns(tree: Condition, names: readonly string[]): Condition {
  return mapCondition(tree, (leaf) =>
    leaf.kind === 'of' && leaf.pattern.startsWith('_')
      ? spellOut(leaf.quantifier, selectNames(names, leaf.pattern))
      : leaf,
  );
}

function spellOut(quantifier: '1' | 'all', names: readonly string[]): Condition {
  const items = names.map((name): Condition => ({ kind: 'ref', name }));
  return items.length === 1 ? (items[0] as Condition) : { kind: quantifier === 'all' ? 'and' : 'or', items };
}

type Leaf = Extract<Condition, { kind: 'ref' | 'of' }>;

function mapCondition(tree: Condition, change: (leaf: Leaf) => Condition): Condition {
  if (tree.kind === 'not') return { kind: 'not', item: mapCondition(tree.item, change) };
  if ('items' in tree)
    return { kind: tree.kind, items: tree.items.map((item) => mapCondition(item, change)) };
  return change(tree);
}

function depthOf(tree: Condition): number {
  if (tree.kind === 'not') return 1 + depthOf(tree.item);
  if (!('items' in tree)) return 0;
  return 1 + tree.items.reduce((most, item) => Math.max(most, depthOf(item)), 0);
}

/** Rules do not share what is rewritten later; long lists of values, which are replaced whole, stay shared. */
function copyNodes(detection: Detection): Detection {
  if (detection.kind === 'item') return { ...detection };
  return { ...detection, items: detection.items.map(copyNodes) };
}

/** What a filter adds to a rule. */
function sizeOf({ detections, condition }: SigmaFilter): number {
  const nodes = (node: Detection): number =>
    node.kind === 'item' ? 1 : node.items.reduce((sum, item) => sum + nodes(item), 1);
  const own = Object.keys(detections);
  const words = (node: Condition): number => {
    if (node.kind === 'not') return words(node.item);
    if ('items' in node) return node.items.reduce((sum, item) => sum + words(item), 0);
    return node.kind === 'of' ? own.length : 1;
  };
  return own.reduce((sum, name) => sum + nodes(detections[name] as Detection), words(condition.tree));
}
