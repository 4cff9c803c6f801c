export { csvSink, type CsvOptions } from './csv.ts';
export { htmlSink, type HtmlOptions } from './html/sink.ts';
export { jsonSink } from './json.ts';
export { ndjsonSink } from './ndjson.ts';
export { renderSummary, type SummaryOptions } from './summary.ts';
export { tableSink, type TableOptions } from './table.ts';
export {
  treeDot,
  treeHtml,
  treeJson,
  treeMermaid,
  treeNdjson,
  treeSvg,
  treeText,
  type TreeTextOptions,
} from './tree/index.ts';
export type {
  CorrelatedEvent,
  Finding,
  FindingCorrelation,
  FindingEvent,
  FindingMatch,
  FindingProcess,
  FindingRule,
  FindingSink,
  HuntSummary,
  NeverFiringRule,
  RefusedRule,
  SummaryIssue,
} from './types.ts';
