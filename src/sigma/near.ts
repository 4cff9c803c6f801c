/**
 * `selection | near a and not b` of old rules: what a correlation of the type temporal says. The rule is about the
 * detections in front of the pipe, and each detection behind it becomes a rule of its own.
 */
import type {
  Condition,
  CorrelationBound,
  CorrelationCondition,
  CorrelationType,
  Detection,
  SigmaRule,
} from './ast.ts';
import { conditionReferences, parseCondition, renderCondition } from './condition.ts';
import { RuleFault } from './fault.ts';
import type { Place } from './fault.ts';
import { selectNames } from './selector.ts';

/** What stands behind the pipe, as a correlation has it. */
export interface AggregationMeaning {
  readonly type: CorrelationType;
  readonly groupBy: readonly string[];
  readonly condition: CorrelationCondition;
  /** The rule in front of the pipe; with `near`, then those behind it. */
  readonly rules: readonly SigmaRule[];
}

/** `text` stands behind `near`, `offset` characters into the condition at `place`. Throws RuleFault. */
export function nearMeaning(base: SigmaRule, text: string, place: Place, offset: number): AggregationMeaning {
  const tree = readNear(text, Object.keys(base.detections), place, offset);
  const references = conditionReferences(tree);
  if (references === null)
    throw unsupported(
      'near with 1 of or all of cannot be read as a correlation',
      place,
      offset,
      'Name the detections.',
    );
  const type = 'temporal';
  const groupBy: string[] = [];
  const others = [...new Set(references)].map((name) => partnerRule(base, name));
  const rules = [withDetections(base, namesOf(base)), ...others];
  const named = new Map(references.map((name) => [name, partnerName(base, name)]));
  const rename = (node: Condition): Condition => {
    if (node.kind === 'ref') return { kind: 'ref', name: named.get(node.name) as string };
    if (node.kind === 'not') return { kind: 'not', item: rename(node.item) };
    return 'items' in node ? { kind: node.kind, items: node.items.map(rename) } : node;
  };
  const plain =
    tree.kind === 'ref' || (tree.kind === 'and' && tree.items.every((item) => item.kind === 'ref'));
  if (plain) {
    return { type, groupBy, condition: threshold([{ op: 'gte', value: rules.length }], []), rules };
  }
  const renamed = rename(tree);
  const items = renamed.kind === 'and' ? renamed.items : [renamed];
  const both: Condition = { kind: 'and', items: [{ kind: 'ref', name: referenceOf(base) }, ...items] };
  const condition: CorrelationCondition = { kind: 'expression', text: renderCondition(both), tree: both };
  return { type, groupBy, condition, rules };
}

export function threshold(
  bounds: readonly CorrelationBound[],
  fields: readonly string[],
): CorrelationCondition {
  return { kind: 'threshold', bounds, fields, percentile: null };
}

export function unsupported(message: string, where: Place, offset: number, hint?: string): RuleFault {
  return new RuleFault('HB_RULE_UNSUPPORTED', message, where, { offset, hint });
}

/** How a correlation names the rule, which has an id or a name. */
export function referenceOf(base: SigmaRule): string {
  return (base.id ?? base.name) as string;
}

function readNear(text: string, names: readonly string[], place: Place, offset: number): Condition {
  try {
    return parseCondition(text, names, place);
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    throw new RuleFault(error.code, error.message, place, {
      offset: offset + (error.offset ?? 0),
      hint: error.hint,
    });
  }
}

/** A rule of one detection that `near` names. */
function partnerRule(base: SigmaRule, name: string): SigmaRule {
  const rule = withDetections(base, [name]);
  return {
    ...rule,
    id: null,
    name: partnerName(base, name),
    title: `${[...base.title].slice(0, 200).join('')} (${name})`,
    related: base.id === null ? [] : [{ id: base.id, type: 'derived' }],
    conditions: [{ text: name, tree: { kind: 'ref', name } }],
  };
}

function withDetections(rule: SigmaRule, names: readonly string[]): SigmaRule {
  const detections = Object.create(null) as Record<string, Detection>;
  for (const name of names) detections[name] = structuredClone(rule.detections[name] as Detection);
  return { ...rule, detections };
}

/** The detections that the rule's own condition is about. */
function namesOf(rule: SigmaRule): string[] {
  const all = Object.keys(rule.detections);
  const used = new Set<string>();
  const visit = (node: Condition): void => {
    if (node.kind === 'ref') used.add(node.name);
    else if (node.kind === 'of') for (const name of selectNames(all, node.pattern)) used.add(name);
    else if (node.kind === 'not') visit(node.item);
    else node.items.forEach(visit);
  };
  for (const { tree } of rule.conditions) visit(tree);
  return all.filter((name) => used.has(name));
}

/** Of characters that conditions may hold, so that expressions can be read again. */
function partnerName(base: SigmaRule, detection: string): string {
  return `${referenceOf(base).replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${detection}`;
}
