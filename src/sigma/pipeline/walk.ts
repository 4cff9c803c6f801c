/** Walks over detections. Nothing is changed in place: what stays the same is the same object. */
import type { Condition, Detection, SigmaRule, WrittenCondition } from '../ast.ts';
import { renderCondition } from '../condition.ts';
import { selectNames } from '../selector.ts';

export type Item = Extract<Detection, { kind: 'item' }>;

export function eachItem(detection: Detection, visit: (item: Item) => void): void {
  if (detection.kind === 'item') visit(detection);
  else for (const item of detection.items) eachItem(item, visit);
}

/** Whether any item of the rule meets the test. */
export function someItem(rule: SigmaRule, test: (item: Item) => boolean): boolean {
  for (const name in rule.detections) if (someOf(rule.detections[name] as Detection, test)) return true;
  return false;
}

/**
 * The rule with each item replaced by what `change` makes of it; null drops it. Detections of which nothing is left go,
 * and their names go from the conditions. Gives null when a condition has nothing left.
 */
export function mapRule(rule: SigmaRule, change: (item: Item) => Detection | null): SigmaRule | null {
  let detections: Record<string, Detection> | null = null;
  let dropped = false;
  for (const name in rule.detections) {
    const old = rule.detections[name] as Detection;
    const next = mapItems(old, change);
    if (next === old) continue;
    detections ??= copyDetections(rule.detections);
    if (next === null) {
      delete detections[name];
      dropped = true;
    } else detections[name] = next;
  }
  if (detections === null) return rule;
  if (!dropped) return { ...rule, detections };
  const names = Object.keys(detections);
  const conditions: WrittenCondition[] = [];
  for (const condition of rule.conditions) {
    const tree = pruneCondition(condition.tree, names);
    if (tree === null) return null;
    conditions.push(tree === condition.tree ? condition : { text: renderCondition(tree), tree });
  }
  return { ...rule, detections, conditions };
}

export function mapItems(detection: Detection, change: (item: Item) => Detection | null): Detection | null {
  if (detection.kind === 'item') return change(detection);
  const { items } = detection;
  let next: Detection[] | null = null;
  for (let i = 0; i < items.length; i++) {
    const old = items[i] as Detection;
    const mapped = mapItems(old, change);
    if (next === null) {
      if (mapped === old) continue;
      next = items.slice(0, i);
    }
    if (mapped !== null) next.push(mapped);
  }
  if (next === null) return detection;
  if (next.length === 0) return null;
  return next.length === 1 ? (next[0] as Detection) : { kind: detection.kind, items: next };
}

/** Without a prototype: a detection may be named like a method of objects. */
export function copyDetections(detections: Readonly<Record<string, Detection>>): Record<string, Detection> {
  return Object.assign(Object.create(null) as Record<string, Detection>, detections);
}

/** The condition with selectors that would also find `name` written out over `names`. */
export function pinSelectors(tree: Condition, names: readonly string[], name: string): Condition {
  switch (tree.kind) {
    case 'ref':
      return tree;
    case 'not': {
      const item = pinSelectors(tree.item, names, name);
      return item === tree.item ? tree : { kind: 'not', item };
    }
    case 'of': {
      if (selectNames([name], tree.pattern).length === 0) return tree;
      const refs = selectNames(names, tree.pattern).map((ref): Condition => ({ kind: 'ref', name: ref }));
      if (refs.length === 1) return refs[0] as Condition;
      return { kind: tree.quantifier === 'all' ? 'and' : 'or', items: refs };
    }
    default: {
      const items = tree.items.map((item) => pinSelectors(item, names, name));
      return items.every((item, index) => item === tree.items[index]) ? tree : { kind: tree.kind, items };
    }
  }
}

function someOf(detection: Detection, test: (item: Item) => boolean): boolean {
  return detection.kind === 'item' ? test(detection) : detection.items.some((item) => someOf(item, test));
}

function pruneCondition(tree: Condition, names: readonly string[]): Condition | null {
  switch (tree.kind) {
    case 'ref':
      return names.includes(tree.name) ? tree : null;
    case 'of':
      return selectNames(names, tree.pattern).length === 0 ? null : tree;
    case 'not': {
      const item = pruneCondition(tree.item, names);
      if (item === null) return null;
      return item === tree.item ? tree : { kind: 'not', item };
    }
    default: {
      const items = tree.items.map((item) => pruneCondition(item, names)).filter((item) => item !== null);
      if (items.length === 0) return null;
      if (items.length === 1) return items[0] as Condition;
      return items.length === tree.items.length && items.every((item, i) => item === tree.items[i])
        ? tree
        : { kind: tree.kind, items };
    }
  }
}
