/**
 * The forest of some events of processes, worked out from the sentences of docs and types by comparing everything with
 * everything. Shares nothing with src/process but types.
 */
import type { ProcessEnd, ProcessStart } from '../../src/process/index.ts';

const second = 1e7;

export interface SlowNode {
  /** The event that speaks for it; for a parent that was not seen, the child that names it. */
  readonly by: ProcessStart;
  readonly known: boolean;
  readonly host: string;
  readonly guid: string | null;
  readonly time: number | null;
  pid: number | null;
  image: string | null;
  parent: number;
  link: 'guid' | 'inferred' | null;
  end: number | null;
}

export interface SlowForest {
  readonly nodes: readonly SlowNode[];
  /** The node of each creation, in the order given. */
  readonly nodeOf: readonly number[];
  readonly counts: { duplicates: number; inferred: number; orphans: number; cycles: number };
}

const fold = (text: string | null): string | null => text?.toLowerCase() ?? null;

export function slowForest(starts: readonly ProcessStart[], ends: readonly ProcessEnd[]): SlowForest {
  const sorted = [...starts].sort(compare);
  const pids = new Map(sorted.map((event) => [event, event.pid]));
  const headOf = heads(sorted);
  fillPids(sorted, headOf, pids);
  joinTwins(sorted, headOf, pids);
  const speakers = sorted.filter((event) => headOf.get(event) === event);
  const nodes = speakers.map((by): SlowNode => ({
    by,
    known: true,
    host: by.host.toLowerCase(),
    guid: by.guid,
    time: by.time,
    pid: pids.get(by) ?? null,
    image: fold(by.image),
    parent: -1,
    link: null,
    end: null,
  }));
  const known = nodes.length;
  endKnown(nodes, ends);
  const orphans = findParents(nodes);
  const cycles = cutCycles(nodes.slice(0, known));
  for (const end of ends)
    for (const node of nodes.slice(known))
      if (end.guid !== null && node.guid === end.guid && node.host === end.host.toLowerCase())
        close(node, end);
  return {
    nodes,
    nodeOf: starts.map((event) => speakers.indexOf(headOf.get(event) as ProcessStart)),
    counts: {
      duplicates: starts.length - known,
      inferred: nodes.filter(({ link }) => link === 'inferred').length,
      orphans,
      cycles,
    },
  };
}

/** By time, unknown last, then by all that an event says. */
function compare(a: ProcessStart, b: ProcessStart): number {
  if (a.time !== b.time) {
    if (a.time === null || b.time === null) return a.time === null ? 1 : -1;
    return a.time - b.time;
  }
  const said = (event: ProcessStart): (string | number)[] => [
    event.host.toLowerCase(),
    event.guid ?? '',
    event.pid ?? -1,
    fold(event.image) ?? '',
    event.parentGuid ?? '',
    event.parentPid ?? -1,
    fold(event.parentImage) ?? '',
    event.commandLine ?? '',
    event.user ?? '',
    event.parentCommandLine ?? '',
    event.image ?? '',
    event.ref,
  ];
  const one = said(a);
  for (const [place, other] of said(b).entries()) {
    const own = one[place] as string | number;
    if (own !== other) return own < other ? -1 : 1;
  }
  return 0;
}

type Heads = Map<ProcessStart, ProcessStart>;
type Pids = Map<ProcessStart, number | null>;

function heads(sorted: readonly ProcessStart[]): Heads {
  const sameKey = (a: ProcessStart, b: ProcessStart): boolean =>
    a.guid === b.guid && a.host.toLowerCase() === b.host.toLowerCase();
  return new Map(
    sorted.map((event) => [
      event,
      event.guid === null ? event : (sorted.find((other) => sameKey(event, other)) as ProcessStart),
    ]),
  );
}

function fillPids(sorted: readonly ProcessStart[], headOf: Heads, pids: Pids): void {
  for (const event of sorted) {
    if (event.guid === null || headOf.get(event) !== event || event.pid !== null) continue;
    const child = sorted.find(
      (other) =>
        other.parentGuid === event.guid &&
        other.parentPid !== null &&
        other.host.toLowerCase() === event.host.toLowerCase(),
    );
    if (child) pids.set(event, child.parentPid);
  }
}

/** A Security 4688 and Sysmon's event of one process. */
function joinTwins(sorted: readonly ProcessStart[], headOf: Heads, pids: Pids): void {
  const named = sorted.filter((event) => event.guid !== null && headOf.get(event) === event);
  const nameless = sorted.filter(({ guid, pid, time }) => guid === null && pid !== null && time !== null);
  const firsts = nameless.filter((event) => firstEqual(event, nameless) === event);
  const near = (a: ProcessStart, b: ProcessStart): boolean =>
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.image !== null &&
    fold(a.image) === fold(b.image) &&
    a.time !== null &&
    b.time !== null &&
    Math.abs(a.time - b.time) <= 2 * second;
  const alone: ProcessStart[] = [];
  for (const event of firsts) {
    const time = event.time as number;
    const fitting = named.filter((other) => near(event, other) && pids.get(other) === event.pid);
    const away = (other: ProcessStart): number => Math.abs((other.time as number) - time);
    const nearest = fitting.filter((other) => fitting.every((third) => away(other) <= away(third)));
    const before = nearest.filter((other) => (other.time as number) <= time);
    const twin = before.at(-1) ?? nearest[0];
    if (twin) headOf.set(event, twin);
    else alone.push(event);
  }
  // Those that have no id at all: only where there is no choice on either side.
  const fits = (event: ProcessStart, other: ProcessStart): boolean =>
    near(event, other) &&
    pids.get(other) === null &&
    event.parentPid !== null &&
    event.parentPid === other.parentPid;
  const pairs = alone.flatMap((event) => {
    const fitting = named.filter((other) => fits(event, other));
    const [other] = fitting;
    return other && fitting.length === 1 && alone.filter((third) => fits(third, other)).length === 1
      ? [[event, other] as const]
      : [];
  });
  for (const [event, other] of pairs) {
    headOf.set(event, other);
    pids.set(other, event.pid);
  }
  for (const event of nameless) headOf.set(event, headOf.get(firstEqual(event, nameless)) as ProcessStart);
}

