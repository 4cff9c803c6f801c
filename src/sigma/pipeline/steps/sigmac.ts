/** What configurations of the old sigmac say of log sources and fields; made by `parseSigmacConfig` only. */
import type { SigmaRule } from '../../ast.ts';
import { valueTest } from '../conditions.ts';
import { StepFault, isRecord, textOf, textsOf } from '../parameters.ts';
import { someItem } from '../walk.ts';
import { fieldStep } from './fields.ts';
import { buildDetection, withCondition } from './rule.ts';
import type { MakeStep } from './step.ts';

/** One entry under `logsources`. */
export interface SigmacSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
  readonly index: readonly string[];
  /** Null: none. */
  readonly conditions: Readonly<Record<string, unknown>> | null;
  readonly rewrite: Readonly<Record<string, string>> | null;
}

/** A source that names something the rule does not have, or has differently, is not meant. */
export function matchesSource(source: SigmacSource, { logsource }: SigmaRule): boolean {
  return (
    (source.category === undefined || source.category === logsource.category) &&
    (source.product === undefined || source.product === logsource.product) &&
    (source.service === undefined || source.service === logsource.service)
  );
}

/** The indexes of all sources that fit, each once; those of no source when none fits. */
export function indexesOf(
  sources: readonly SigmacSource[],
  rule: SigmaRule,
  otherwise: readonly string[],
): readonly string[] {
  const indexes = sources.filter((source) => matchesSource(source, rule)).flatMap(({ index }) => index);
  return indexes.length === 0 ? otherwise : [...new Set(indexes)];
}

/**
 * Conditions of all sources that fit, joined as `merging` says; then the first `rewrite` of them. The indexes are left
 * in the state under `index`.
 */
export const sigmacLogSources: MakeStep = ({ step }) => {
  const sources = step.parameters.sources as readonly SigmacSource[];
  if (!Array.isArray(sources)) throw new StepFault('sources must be a list', 'sources');
  const otherwise = textsOf(step.parameters, 'default_index');
  const merging = textOf(step.parameters, 'merging', 'and');
  const compiled = sources.map((source) => ({
    source,
    detection: source.conditions === null ? null : buildDetection(source.conditions),
  }));
  return (work) => {
    const { rule } = work;
    if (rule === null) {
      const all = work.subjects.flatMap(({ state }) => state.get('index') ?? []).join(',');
      if (all !== '') work.state.set('index', [...new Set(all.split(','))].join(','));
      return;
    }
    const fitting = compiled.filter(({ source }) => matchesSource(source, rule));
    const indexes = indexesOf(sources, rule, otherwise);
    if (indexes.length > 0) work.state.set('index', indexes.join(','));
    const detections = fitting.map(({ detection }) => detection).filter((detection) => detection !== null);
    let next = rule;
    if (merging === 'or' && detections.length > 1)
      next = withCondition(work, next, { kind: 'or', items: detections }, '', false);
    else for (const detection of detections) next = withCondition(work, next, detection, '', false);
    const rewrite = fitting.find(({ source }) => source.rewrite !== null)?.source.rewrite;
    if (rewrite != null) {
      next = { ...next, logsource: { ...rewrite } };
      work.note(`log source: ${Object.values(rewrite).join(', ')}`);
    }
    work.rule = next;
  };
};

/** Names by case: all cases that hold for the rule count together; `default` is for when none does. */
interface FieldCases {
  readonly cases: readonly {
    readonly holds: (rule: SigmaRule) => boolean;
    readonly names: readonly string[];
  }[];
  readonly otherwise: readonly string[] | undefined;
}

export const sigmacFields: MakeStep = (context) => {
  const mapping = new Map<string, readonly string[] | FieldCases>();
  for (const [field, written] of Object.entries(context.step.parameters.mapping as Record<string, unknown>))
    mapping.set(field, isRecord(written) ? readCases(field, written) : textsIn(field, written));
  return fieldStep(
    context,
    (field, work) => {
      const found = field === null ? undefined : mapping.get(field);
      if (found === undefined || !('cases' in found)) return found;
      const { rule } = work;
      const names =
        rule === null ? [] : found.cases.flatMap((entry) => (entry.holds(rule) ? entry.names : []));
      return names.length === 0 ? found.otherwise : [...new Set(names)];
    },
    true,
  );
};

function readCases(field: string, written: Record<string, unknown>): FieldCases {
  const cases: { holds: (rule: SigmaRule) => boolean; names: readonly string[] }[] = [];
  let otherwise: readonly string[] | undefined;
  for (const [key, value] of Object.entries(written)) {
    const names = textsIn(field, value);
    if (key === 'default') {
      otherwise = names;
      continue;
    }
    const split = key.indexOf('=');
    if (split < 1)
      throw new StepFault(
        `${field}: ${JSON.stringify(key)} is neither default nor a case such as EventID=1`,
        'mapping',
      );
    const [other, equals] = [key.slice(0, split).trim(), valueTest(key.slice(split + 1).trim())];
    cases.push({
      names,
      holds: (rule) => someItem(rule, (item) => item.field === other && item.values.some(equals)),
    });
  }
  return { cases, otherwise };
}

function textsIn(field: string, value: unknown): readonly string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0 || !list.every((item) => typeof item === 'string'))
    throw new StepFault(`${field} must be mapped to text, a list of texts, or a map of cases`, 'mapping');
  return list as string[];
}
