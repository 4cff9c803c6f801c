/**
 * Rows of Velociraptor's `parse_evtx`: `System.EventID.Value`, `System.TimeCreated.SystemTime` as seconds since
 * 1970, `EventData`, `UserData`; artifacts add `_Source`, `ClientId`, `OSPath` and the like. The parts of the event
 * are those of event XML without `Event` and are mapped there; this is what stands beside them.
 */
import { plain, type PathMapping, type Shape } from './shape.ts';

const beside: Record<string, PathMapping> = {};
for (const name of ['_Source', '_ts', 'ClientId', 'FlowId', 'OSPath', 'FullPath', 'Source', 'EventHash']) {
  beside[name] = plain(name);
}

export const velociraptor: Shape = {
  name: 'velociraptor',
  mapPath(path) {
    const name = path[0] as string;
    return path.length === 1 && Object.hasOwn(beside, name) ? beside[name] : undefined;
  },
};
