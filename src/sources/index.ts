export type {
  EngineInfo,
  EngineRow,
  SearchEnd,
  SearchEngine,
  SearchProgress,
  SearchRequest,
  SearchResult,
} from './engine.ts';
export {
  FieldResolver,
  guidBatches,
  indexEvents,
  indexFor,
  openElastic,
  readIndexMap,
  termBatches,
  type ElasticEngine,
  type ElasticResult,
  type ElasticSettings,
  type IndexMap,
  type IndexOptions,
  type IndexReport,
} from './elastic/index.ts';
export { fileInput, stdinInput } from './file-input.ts';
export { listInputs, type InputList, type ListedInput, type ListOptions } from './inputs.ts';
export type { Kind } from './kinds.ts';
export { openBatches, type OpenOptions } from './open.ts';
export { lakeKey, type LakeForm } from './parquet/index.ts';
export { readAll, readInputs, type InputReport, type ReadAllOptions } from './read-all.ts';
export {
  openSplunk,
  splunkSettings,
  type FoundSettings,
  type SplunkEngine,
  type SplunkOptions,
  type SplunkSettings,
  type SplunkSettingsOptions,
} from './splunk/index.ts';
export {
  defaultLimits,
  type BatchReader,
  type ByteInput,
  type Limits,
  type ReadOptions,
  type SourceIssue,
} from './types.ts';
