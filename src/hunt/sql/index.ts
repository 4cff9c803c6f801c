export { findSqlHunt, infoOf, isNamed, loadSqlHunts, shortName, type LoadedSqlHunts } from './load.ts';
export { assignParameters, type HuntValues } from './parameters.ts';
export { eventsOfSql, fieldsOfSql, processesOfSql, viewsOfSql } from './needs.ts';
export { runSqlHunt, runSqlHunts, type SqlRun } from './run.ts';
