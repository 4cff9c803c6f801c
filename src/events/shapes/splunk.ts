/**
 * Rows of Splunk: search results, and the lines of an export (`{"preview":false,"result":{...}}`). The event itself
 * stands in `_raw` as XML, as `key=value` text or as JSON, or is rendered in `Message`; `EventCode`, `ComputerName`
 * and `LogName` are the names of the Windows add-on. All of this is derived by `derive.ts`, so such rows are read
 * whole. Recognised by `_raw`, `EventCode`, or `result` beside `preview`.
 */
import { plain, standIn, type PathMapping, type Shape, Trait } from './shape.ts';

const names: Record<string, PathMapping> = {
  _raw: plain('_raw', Trait.whole),
  _time: standIn('SystemTime', 5, '_time'),
  preview: plain('preview', Trait.whole),
  EventCode: standIn('EventID', 2, 'EventCode', Trait.number | Trait.whole),
};

export const splunk: Shape = {
  name: 'splunk',
  mapPath(path) {
    const name = path[0] as string;
    return path.length === 1 && Object.hasOwn(names, name) ? names[name] : undefined;
  },
};
