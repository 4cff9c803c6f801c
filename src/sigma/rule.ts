/** One document that describes a detection: metadata, log source, detections, conditions. */
import type { Condition, Detection, RulePosition, SigmaRule } from './ast.ts';
import { parseCondition } from './condition.ts';
import { isMap, keyFault, parseDetection } from './detection.ts';
import type { FindKey } from './detection.ts';
import { RuleFault, at } from './fault.ts';
import { customFields, own, parseLogSource, parseMetadata } from './metadata.ts';
import { keyMark } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

export interface DocumentContext {
  readonly path: string;
  readonly document: number;
  readonly position: RulePosition;
  readonly find: FindKey;
  /** Where a key within keys stands; may be asked in any order. */
  readonly place: (...keys: string[]) => RulePosition;
  /** Says something of a document that is read all the same, about a key within keys. */
  readonly note: (message: string, ...keys: string[]) => void;
}

/** Throws RuleFault. */
export function parseRule(map: YamlMap, context: DocumentContext): SigmaRule {
  const metadata = parseMetadata(map);
  const logsource = parseLogSource(map);
  const section = own(map, 'detection');
  if (section === undefined) throw new RuleFault('HB_RULE_INVALID', 'the rule has no detection', null);
  const place = at(null, 'detection');
  if (!isMap(section)) throw new RuleFault('HB_RULE_INVALID', 'the detection must be a map', place);
  const detections = parseDetections(section, context.find);
  // The head is spread first: anywhere else it is copied key by key.
  return {
    ...metadata,
    kind: 'rule',
    path: context.path,
    document: context.document,
    position: context.position,
    logsource,
    detections,
    conditions: parseConditions(section, Object.keys(detections)),
    custom: customFields(map),
  };
}

/** Every key of the section but the condition, the legacy time frame and those named. */
export function parseDetections(
  section: YamlMap,
  find: FindKey,
  holder = 'detection',
): Record<string, Detection> {
  const place = at(null, holder);
  // Without a prototype: a detection may be named like a method of objects.
  const detections = Object.create(null) as Record<string, Detection>;
  let count = 0;
  for (const name of Object.keys(section)) {
    if (name === 'condition' || name === 'timeframe' || (holder === 'filter' && name === 'rules')) continue;
    const inner = at(place, name);
    if (name.startsWith(keyMark)) throw keyFault(name, inner);
    detections[name] = parseDetection(section[name] as YamlValue, inner, find(name), find);
    count++;
  }
  if (count === 0)
    throw new RuleFault('HB_RULE_INVALID', `the ${holder} holds nothing but a condition`, place);
  return detections;
}

function parseConditions(section: YamlMap, names: readonly string[]): { text: string; tree: Condition }[] {
  const place = at(at(null, 'detection'), 'condition');
  const written = own(section, 'condition');
  if (written === undefined || (Array.isArray(written) && written.length === 0)) {
    throw new RuleFault('HB_RULE_CONDITION', 'the detection has no condition', at(null, 'detection'));
  }
  const list = Array.isArray(written) ? written : [written];
  return list.map((text, index) => {
    const inner = Array.isArray(written) ? at(place, index) : place;
    if (typeof text !== 'string')
      throw new RuleFault('HB_RULE_CONDITION', 'the condition must be text', inner);
    return { text, tree: parseCondition(text, names, inner) };
  });
}
