/**
 * Rules to a rule set. A rule that cannot be run is kept with its reason. Nothing here is per event.
 */
import { asHuntbookError, HuntbookError } from '../errors.ts';
import {
  applyFilters,
  fillPlaceholders,
  resolveReferences,
  toExpression,
  type Expression,
  type ParseResult,
  type SigmaRule,
  type SigmaValue,
} from '../sigma/index.ts';
import { makeAtom, type Atom } from './atoms.ts';
import { compileCorrelations, type StoredCorrelation } from './correlate/index.ts';
import type { Tree } from './fold-tree.ts';
import { logSourceTable, type LogSourceTable } from './logsource-table.ts';
import { routesOf, type LogSourceMode } from './routes.ts';
import { RuleSetBuilder, type RuleInfo, type RuleSet } from './rule-set.ts';

/** Trees deeper than this are refused rather than walked. */
const maxTreeDepth = 500;

export interface CompileOptions {
  readonly mode?: LogSourceMode;
  readonly table?: LogSourceTable;
  /** Values for `%placeholders%`. */
  readonly placeholders?: Record<string, string[]> | null;
  /** Files that were read, to be told with the set. */
  readonly files?: number;
  /** Files of SQL hunts, which stand beside the rules. */
  readonly sqlHunts?: readonly string[];
}

/**
 * Everything that was parsed, ready to run: filters put into their rules, correlations over those. Never throws: what
 * cannot be run is in `refused`, and so are the errors of parsing.
 */
export function compileRuleSet(
  documents: Pick<ParseResult, 'rules' | 'correlations' | 'filters' | 'notices' | 'errors'>,
  options: CompileOptions = {},
): RuleSet {
  const { rules, correlations, filters, notices, errors } = documents;
  const { placeholders } = options;
  const compiler = new RuleCompiler(options.mode ?? 'auto', options.table ?? logSourceTable);
  const { documents: named, notBetween, parts } = resolveReferences(documents);
  const filtered = applyFilters(rules, filters, correlations);
  const indexes = new Map<SigmaRule, number | HuntbookError>();
  for (const [i, rule] of rules.entries()) {
    const ready = (): SigmaRule => {
      const own = filtered.rules[i] as SigmaRule;
      return placeholders ? fillPlaceholders(own, placeholders) : own;
    };
    indexes.set(rule, compiler.add(rule, parts.has(rule), ready));
  }
  const ruleIndex = (rule: SigmaRule): number | HuntbookError => indexes.get(rule) as number | HuntbookError;
  const sources = { correlations, documents: named, notBetween, parts, ruleIndex };
  const compiled = compileCorrelations(sources, (correlation, error) =>
    compiler.refuse(error, correlation.path, correlation.position.line, correlation.title),
  );
  compiler.correlate(compiled);
  compiler.noteFilters([...new Set(filters.map(({ path }) => path))]);
  for (const error of [...errors, ...filtered.errors])
    compiler.refuse(error, error.position?.file ?? '', error.position?.line ?? null, null);
  for (const { path, position, message } of notices) compiler.note(path, position.line, message);
  return compiler.finish(options.files ?? 0, options.sqlHunts);
}

export class RuleCompiler {
  readonly #set = new RuleSetBuilder();
  readonly #mode: LogSourceMode;
  readonly #table: LogSourceTable;

  constructor(mode: LogSourceMode, table: LogSourceTable) {
    this.#mode = mode;
    this.#table = table;
  }

