/**
 * Why a rule did or did not match an event, item by item. Works on the rule as written and on whole events, apart
 * from the fast matcher, with the same atoms. The size of an answer is bounded, whatever the rule and the event.
 */
import { foldFieldName, type HuntEvent } from '../events/index.ts';
import type { Condition, Detection, SigmaRule } from '../sigma/index.ts';
import { selectorNames } from '../sigma/index.ts';
import { EventView, explainItem, type ExplainNode } from './explain-item.ts';
import type { EventSelector, LogSourceTable } from './logsource-table.ts';
import { selects } from './program.ts';
import { routesOf, type LogSourceMode } from './routes.ts';

export type { ExplainNode } from './explain-item.ts';

export interface Explanation {
  readonly matches: boolean;
  readonly logSource: ExplainNode;
  readonly conditions: readonly ExplainNode[];
}

/** Parts shown of one detection, selector or condition. */
const maxParts = 40;

interface Context {
  readonly rule: SigmaRule;
  readonly event: EventView;
  /** A detection may be named many times in a condition. */
  readonly known: Map<string, ExplainNode>;
}

/** The rule must be one that can be run: `toExpression` accepts all its conditions. */
export function explainRule(
  rule: SigmaRule,
  event: HuntEvent,
  mode: LogSourceMode,
  table: LogSourceTable,
): Explanation {
  const { node: logSource, selector } = explainLogSource(rule, event, mode, table);
  const context: Context = {
    rule,
    event: new EventView(event.fields, selector?.fields ?? {}),
    known: new Map(),
  };
  const conditions = rule.conditions.map(({ text, tree }) => {
    const node = explainCondition(tree, context);
    // The text of the condition stands for its outermost operator.
    const { holds, children = [node], omitted } = tree.kind === 'ref' ? { ...node, children: [node] } : node;
    return { text: `condition: ${text}`, holds, children, ...(omitted !== undefined && { omitted }) };
  });
  return { matches: logSource.holds && conditions.some((node) => node.holds), logSource, conditions };
}

function explainLogSource(
  rule: SigmaRule,
  event: HuntEvent,
  mode: LogSourceMode,
  table: LogSourceTable,
): { node: ExplainNode; selector: EventSelector | undefined } {
  const { product, category, service } = rule.logsource;
  const text = `log source: ${[product, category, service].filter(Boolean).join(' / ')}`;
  const selectors = routesOf(rule.logsource, mode, table);
  const present = new Set(Object.keys(event.fields).map(foldFieldName));
  const { channel, provider, eventId } = event;
  // Events that do not say what they are show it by their fields; others are known by what they say.
  const nameless = channel === null && provider === null;
  const known = { eventid: eventId, channel, provider_name: provider } as Readonly<Record<string, unknown>>;
  const has = (field: string): boolean => {
    const name = foldFieldName(field);
    return name in known ? known[name] !== null : nameless && present.has(name);
  };
  const selector = selectors?.find((candidate) => selects(candidate, { channel, provider, eventId, has }));
  if (selector) return { node: { text, holds: true }, selector };
  const got = `the event is ${channel ?? provider ?? 'of no known channel'}, event id ${eventId ?? 'none'}`;
  const wanted = selectors?.map(describeSelector).join(' or ');
  const reason = selectors
    ? `${got}; the rule looks at ${wanted || 'nothing in this mode'}`
    : `no events are known for this log source; ${got}`;
  return { node: { text, holds: false, reason }, selector: undefined };
}

function describeSelector(selector: EventSelector): string {
  const parts: string[] = [];
  if (selector.channel) parts.push(selector.channel.join(' | '));
  if (selector.provider) parts.push(`provider ${selector.provider.join(' | ')}`);
  if (selector.eventId) parts.push(`event id ${selector.eventId.join(', ')}`);
  if (selector.has) parts.push(`events with ${selector.has.join(', ')}`);
  return parts.join(' ') || 'every event';
}

function explainCondition(condition: Condition, context: Context): ExplainNode {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const children = condition.items.map((item) => explainCondition(item, context));
      return group(
        condition.kind === 'and' ? 'all of these' : 'any of these',
        condition.kind === 'and',
        children,
      );
    }
    case 'not': {
      const child = explainCondition(condition.item, context);
      return { text: 'not', holds: !child.holds, children: [child] };
    }
    case 'ref':
      return explainDetection(condition.name, context);
    case 'of': {
      const names = selectorNames(condition, context.rule.detections);
      const children = names.map((name) => explainDetection(name, context));
      return group(
        `${condition.quantifier} of ${condition.pattern}`,
        condition.quantifier === 'all',
        children,
      );
    }
  }
}

function explainDetection(name: string, context: Context): ExplainNode {
  let node = context.known.get(name);
  if (!node) {
    const detection = context.rule.detections[name] as Detection;
    const part = explainPart(detection, context.event);
    if (detection.kind === 'item') node = { text: name, holds: part.holds, children: [part] };
    else node = { ...part, text: detection.kind === 'or' ? `${name}: any of these` : name };
    context.known.set(name, node);
  }
  return node;
}

function explainPart(detection: Detection, event: EventView): ExplainNode {
  if (detection.kind === 'item') return explainItem(detection, event);
  const children = detection.items.map((item) => explainPart(item, event));
  return group(
    detection.kind === 'and' ? 'all of these' : 'any of these',
    detection.kind === 'and',
    children,
  );
}

/** Too many parts are cut to those that decide: what failed of `all`, what held of `any`. */
function group(text: string, all: boolean, children: readonly ExplainNode[]): ExplainNode {
  const holds = all ? children.every((child) => child.holds) : children.some((child) => child.holds);
  if (children.length <= maxParts) return { text, holds, children };
  const decisive = children.filter((child) => child.holds !== all).slice(0, maxParts);
  const rest = children.filter((child) => child.holds === all).slice(0, maxParts - decisive.length);
  return {
    text,
    holds,
    children: [...decisive, ...rest],
    omitted: children.length - decisive.length - rest.length,
  };
}