function firstEqual(event: ProcessStart, all: readonly ProcessStart[]): ProcessStart {
  return all.find(
    (other) =>
      other.host.toLowerCase() === event.host.toLowerCase() &&
      other.pid === event.pid &&
      other.time === event.time &&
      fold(other.image) === fold(event.image),
  ) as ProcessStart;
}

function agree(a: string | null, b: string | null): boolean {
  if (a === null || b === null || fold(a) === fold(b)) return true;
  const isPath = (text: string): boolean => /[\\/]/.test(text);
  const file = (text: string): string => text.toLowerCase().split(/[\\/]/).at(-1) as string;
  return !(isPath(a) && isPath(b)) && file(a) === file(b);
}

function close(node: SlowNode, { time }: ProcessEnd): void {
  if (time !== null) node.end = Math.min(node.end ?? Infinity, time);
}

function endKnown(nodes: readonly SlowNode[], ends: readonly ProcessEnd[]): void {
  for (const end of ends) {
    const host = end.host.toLowerCase();
    const named = nodes.find((node) => end.guid !== null && node.guid === end.guid && node.host === host);
    if (named) {
      close(named, end);
      continue;
    }
    const { time } = end;
    if (time === null || end.pid === null) continue;
    const last = nodes.findLast(
      (node) => node.host === host && node.pid === end.pid && node.time !== null && node.time <= time,
    );
    if (!last || (end.guid !== null && last.guid !== null) || !agree(last.image, end.image)) continue;
    close(last, end);
  }
}

/** Adds parents that were not seen; returns how many processes have such. */
function findParents(nodes: SlowNode[]): number {
  const known = [...nodes];
  const unseen = new Map<string, number>();
  const addUnseen = (key: string, child: SlowNode, guid: string | null): number => {
    const there = unseen.get(key);
    if (there !== undefined) {
      const node = nodes[there] as SlowNode;
      node.pid ??= child.by.parentPid;
      node.image ??= fold(child.by.parentImage);
      return there;
    }
    unseen.set(key, nodes.length);
    const { host, by } = child;
    const image = fold(by.parentImage);
    const none = { parent: -1, link: null, end: null, time: null };
    return nodes.push({ by, known: false, host, guid, pid: by.parentPid, image, ...none }) - 1;
  };
  let orphans = 0;
  for (const node of known) {
    const { parentGuid, parentPid, parentImage } = node.by;
    const named = known.findIndex(
      (other) => other.host === node.host && parentGuid !== null && other.guid === parentGuid,
    );
    const inferred = named >= 0 ? -1 : inferParent(node, known);
    if (named >= 0) {
      node.parent = named;
      node.link = 'guid';
    } else if (inferred >= 0) {
      node.parent = inferred;
      node.link = 'inferred';
    } else if (parentGuid !== null) {
      node.parent = addUnseen(`${node.host} ${parentGuid}`, node, parentGuid);
      node.link = 'guid';
      orphans++;
    } else if (parentPid !== null) {
      node.parent = addUnseen(`${node.host} ${parentPid} ${fold(parentImage)}`, node, null);
      node.link = 'inferred';
      orphans++;
    }
  }
  return orphans;
}

function inferParent(node: SlowNode, known: readonly SlowNode[]): number {
  const { parentGuid, parentPid, parentImage, time } = node.by;
  if (parentPid === null || time === null) return -1;
  const withPid = known.filter(
    (other) => other.host === node.host && other.pid === parentPid && other.time !== null,
  );
  const fits = (other: SlowNode): boolean =>
    other !== node && !(parentGuid !== null && other.guid !== null) && agree(other.image, parentImage);
  const before = withPid.filter((other) => (other.time as number) <= time);
  const lives = (other: SlowNode, place: number): boolean =>
    (other.end === null || other.end >= time - second) &&
    before.slice(place + 1).every((later) => (later.time as number) >= time - second);
  const found =
    before.findLast((other, place) => lives(other, place) && fits(other)) ??
    withPid.find(
      (other) => (other.time as number) > time && (other.time as number) <= time + second && fits(other),
    );
  return found ? known.indexOf(found) : -1;
}

function cutCycles(known: readonly SlowNode[]): number {
  let cycles = 0;
  for (const [place, node] of known.entries()) {
    const seen = new Set<number>();
    let at = node.parent;
    while (at >= 0 && at < known.length && at !== place && !seen.has(at)) {
      seen.add(at);
      at = (known[at] as SlowNode).parent;
    }
    // The first of a circle in order of time is the one that is come to first.
    if (at !== place) continue;
    node.parent = -1;
    node.link = null;
    cycles++;
  }
  return cycles;
}
