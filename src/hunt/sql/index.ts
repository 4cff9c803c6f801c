export { findSqlHunt, infoOf, isNamed, loadSqlHunts, shortName, type LoadedSqlHunts } from './load.ts';
export { assignParameters, type HuntValues } from './parameters.ts';
export { fieldsOfSql } from './fields.ts';
export { runSqlHunt, runSqlHunts, type SqlRun } from './run.ts';
