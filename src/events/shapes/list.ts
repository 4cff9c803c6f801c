/**
 * All shapes, the first that knows a path maps it. `_source` (a document as Elasticsearch returns it) holds an event
 * of any shape and is taken off. Keys with dots in them are read as if nested, because Elasticsearch exports
 * and tables with a column per field write them so.
 */
import { ecs } from './ecs.ts';
import { eventXml } from './event-xml.ts';
import { flat } from './flat.ts';
import { generic } from './generic.ts';
import { nothing, type PathMapping, type Shape } from './shape.ts';
import { splunk } from './splunk.ts';
import { velociraptor } from './velociraptor.ts';
import { winlogbeat } from './winlogbeat.ts';

export const shapes: readonly Shape[] = [eventXml, winlogbeat, ecs, splunk, velociraptor, flat, generic];

/** The names of the value at a path of the JSON of an event. The same path has the same names in every event. */
export function mapPath(path: readonly string[]): PathMapping {
  const whole = path[0] === '_source' ? path.slice(1) : path;
  if (whole.length === 0) return nothing;
  // The names of event data may hold dots themselves.
  const event = eventXml.mapPath(whole);
  if (event !== undefined) return event;
  const split = whole.some((part) => part.includes('.')) ? whole.join('.').split('.') : whole;
  const parts = split[0] === '_source' && split.length > 1 ? split.slice(1) : split;
  for (const shape of shapes) {
    const mapping = shape.mapPath(parts);
    if (mapping !== undefined) return mapping;
  }
  return nothing;
}
