export {
  ANY,
  ONE,
  type Condition,
  type CorrelationBound,
  type CorrelationCondition,
  type ChainCondition,
  type CorrelationType,
  type Detection,
  type DocumentHead,
  type Expression,
  type LogSource,
  type ParseResult,
  type Placeholder,
  type RuleNotice,
  type RulePosition,
  type SigmaCorrelation,
  type SigmaDocument,
  type SigmaFilter,
  type SigmaRule,
  type SigmaValue,
  type StringPart,
  type WrittenCondition,
} from './ast.ts';
export { parseAttackTags, tacticUrl, tactics, techniqueUrl, type AttackTags, type Tactic } from './attack.ts';
export { parseTimespan } from './correlation.ts';
export { parseCondition, renderCondition } from './condition.ts';
export { applyFilters, type FilteredRules } from './apply-filters.ts';
export { toExpression } from './expression.ts';
export { levels, statuses } from './metadata.ts';
export { modifierNames } from './modifiers.ts';
export { networkContains, parseAddress, parseNetwork, type Network } from './network.ts';
export { resolveReferences, type ReferencedDocument, type ResolvedReferences } from './references.ts';
export { parseRules, type ParseOptions } from './parse.ts';
export { fillPlaceholders, parseYaml, readPlaceholderFile } from './placeholders.ts';
export { compileRegex } from './regex.ts';
export { selectorNames } from './selector.ts';
export { parseStringValue, plainText, renderStringValue } from './string-value.ts';
export { maxRuleText } from './yaml.ts';
export { Converter, convert, type Conversion, type ConvertOptions, type ConvertResult } from './convert.ts';
export { fieldsOf } from './fields.ts';
export { builtinPipeline, builtinPipelineNames, builtinPipelineSource } from './pipeline/builtin/index.ts';
export { parsePipeline, pipelineFromObject, type ParsedPipeline } from './pipeline/parse.ts';
export { PipelineRunner } from './pipeline/runner.ts';
export { parseSigmacConfig, type ParsedSigmacConfig } from './pipeline/sigmac.ts';
export type {
  ExternalSources,
  Pipeline,
  PipelineOptions,
  PipelineStep,
  Prepared,
  StepTrace,
} from './pipeline/types.ts';
export { isApproximate } from './targets/query-dsl.ts';
export { findTarget, targets } from './targets/registry.ts';
export type { Target, TargetFormat, TargetOption, TargetSupport } from './targets/types.ts';
export {
  atLeast,
  checkRules,
  chooseValidators,
  fixText,
  parseCheckConfig,
  sarifLog,
  unifiedDiff,
  validators,
  type CheckConfig,
  type CheckInput,
  type CheckOptions,
  type Finding,
  type FixResult,
  type Severity,
  type TextEdit,
  type Validator,
  type ValidatorChoice,
} from './validators/index.ts';
export {
  visitCondition,
  visitDetection,
  visitExpression,
  type ConditionVisitor,
  type DetectionVisitor,
  type ExpressionVisitor,
} from './visitor.ts';
export { PipelineRunners, suggestPipelines } from './runners.ts';
