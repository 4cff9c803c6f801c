export { columnsOf, readFieldCaps, type FieldCap, type FieldCaps } from './columns.ts';
export { openElastic, type ElasticEngine } from './engine.ts';
export type { ElasticResult } from './hits.ts';
export type { ElasticSettings } from './settings.ts';
export { guidBatches, termBatches } from './batches.ts';
export { indexEvents, putTemplate, type IndexOptions, type IndexReport } from './index-events.ts';
export { eventTemplate, everythingField, longestKeyword } from './template.ts';
export { indexFor, indexMaps, parseIndexMap, readIndexMap, type IndexMap } from './index-map.ts';
export { FieldResolver, formOf, type FieldForm, type FieldGap, type Resolved } from './mapping.ts';
