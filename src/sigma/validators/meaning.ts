/**
 * What must stay the same when a file is mended: everything that decides what its documents match, how they are
 * named and rated. Positions, modifiers once applied, the order of tags, repeats and spaces at line ends may change.
 */
import type { Detection, ParseResult, SigmaDocument } from '../ast.ts';

/** A text that is equal for equal meanings. */
export function meaningOf({ rules, correlations, filters, errors }: ParseResult): string {
  const documents = [...rules, ...correlations, ...filters].sort((a, b) => a.document - b.document);
  return JSON.stringify([errors.length, documents.map(documentMeaning)]);
}

function documentMeaning(document: SigmaDocument): unknown {
  const { kind, document: index, id, name, title, status, level, author, license } = document;
  const { date, modified, taxonomy, fields, falsepositives, related, custom } = document;
  return [
    [kind, index, id, name, title, status, level, author, license, date, modified, taxonomy],
    withoutLineEnds(document.description ?? ''),
    [...new Set(document.tags.map((tag) => tag.toLowerCase()))],
    [...new Set(document.references)],
    [fields, falsepositives, document.scope, related, custom],
    logicMeaning(document),
  ];
}

function logicMeaning(document: SigmaDocument): unknown {
  switch (document.kind) {
    case 'rule':
      return [document.logsource, detectionsMeaning(document.detections), document.conditions];
    case 'filter':
      return [document.logsource, document.rules, detectionsMeaning(document.detections), document.condition];
    case 'correlation': {
      const { type, rules, groupBy, timespan, condition, aliases, generate, chain } = document;
      const { relations, maxDepth, order, notBetween } = chain ?? {};
      const ofChain = [relations, maxDepth, order, notBetween];
      return [type, rules, groupBy, timespan, condition, aliases, generate, ofChain];
    }
  }
}

function detectionsMeaning(detections: Readonly<Record<string, Detection>>): unknown {
  return Object.keys(detections).map((name) => [name, detectionMeaning(detections[name] as Detection)]);
}

function detectionMeaning(detection: Detection): unknown {
  if (detection.kind !== 'item') return [detection.kind, detection.items.map(detectionMeaning)];
  const { field, values, link, negated, groups } = detection;
  return [field, values, link, negated, groups ?? null];
}

function withoutLineEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
