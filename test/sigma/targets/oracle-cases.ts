/** Every file of reference conversions that a target is compared with, and the share that must be the same or listed. */
import type { OracleCase } from './oracle.ts';

export interface BarredCase extends OracleCase {
  readonly bar: number;
}

const core = (
  file: string,
  target: string,
  pipelines: string,
  more: Partial<OracleCase> = {},
): BarredCase => ({
  file,
  target,
  pipelines: pipelines === 'none' ? [] : pipelines.split('+'),
  bar: 0.99,
  ...more,
});
const extra = (
  file: string,
  target: string,
  pipelines: string,
  more: Partial<OracleCase> = {},
): BarredCase => ({
  ...core(`extra/${file}`, target, pipelines, more),
  bar: 0.97,
});

export const oracleCases: readonly BarredCase[] = [
  core('splunk__none', 'splunk', 'none'),
  core('splunk__splunk_windows', 'splunk', 'splunk_windows'),
  core('splunk__sysmon+splunk_windows', 'splunk', 'sysmon+splunk_windows'),
  core('lucene__none', 'lucene', 'none'),
  core('lucene__ecs_windows', 'lucene', 'ecs_windows'),
  core('lucene__ecs_windows__dsl_lucene', 'lucene', 'ecs_windows', { format: 'dsl_lucene' }),
  core('opensearch_lucene__none', 'opensearch_lucene', 'none'),
  core('opensearch_lucene__ecs_windows', 'opensearch_lucene', 'ecs_windows'),
  core('eql__none', 'eql', 'none'),
  core('eql__ecs_windows', 'eql', 'ecs_windows'),
  // The reference compares with case; ours does only when told to.
  core('esql__none', 'esql', 'none', { options: { case: 'as_indexed' } }),
  core('esql__ecs_windows', 'esql', 'ecs_windows', { options: { case: 'as_indexed' } }),
  core('kusto__none', 'kusto', 'none'),
  core('kusto__microsoft_xdr', 'kusto', 'microsoft_xdr'),
  core('kusto__sentinel_asim', 'kusto', 'sentinel_asim'),
  core('kusto__azure_monitor', 'kusto', 'azure_monitor'),
  core('sqlite__none', 'sqlite', 'none'),
  core('sqlite__sysmon+windows-logsources', 'sqlite', 'sysmon+windows-logsources'),
  core('sqlite__windows-audit+windows-logsources', 'sqlite', 'windows-audit+windows-logsources'),
  extra('sqlite211_pysigma2__none', 'sqlite', 'none'),
  extra('splunk__splunk_cim__data_model', 'splunk', 'splunk_cim', { format: 'data_model' }),
  extra('elastalert__ecs_windows', 'elastalert', 'ecs_windows'),
  extra('open_search_ppl__ecs_windows', 'opensearch_ppl', 'ecs_windows'),
  extra('clickhouse__clickhouse_clicksiem', 'clickhouse', 'clickhouse_clicksiem'),
  extra('databricks__none', 'databricks', 'none'),
  extra('databricks__snake_case', 'databricks', 'snake_case'),
  extra('kusto__ocsf', 'kusto', 'ocsf'),
  extra('loki__none', 'loki', 'none'),
  extra('log_scale__none', 'log_scale', 'none'),
  extra('log_scale__crowdstrike_fdr', 'log_scale', 'crowdstrike_fdr'),
  extra('secops__none', 'secops', 'none'),
  extra('secops__secops_udm', 'secops', 'secops_udm'),
];
