/**
 * Rules to a rule set: atoms shared between all rules, one tree a rule, and the selectors of events. Plain data,
 * so that it can be kept on disk (cache.ts). Nothing here is per event.
 */
import { HuntbookError } from '../errors.ts';
import {
  toExpression,
  type Expression,
  type LogSource,
  type SigmaRule,
  type SigmaValue,
} from '../sigma/index.ts';
import { makeAtom, type Atom } from './atoms.ts';
import type { EventSelector, LogSourceTable } from './logsource-table.ts';
import { routesOf, type LogSourceMode } from './routes.ts';

/** An atom's index, or an operator with its operands. */
export type Tree = number | readonly ['and' | 'or' | 'not', ...Tree[]];

/** What a finding says about its rule, and what filters look at. */
export interface RuleInfo {
  readonly id: string | null;
  readonly title: string;
  readonly level: string | null;
  readonly status: string | null;
  readonly path: string;
  readonly line: number;
  readonly tags: readonly string[];
  readonly logsource: LogSource;
}

export interface CompiledRule {
  readonly info: RuleInfo;
  readonly tree: Tree;
  /** Index into `RuleSet.routes`. */
  readonly route: number;
}

export interface RefusedRule {
  readonly path: string;
  readonly line: number | null;
  readonly title: string | null;
  readonly code: string;
  readonly message: string;
}

export interface RuleSet {
  readonly atoms: readonly Atom[];
  readonly rules: readonly CompiledRule[];
  readonly routes: readonly (readonly EventSelector[])[];
  readonly refused: readonly RefusedRule[];
  readonly files: number;
}

/** Trees deeper than this are refused rather than walked. */
const maxTreeDepth = 500;

export class RuleCompiler {
  readonly #atoms: Atom[] = [];
  readonly #atomIds = new Map<string, number>();
  readonly #rules: CompiledRule[] = [];
  readonly #routes: (readonly EventSelector[])[] = [];
  readonly #routeIds = new Map<string, number>();
  readonly #refused: RefusedRule[] = [];
  readonly #mode: LogSourceMode;
  readonly #table: LogSourceTable;

  constructor(mode: LogSourceMode, table: LogSourceTable) {
    this.#mode = mode;
    this.#table = table;
  }

  add(rule: SigmaRule): void {
    try {
      const route = this.#route(rule);
      const trees = rule.conditions.map((_, i) => this.#tree(toExpression(rule, i), 0));
      const tree = trees.length === 1 ? (trees[0] as Tree) : (['or', ...trees] as Tree);
      this.#rules.push({ info: infoOf(rule), tree, route });
    } catch (error) {
      this.refuse(error, rule.path, rule.position.line, rule.title);
    }
  }

  refuse(error: unknown, path: string, line: number | null, title: string | null): void {
    const known = error instanceof HuntbookError;
    this.#refused.push({
      path: (known && error.position?.file) || path,
      line: (known && error.position?.line) || line,
      title,
      code: known ? error.code : 'HB_INTERNAL',
      message: error instanceof Error ? error.message : String(error),
    });
  }

  finish(files: number): RuleSet {
    return { atoms: this.#atoms, rules: this.#rules, routes: this.#routes, refused: this.#refused, files };
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
    const key = JSON.stringify(selectors);
    let id = this.#routeIds.get(key);
    if (id === undefined) {
      id = this.#routes.push(selectors) - 1;
      this.#routeIds.set(key, id);
    }
    return id;
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
    const atom = makeAtom(field, value);
    const key = `${atom.field?.toLowerCase() ?? ''}\0${atom.kind}${atom.cased ? 1 : 0}\0${atom.text}\0${atom.value ? JSON.stringify(atom.value) : ''}`;
    let id = this.#atomIds.get(key);
    if (id === undefined) {
      id = this.#atoms.push(atom) - 1;
      this.#atomIds.set(key, id);
    }
    const absent = value.kind === 'null' || (value.kind === 'exists' && !value.value);
    return absent ? ['not', id] : id;
  }
}

function negate(tree: Tree): Tree {
  return typeof tree !== 'number' && tree[0] === 'not' ? (tree[1] as Tree) : ['not', tree];
}

export function infoOf(rule: SigmaRule): RuleInfo {
  const { id, title, level, status, path, tags, logsource } = rule;
  return { id, title, level, status, path, line: rule.position.line, tags, logsource };
}
