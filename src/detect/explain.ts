/**
 * Why a rule did or did not match an event, item by item. Works on the rule as written and on whole events, apart
 * from the fast matcher, with the same atoms.
 */
import { foldFieldName, type HuntEvent, type Value } from '../events/index.ts';
import type { Condition, Detection, SigmaRule, SigmaValue } from '../sigma/index.ts';
import { selectorNames } from '../sigma/index.ts';
import { compileAtom, describeAtom, makeAtom, testValue, type Atom } from './atoms.ts';
import type { EventSelector, LogSourceTable } from './logsource-table.ts';
import { referenceHolds } from './matcher.ts';
import { selects } from './program.ts';
import { routesOf, type LogSourceMode } from './routes.ts';

/** One line of an explanation: what was asked, whether it holds, why not, and what it consists of. */
export interface ExplainNode {
  readonly text: string;
  readonly holds: boolean;
  readonly reason?: string;
  readonly children?: readonly ExplainNode[];
}

export interface Explanation {
  readonly matches: boolean;
  readonly logSource: ExplainNode;
  readonly conditions: readonly ExplainNode[];
}

interface Context {
  readonly rule: SigmaRule;
  readonly event: HuntEvent;
  readonly fields: ReadonlyMap<string, Value>;
  readonly aliases: ReadonlyMap<string, string>;
}

export function explainRule(
  rule: SigmaRule,
  event: HuntEvent,
  mode: LogSourceMode,
  table: LogSourceTable,
): Explanation {
  const fields = new Map(Object.entries(event.fields).map(([name, value]) => [foldFieldName(name), value]));
  const { node: logSource, selector } = explainLogSource(rule, event, fields, mode, table);
  const aliases = new Map(
    Object.entries(selector?.fields ?? {}).map(([name, to]) => [foldFieldName(name), to]),
  );
  const context: Context = { rule, event, fields, aliases };
  const conditions = rule.conditions.map(({ text, tree }) => {
    const node = explainCondition(tree, context);
    return { text: `condition: ${text}`, holds: node.holds, children: node.children ?? [node] };
  });
  return { matches: logSource.holds && conditions.some((node) => node.holds), logSource, conditions };
}

function explainLogSource(
  rule: SigmaRule,
  event: HuntEvent,
  fields: ReadonlyMap<string, Value>,
  mode: LogSourceMode,
  table: LogSourceTable,
): { node: ExplainNode; selector: EventSelector | undefined } {
  const { product, category, service } = rule.logsource;
  const text = `log source: ${[product, category, service].filter(Boolean).join(' / ')}`;
  const selectors = routesOf(rule.logsource, mode, table);
  const has = (field: string): boolean => (fields.get(foldFieldName(field)) ?? null) !== null;
  const kind = { channel: event.channel, provider: event.provider, eventId: event.eventId, has };
  const selector = selectors?.find((candidate) => selects(candidate, kind));
  if (selector) return { node: { text, holds: true }, selector };
  const got = `the event is ${event.channel ?? event.provider ?? 'of no known channel'}, event id ${event.eventId ?? 'none'}`;
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
      const all = condition.kind === 'and';
      const holds = all ? children.every((c) => c.holds) : children.some((c) => c.holds);
      return { text: all ? 'all of these' : 'any of these', holds, children };
    }
    case 'not': {
      const child = explainCondition(condition.item, context);
      return { text: 'not', holds: !child.holds, children: [child] };
    }
    case 'ref':
      return explainDetection(condition.name, context.rule.detections[condition.name] as Detection, context);
    case 'of': {
      const children = selectorNames(condition, context.rule.detections).map((name) =>
        explainDetection(name, context.rule.detections[name] as Detection, context),
      );
      const all = condition.quantifier === 'all';
      const holds = all ? children.every((c) => c.holds) : children.some((c) => c.holds);
      return { text: `${condition.quantifier} of ${condition.pattern}`, holds, children };
    }
  }
}

function explainDetection(name: string, detection: Detection, context: Context): ExplainNode {
  const node = explainPart(detection, context);
  return { text: name, holds: node.holds, children: node.children ?? [node] };
}