  /**
   * Gives the rule's index in the set, or why it was refused. `part`: it only serves correlations. `ready`: what makes
   * the rule that is compiled; what it throws refuses the rule.
   */
  add(rule: SigmaRule, part = false, ready: () => SigmaRule = () => rule): number | HuntbookError {
    try {
      const own = ready();
      const route = this.#route(own);
      const trees = own.conditions.map((_, i) => this.#tree(toExpression(own, i), 0));
      const tree = trees.length === 1 ? (trees[0] as Tree) : (['or', ...trees] as Tree);
      const eventIds = neededIds(tree, (id) => this.#set.atomOf(id));
      const stored = { info: infoOf(own), route, eventIds, tree: JSON.stringify(tree) };
      return this.#set.rules.push(part ? { ...stored, part } : stored) - 1;
    } catch (error) {
      this.refuse(error, rule.path, rule.position.line, rule.title);
      return asHuntbookError(error, 'HB_INTERNAL', rule.path);
    }
  }

  /** Over rules that were added, by their indexes. */
  correlate(correlations: readonly StoredCorrelation[]): void {
    this.#set.correlations = correlations;
  }

  noteFilters(paths: readonly string[]): void {
    this.#set.filterPaths = paths;
  }

  refuse(error: unknown, path: string, line: number | null, title: string | null): void {
    const known = error instanceof HuntbookError;
    this.#set.refused.push({
      path: (known && error.position?.file) || path,
      line: (known && error.position?.line) || line,
      title,
      code: known ? error.code : 'HB_INTERNAL',
      message: error instanceof Error ? error.message : String(error),
    });
  }

  note(path: string, line: number, message: string): void {
    this.#set.notices.push({ path, line, message });
  }

  finish(files: number, sqlHunts: readonly string[] = []): RuleSet {
    return this.#set.finish(files, sqlHunts);
  }

  #route(rule: SigmaRule): number {
    const selectors = routesOf(rule.logsource, this.#mode, this.#table);
    if (!selectors) {
      const { product, category, service } = rule.logsource;
      const named = Object.entries({ product, category, service }).flatMap(([k, v]) =>
        v ? [`${k} ${v}`] : [],
      );
      throw new HuntbookError(
        'HB_RULE_LOGSOURCE',
        `${rule.path}: no events are known for log source ${named.join(', ')}`,
      );
    }
    return this.#set.route(selectors);
  }

  #tree(expression: Expression, depth: number): Tree {
    if (depth > maxTreeDepth)
      throw new HuntbookError('HB_RULE_CONDITION', 'the condition is nested too deeply to run');
    if (expression.op === 'match') return this.#match(expression.field, expression.value);
    if (expression.op === 'not') return negate(this.#tree(expression.item, depth + 1));
    const items: Tree[] = [];
    for (const item of expression.items) {
      const tree = this.#tree(item, depth + 1);
      // The same operator nested is the same list.
      if (typeof tree !== 'number' && tree[0] === expression.op)
        for (let i = 1; i < tree.length; i++) items.push(tree[i] as Tree);
      else items.push(tree);
    }
    return items.length === 1 ? (items[0] as Tree) : [expression.op, ...items];
  }

  #match(field: string | null, value: SigmaValue): Tree {
    const id = this.#set.atom(makeAtom(field, value));
    const absent = value.kind === 'null' || (value.kind === 'exists' && !value.value);
    return absent ? ['not', id] : id;
  }
}

/** The event ids of which one must be there for the tree to hold; null when others may do. */
function neededIds(tree: Tree, atomOf: (id: number) => Atom): string[] | null {
  if (typeof tree === 'number') {
    const atom = atomOf(tree);
    return atom.kind === 'exact' && atom.field?.toLowerCase() === 'eventid'
      ? [atom.text.toLowerCase()]
      : null;
  }
  if (tree[0] === 'not') return null;
  const sets = tree.slice(1).map((item) => neededIds(item as Tree, atomOf));
  if (tree[0] === 'or') return sets.every((set) => set !== null) ? [...new Set(sets.flat())] : null;
  return sets.reduce((a, b) => (a && b ? a.filter((id) => b.includes(id)) : (a ?? b)), null);
}

function negate(tree: Tree): Tree {
  return typeof tree !== 'number' && tree[0] === 'not' ? (tree[1] as Tree) : ['not', tree];
}

export function infoOf(rule: SigmaRule): RuleInfo {
  const { id, title, level, status, path, tags, logsource } = rule;
  return { id, title, level, status, path, line: rule.position.line, tags, logsource };
}
