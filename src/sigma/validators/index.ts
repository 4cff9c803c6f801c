export { atLeast, checkRules, type CheckInput, type CheckOptions } from './check.ts';
export { parseCheckConfig, type CheckConfig } from './config.ts';
export { unifiedDiff } from './diff.ts';
export { fixText, type FixResult } from './fix.ts';
export { chooseValidators, conventions, validators, type ValidatorChoice } from './registry.ts';
export { sarifLog } from './sarif.ts';
export type { Finding, Severity, TextEdit, Validator, ValidatorGroup } from './types.ts';
