/**
 * A process that acted but of which neither its own creation nor that of a child was seen, as of a service that began
 * before the log: a tree with one node more, so that it can be asked for like any other.
 */
import type { HuntEvent } from '../events/index.ts';
import { actorOf, type ProcessInfo, type ProcessName, type ProcessTree } from '../process/index.ts';

export interface UnseenProcess extends ProcessName {
  readonly image: string | null;
  /** `correlationTime` of the event that named it, around which a picture is drawn; null: of all time. */
  readonly time: number | null;
}

/** The process that acts in an event. */
export function unseenOf(event: HuntEvent): UnseenProcess | null {
  const actor = actorOf(event);
  if (actor === null) return null;
  const names = ['Image', 'SourceImage', 'ProcessName', 'Application'];
  const image = names.map((name) => event.fields[name]).find((value) => typeof value === 'string');
  return { ...actor, image: typeof image === 'string' ? image : null };
}

/** The tree with the process as its last node; that is what its GUID, or its id at any time, stands for. */
export function withUnseen(tree: ProcessTree, process: UnseenProcess): ProcessTree {
  const { host, guid, pid, image, time } = process;
  const node = tree.length;
  const hosts = [...tree.hosts];
  const hostAt = hosts.findIndex((name) => name.toLowerCase() === host.toLowerCase());
  const hostId = hostAt < 0 ? hosts.push(host) - 1 : hostAt;
  const images = image === null ? tree.images : [...tree.images, image];
  const info: ProcessInfo = {
    host,
    guid,
    pid,
    image,
    commandLine: null,
    user: null,
    start: null,
    end: null,
    known: false,
    link: null,
  };
  const isIt: ProcessTree['find'] = (onHost, ofGuid, ofPid) =>
    onHost.toLowerCase() === host.toLowerCase() && (guid !== null ? ofGuid === guid : ofPid === pid)
      ? node
      : -1;
  return {
    length: node + 1,
    known: tree.known,
    parent: more(tree.parent, -1),
    link: more(tree.link, 0),
    firstChild: more(tree.firstChild, -1),
    nextSibling: more(tree.nextSibling, -1),
    time: more(tree.time, time ?? Number.NaN),
    end: more(tree.end, Number.NaN),
    pid: more(tree.pid, pid ?? -1),
    hostId: more(tree.hostId, hostId),
    hosts,
    imageId: more(tree.imageId, image === null ? -1 : images.length - 1),
    images,
    counts: tree.counts,
    guid: (at) => (at === node ? guid : tree.guid(at)),
    ref: (at) => (at === node ? -1 : tree.ref(at)),
    nodeOf: (creation) => tree.nodeOf(creation),
    find: (...name) => {
      const found = tree.find(...name);
      return found < 0 ? isIt(...name) : found;
    },
    async describe(nodes) {
      const known = await tree.describe(nodes.filter((at) => at !== node));
      let next = 0;
      return nodes.map((at) => (at === node ? info : (known[next++] as ProcessInfo)));
    },
  };
}

function more<T extends Int32Array | Uint8Array | Float64Array>(array: T, value: number): T {
  const longer = new (array.constructor as new (length: number) => T)(array.length + 1);
  longer.set(array);
  longer[array.length] = value;
  return longer;
}
