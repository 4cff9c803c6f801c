/**
 * Configurations of the old converter sigmac (helk.yml, winlogbeat.yml and their like) as pipelines with an index map.
 * `title` and `order` are name and priority. A log source adds its `conditions`, whose fields are mapped like those of
 * rules; `rewrite` replaces the log source for the pipelines after this one. `backends` names backends of sigmac and is
 * not looked at.
 */
import { HuntbookError } from '../../errors.ts';
import type { SigmaRule } from '../ast.ts';
import { RuleFault, at, quote } from '../fault.ts';
import type { Place } from '../fault.ts';
import { readDocument } from './parse.ts';
import { isRecord } from './parameters.ts';
import { indexesOf } from './steps/sigmac.ts';
import type { SigmacSource } from './steps/sigmac.ts';
import type { Pipeline, PipelineStep } from './types.ts';

export interface SigmacIndexMap {
  /** The indexes of a rule as it was before the pipeline; empty when the configuration knows none. */
  readonly indexFor: (rule: SigmaRule) => readonly string[];
  readonly defaultIndex: readonly string[];
}

export interface ParsedSigmacConfig {
  /** Null when anything is wrong. */
  readonly pipeline: Pipeline | null;
  readonly indexMap: SigmacIndexMap | null;
  /** HB_PIPELINE_INVALID with file, line and column. */
  readonly errors: HuntbookError[];
}

type Fault = (message: string, place: Place | null, atKey?: boolean) => void;

const keys = [
  'title',
  'order',
  'backends',
  'logsources',
  'fieldmappings',
  'defaultindex',
  'logsourcemerging',
  'placeholders',
];
const sourceKeys = [
  'category',
  'product',
  'service',
  'index',
  'conditions',
  'rewrite',
  'definition',
  'search',
];

/** Never throws. */
export function parseSigmacConfig(text: string, path: string): ParsedSigmacConfig {
  const { value, errors } = readDocument(text, path, (object, report) =>
    build(object, path, (message, place, atKey = false) =>
      report(new RuleFault('HB_PIPELINE_INVALID', message, place, { atKey })),
    ),
  );
  if (value === null) return { pipeline: null, indexMap: null, errors };
  return { pipeline: value.pipeline, indexMap: value.indexMap, errors };
}

function build(
  object: unknown,
  path: string,
  fault: Fault,
): {
  pipeline: Pipeline;
  indexMap: SigmacIndexMap;
  steps: readonly (readonly [PipelineStep, Place])[];
} | null {
  if (!isRecord(object)) {
    fault('a configuration must be a map', null);
    return null;
  }
  for (const key of Object.keys(object))
    if (!keys.includes(key)) fault(`a configuration has no key ${quote(key)}`, at(null, key), true);
  const order = object.order ?? 0;
  if (typeof order !== 'number') fault('the order must be a number', at(null, 'order'));
  const merging = object.logsourcemerging ?? 'and';
  if (merging !== 'and' && merging !== 'or')
    fault('logsourcemerging must be and or or', at(null, 'logsourcemerging'));
  const defaultIndex = readTexts(object.defaultindex, at(null, 'defaultindex'), fault);
  const sources = readSources(object.logsources, at(null, 'logsources'), fault);
  const fields = object.fieldmappings ?? {};
  if (!isRecord(fields)) fault('fieldmappings must be a map', at(null, 'fieldmappings'));
  const placeholders = object.placeholders ?? {};
  if (!isRecord(placeholders)) fault('placeholders must be a map', at(null, 'placeholders'));
  const logsources = step('sigmac_logsources', { sources, merging, default_index: defaultIndex });
  const mapping = step('sigmac_fields', { mapping: isRecord(fields) ? fields : {} });
  const pipeline: Pipeline = {
    name: typeof object.title === 'string' ? object.title : path,
    description: null,
    path,
    priority: typeof order === 'number' ? order : 0,
    allowedTargets: [],
    vars: isRecord(placeholders) ? placeholders : {},
    transformations: [logsources, mapping, step('value_placeholders', {})],
    postprocessing: [],
    finalizers: [],
  };
  const indexMap = {
    indexFor: (rule: SigmaRule): readonly string[] => indexesOf(sources, rule, defaultIndex),
    defaultIndex,
  };
  return {
    pipeline,
    indexMap,
    steps: [
      [logsources, at(null, 'logsources')],
      [mapping, at(null, 'fieldmappings')],
    ],
  };
}

function step(type: string, parameters: Readonly<Record<string, unknown>>): PipelineStep {
  return { type, id: type, parameters, ruleConditions: null, itemConditions: null, fieldConditions: null };
}

function readSources(raw: unknown, place: Place, fault: Fault): SigmacSource[] {
  if (raw === undefined || raw === null) return [];
  if (!isRecord(raw)) {
    fault('logsources must be a map', place);
    return [];
  }
  return Object.entries(raw).flatMap(([name, written]): SigmacSource[] => {
    const where = at(place, name);
    if (!isRecord(written)) {
      fault('a log source must be a map', where);
      return [];
    }
    for (const key of Object.keys(written))
      if (!sourceKeys.includes(key)) fault(`a log source has no key ${quote(key)}`, at(where, key), true);
    const conditions = written.conditions ?? null;
    if (conditions !== null && !isRecord(conditions))
      fault('conditions must be a map', at(where, 'conditions'));
    const rewrite = written.rewrite ?? null;
    if (rewrite !== null && !isRecord(rewrite)) fault('rewrite must be a map', at(where, 'rewrite'));
    return [
      {
        ...readLogSource(written, where, fault),
        index: readTexts(written.index, at(where, 'index'), fault),
        conditions: isRecord(conditions) && Object.keys(conditions).length > 0 ? conditions : null,
        rewrite: isRecord(rewrite) ? readLogSource(rewrite, at(where, 'rewrite'), fault) : null,
      },
    ];
  });
}

function readLogSource(written: Record<string, unknown>, place: Place, fault: Fault): Record<string, string> {
  const result: Record<string, string> = {};
  for (const key of ['category', 'product', 'service']) {
    const value = written[key] ?? undefined;
    if (value === undefined) continue;
    if (typeof value === 'string') result[key] = value;
    else fault(`${key} must be text`, at(place, key));
  }
  return result;
}

function readTexts(raw: unknown, place: Place, fault: Fault): readonly string[] {
  if (raw === undefined || raw === null) return [];
  const list = Array.isArray(raw) ? (raw as unknown[]) : [raw];
  if (list.every((item) => typeof item === 'string')) return list as string[];
  fault('must be text or a list of texts', place);
  return [];
}
