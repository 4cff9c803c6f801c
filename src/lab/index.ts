/** A simulated Windows estate with labelled attacks: data for the demo, for tests and for load. */
export { demoEstate } from './demo.ts';
export {
  labField,
  toHuntEvent,
  type EventSchema,
  type FieldType,
  type LabEvent,
  type LabValue,
  type SceneMark,
} from './event.ts';
export type { LabOptions } from './options.ts';
export { generateEstate } from './simulate.ts';
export { allScenes, type Scene } from './scenes/all.ts';
export type { Truth, TruthEvent, TruthScene } from './truth.ts';
export { writeLab, type LabFormat, type LabResult, type WriteLabOptions } from './write-lab.ts';
export { renderJson, type JsonShape } from './writers/json-lines.ts';
export type { EvtxLayout } from './writers/evtx.ts';
export {
  eventTable,
  serveSplunk,
  type EventTable,
  type EventTableOptions,
  type RawForm,
  type RequestNote,
  type ServeOptions,
  type SplunkServer,
} from './splunk/index.ts';