function explainPart(detection: Detection, context: Context): ExplainNode {
  if (detection.kind === 'item') return explainItem(detection, context);
  const children = detection.items.map((item) => explainPart(item, context));
  const all = detection.kind === 'and';
  return {
    text: all ? 'all of these' : 'any of these',
    holds: all ? children.every((c) => c.holds) : children.some((c) => c.holds),
    children,
  };
}

type Item = Extract<Detection, { kind: 'item' }>;

function explainItem(item: Item, context: Context): ExplainNode {
  const name = [item.field ?? 'keyword', ...item.modifiers].join('|');
  const results = item.values.map((value) => explainValue(item, value, context));
  const found = item.link === 'and' ? results.every((r) => r.holds) : results.some((r) => r.holds);
  const holds = item.negated ? !found : found;
  if (results.length === 1) {
    const only = results[0] as ExplainNode;
    return { ...only, text: `${name}: ${only.text}`, holds };
  }
  // Hundreds of values that all fail for the same reason are one line.
  const reasons = new Set(results.filter((r) => !r.holds).map((r) => r.reason));
  if (!holds && reasons.size === 1 && results.every((r) => !r.holds)) {
    return {
      text: `${name}: ${item.link === 'and' ? 'all' : 'any'} of ${results.length} values`,
      holds,
      reason: [...reasons][0] as string,
    };
  }
  const shown = holds && item.link === 'or' && !item.negated ? results.filter((r) => r.holds) : results;
  return {
    text: `${name}: ${item.link === 'and' ? 'all' : 'any'} of ${results.length} values`,
    holds,
    children: shown,
  };
}

function explainValue(item: Item, value: SigmaValue, context: Context): ExplainNode {
  const atom = makeAtom(item.field, value);
  const absentWanted = value.kind === 'null' || (value.kind === 'exists' && !value.value);
  const text =
    value.kind === 'null' ? 'null' : value.kind === 'exists' ? String(value.value) : describeAtom(atom);
  if (item.field === null) {
    const test = compileAtom(atom);
    const where = Object.entries(context.event.fields).find(([, v]) => testValue(test, v));
    return where
      ? { text: `${text} (in ${where[0]})`, holds: true }
      : { text, holds: false, reason: 'in no value of the event' };
  }
  const alias = context.aliases.get(foldFieldName(item.field));
  const direct = context.fields.get(foldFieldName(item.field)) ?? null;
  const actual = alias ? (context.fields.get(foldFieldName(alias)) ?? direct) : direct;
  const named = alias ? ` (the event calls it ${alias})` : '';
  if (absentWanted) {
    return actual === null
      ? { text: text + named, holds: true }
      : { text: text + named, holds: false, reason: `field is present: ${show(actual)}` };
  }
  if (actual === null) return { text: text + named, holds: false, reason: absentReason(item.field, context) };
  if (atom.kind === 'fieldref') {
    const other = context.fields.get(foldFieldName(atom.text)) ?? null;
    const holds = referenceHolds(atom, [actual], [other]);
    const reason = other === null ? `field ${atom.text} is absent` : `${show(actual)} against ${show(other)}`;
    return holds ? { text, holds } : { text, holds, reason };
  }
  const test = compileAtom(atom);
  if (testValue(test, actual)) return { text: text + named, holds: true };
  return { text: text + named, holds: false, reason: `${whyNot(atom, actual)}value is ${show(actual)}` };
}

function absentReason(field: string, context: Context): string {
  const near = Object.keys(context.event.fields).find((name) => {
    const a = foldFieldName(name).replace(/[^a-z0-9]/g, '');
    const b = foldFieldName(field).replace(/[^a-z0-9]/g, '');
    return a !== '' && (a.endsWith(b) || b.endsWith(a));
  });
  return near ? `field absent (the event has ${near})` : 'field absent';
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
  if (atom.cased) {
    const relaxed = { ...atom, cased: false, ...(given && { value: { ...given, cased: false } }) };
    if (nearly(relaxed)) return 'case differs: ';
  }
  if ((atom.kind === 'exact' || atom.kind === 'starts' || atom.kind === 'ends') && atom.text !== '') {
    if (nearly({ ...atom, kind: 'contains' })) {
      return 'the text is there, but not in that place (wildcard or |contains): ';
    }
  }
  return '';
}

function show(value: Value): string {
  const text =
    typeof value === 'string'
      ? `'${value}'`
      : Array.isArray(value)
        ? `[${value.map(show).join(', ')}]`
        : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
