/**
 * Filters: conditions that are added to rules from outside, such as exclusions for one site.
 * Specification: Sigma filters 2.1.0, https://github.com/SigmaHQ/sigma-specification
 */
import type { SigmaFilter } from './ast.ts';
import { parseCondition } from './condition.ts';
import { isMap } from './detection.ts';
import { RuleFault, at } from './fault.ts';
import { customFields, own, parseLogSource, parseMetadata } from './metadata.ts';
import { parseDetections } from './rule.ts';
import type { DocumentContext } from './rule.ts';
import type { YamlMap } from './yaml-value.ts';

const place = at(null, 'filter');

/** Throws RuleFault. */
export function parseFilter(map: YamlMap, context: DocumentContext): SigmaFilter {
  const metadata = parseMetadata(map);
  const section = own(map, 'filter');
  if (!isMap(section)) throw new RuleFault('HB_RULE_INVALID', 'filter must be a map', place);
  const logsource = parseLogSource(map);
  const text = own(section, 'condition');
  if (typeof text !== 'string') {
    throw new RuleFault('HB_RULE_CONDITION', 'filter: the condition must be text', at(place, 'condition'));
  }
  const rules = ruleList(section);
  const detections = parseDetections(section, context.find, 'filter');
  return {
    kind: 'filter',
    path: context.path,
    document: context.document,
    position: context.position,
    ...metadata,
    logsource,
    rules,
    rulesPosition: context.place('filter', 'rules'),
    detections,
    condition: { text, tree: parseCondition(text, Object.keys(detections), at(place, 'condition')) },
    custom: customFields(map),
  };
}

function ruleList(section: YamlMap): SigmaFilter['rules'] {
  const rules = own(section, 'rules');
  if (rules === undefined)
    throw new RuleFault('HB_RULE_INVALID', 'filter: rules is missing; any stands for all', place);
  if (typeof rules === 'string') return rules === 'any' ? 'any' : [rules];
  if (Array.isArray(rules) && rules.every((item) => typeof item === 'string')) return rules as string[];
  throw new RuleFault(
    'HB_RULE_INVALID',
    'filter: rules must be any, a name or a list of names',
    at(place, 'rules'),
  );
}
