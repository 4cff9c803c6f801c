/** The nodes of a tree that a query asks for, and what is near where there are none. */
import { correlationTime, isoTime } from '../detect/index.ts';
import { fileName, type ProcessQuery, type ProcessTree } from '../process/index.ts';

/** What a tree can answer by itself: records are looked up in the events. */
export type TreeStart = Exclude<ProcessQuery, { kind: 'record' }>;

/** Things named in one hint. */
const maxNamed = 5;

/** In order of their numbers. */
export function focusOf(tree: ProcessTree, query: TreeStart): number[] {
  switch (query.kind) {
    case 'guid': {
      const guid = query.guid.replaceAll(/[{}]/g, '').toLowerCase();
      return onHosts(tree, query.host, (host) => tree.find(host, guid, null, null));
    }
    case 'pid': {
      const time = correlationTime(new Date(query.time).toISOString());
      return onHosts(tree, query.host, (host) => tree.find(host, null, query.pid, time));
    }
    case 'process': {
      const { host, guid, pid } = query.process;
      const time = query.time === null ? null : correlationTime(new Date(query.time).toISOString());
      const node = tree.find(host, guid, pid, time);
      return node < 0 ? [] : [node];
    }
    case 'image': {
      const isImage = imageTest(tree, query.images);
      const isHost = hostTest(tree, query.host);
      return nodesWhere(tree, (node) => isImage(tree.imageId[node] as number) && isHost(node));
    }
  }
}

/** Sentences for somebody whose process was not found. */
export function nearFocus(tree: ProcessTree, query: ProcessQuery): string[] {
  const { known, hosts } = tree;
  if (known === 0) return ['no event of a process that began was found (Sysmon 1, Security 4688)'];
  const host = query.kind === 'process' ? query.process.host : query.host;
  const isHost = hostTest(tree, host);
  if (host !== undefined && !hosts.some((_, id) => isHostId(tree, host, id)))
    return [`processes are known of ${named(hosts, 'host')}, not of ${host}`];
  if (query.kind === 'pid') {
    const same = nodesWhere(tree, (node) => tree.pid[node] === query.pid && isHost(node));
    if (same.length === 0) return [`no process had the id ${query.pid}`];
    return [`the id ${query.pid} was that of ${listed(same.map((node) => lifeOf(tree, node)))}`];
  }
  if (query.kind === 'image') {
    const parts = query.images.map((image) => stem(image));
    const names = new Map<string, string>();
    for (const image of tree.images) names.set(fileName(image).toLowerCase(), fileName(image));
    const near = [...names].filter(([name]) => parts.some((part) => part !== '' && name.includes(part)));
    return near.length > 0 ? [`there are ${listed(near.map(([, name]) => name).sort())}`] : [];
  }
  if (query.kind === 'guid' && /^\{?0{8}-(?:0{4}-){3}0{12}\}?$/.test(query.guid))
    return ['a GUID of zeros is what Sysmon writes where it knows none'];
  return [`${known.toLocaleString('en')} processes of ${named(hosts, 'host')} are known`];
}

function onHosts(tree: ProcessTree, host: string | undefined, find: (host: string) => number): number[] {
  const found = new Set<number>();
  for (const [id, name] of tree.hosts.entries()) {
    if (host !== undefined && !isHostId(tree, host, id)) continue;
    const node = find(name);
    if (node >= 0) found.add(node);
  }
  return [...found].sort((a, b) => a - b);
}

function nodesWhere({ length }: ProcessTree, test: (node: number) => boolean): number[] {
  const found: number[] = [];
  for (let node = 0; node < length; node++) if (test(node)) found.push(node);
  return found;
}

/** By the number of the image, which most processes share. */
function imageTest(tree: ProcessTree, images: readonly string[]): (id: number) => boolean {
  const patterns = images.map((image) => ({ whole: /[\\/:]/.test(image), test: wildcard(image) }));
  const fits = tree.images.map((image) =>
    patterns.some(({ whole, test }) => test.test(whole ? image : fileName(image))),
  );
  return (id) => fits[id] ?? false;
}

function hostTest(tree: ProcessTree, host: string | undefined): (node: number) => boolean {
  if (host === undefined) return () => true;
  const fits = tree.hosts.map((_, id) => isHostId(tree, host, id));
  return (node) => fits[tree.hostId[node] as number] ?? false;
}

/** As filters of events do: full or short name, `*` allowed. */
function isHostId({ hosts }: ProcessTree, host: string, id: number): boolean {
  const name = hosts[id] ?? '';
  const test = wildcard(host);
  return test.test(name) || test.test(name.split('.')[0] as string);
}

function wildcard(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu');
}

function stem(image: string): string {
  return fileName(image)
    .toLowerCase()
    .replace(/\.\w{1,4}$/, '')
    .replaceAll(/[*?]/g, '');
}

function lifeOf({ images, imageId, hosts, hostId, time, end }: ProcessTree, node: number): string {
  const moment = (ticks: number): string => (Number.isNaN(ticks) ? '?' : isoTime(ticks));
  const image = fileName(images[imageId[node] as number] ?? 'a process');
  const host = hosts[hostId[node] as number] ?? '';
  return `${image} on ${host} from ${moment(time[node] as number)} to ${moment(end[node] as number)}`;
}

function named(names: readonly string[], what: string): string {
  return names.length > maxNamed ? `${names.length.toLocaleString('en')} ${what}s` : listed(names);
}

function listed(texts: readonly string[]): string {
  const more = texts.length > maxNamed ? ` and ${texts.length - maxNamed} more` : '';
  return texts.slice(0, maxNamed).join(', ') + more;
}
