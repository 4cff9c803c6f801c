export {
  defaultLimits,
  type BatchReader,
  type ByteInput,
  type Limits,
  type ReadOptions,
  type SourceIssue,
} from './types.ts';
