/** Every target by name; pySigma's spelling is known too. */
import { HuntbookError } from '../../errors.ts';
import type { Target } from './types.ts';
import { elastalert } from './elastalert.ts';
import { eql } from './eql.ts';
import { esql } from './esql.ts';
import { lucene } from './lucene.ts';
import { opensearchPpl } from './opensearch-ppl.ts';
import { opensearchLucene } from './opensearch-lucene.ts';
import { loki } from './loki/index.ts';
import { secops } from './secops/index.ts';
import { logScale } from './log-scale.ts';
import { queryDsl } from './query-dsl.ts';
import { kusto } from './kusto/index.ts';
import { splunk } from './splunk/index.ts';
import { databricks } from './databricks.ts';
import { clickhouse } from './clickhouse.ts';
import { postgres } from './postgres.ts';
import { duckdb } from './duckdb.ts';
import { sqlite } from './sqlite.ts';

export const targets: readonly Target[] = [
  sqlite,
  duckdb,
  postgres,
  clickhouse,
  databricks,
  splunk,
  lucene,
  opensearchLucene,
  queryDsl,
  kusto,
  eql,
  esql,
  elastalert,
  opensearchPpl,
  logScale,
  loki,
  secops,
];

const byName = new Map<string, Target>();
for (const target of targets) {
  byName.set(target.name, target);
  if (target.alias !== undefined) byName.set(target.alias, target);
}

/** Throws HB_TARGET_UNKNOWN. */
export function findTarget(name: string): Target {
  const target = byName.get(name.toLowerCase().replaceAll('-', '_'));
  if (target !== undefined) return target;
  throw new HuntbookError(
    'HB_TARGET_UNKNOWN',
    `there is no target ${JSON.stringify(name)}; known are ${targets.map((known) => known.name).join(', ')}`,
  );
}
