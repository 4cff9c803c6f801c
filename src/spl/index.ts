/** A subset of Splunk's search language, run on the embedded database. See docs/spl.md. */
export type * from './ast.ts';
export type { EventColumn, EventTable } from './compile/base.ts';
export { compileSpl, type CompiledSpl, type CompileOptions } from './compile/compile.ts';
export { functionNames } from './compile/functions.ts';
export { commandNames, parseSpl } from './parse/pipeline.ts';
export { printSpl } from './print.ts';
export { formatTime } from './run/time-format.ts';
export { parseTimeModifier } from './run/time-modifier.ts';
export { runSpl, tableColumns, type SplOptions, type SplResult, type SplValue } from './run/run.ts';
