/** What all pictures of a tree say alike: names of processes and of groups of events, counts, times. */
import { fileName, type Activity, type GraphNode } from '../../process/index.ts';
import { levelOf, levelRank, type Level } from '../levels.ts';
import { countText } from '../text.ts';

export interface ActivityName {
  /** On badges, beside their colour. No two have the same. */
  readonly letter: string;
  readonly one: string;
  readonly many: string;
}

/** In the order in which pictures show them: what tells most comes first. */
export const activities: Readonly<Record<Activity, ActivityName>> = {
  network: { letter: 'N', one: 'network', many: 'network' },
  dns: { letter: 'D', one: 'DNS', many: 'DNS' },
  file: { letter: 'F', one: 'file', many: 'files' },
  registry: { letter: 'R', one: 'registry', many: 'registry' },
  script: { letter: 'S', one: 'script', many: 'scripts' },
  thread: { letter: 'T', one: 'remote thread', many: 'remote threads' },
  access: { letter: 'A', one: 'access', many: 'accesses' },
  pipe: { letter: 'P', one: 'pipe', many: 'pipes' },
  wmi: { letter: 'W', one: 'WMI', many: 'WMI' },
  image: { letter: 'I', one: 'image load', many: 'image loads' },
  other: { letter: 'O', one: 'other', many: 'other' },
};
export const activityList = Object.keys(activities) as Activity[];

export type Counts = readonly (readonly [Activity, number])[];

/** Events of several processes together, in the order of `activities`. */
export function countsOf(nodes: readonly GraphNode[]): Counts {
  const sums = activityList.map(() => 0);
  for (const { counts } of nodes) {
    for (const [i, name] of activityList.entries()) sums[i] = (sums[i] as number) + (counts[name] ?? 0);
  }
  return activityList
    .map((name, i): [Activity, number] => [name, sums[i] as number])
    .filter(([, count]) => count > 0);
}

/** `3 files, 2 registry` */
export function countsText(counts: Counts): string {
  return counts
    .map(([name, count]) => `${countText(count)} ${activities[name][count === 1 ? 'one' : 'many']}`)
    .join(', ');
}

/** The file name of an image; whole paths are cut before, so that a hostile one costs nothing. */
export function nameOf({ image }: Pick<GraphNode, 'image'>): string {
  if (image === null || image === '') return '(unknown image)';
  const end = image.length > maxImage ? image.slice(-maxImage) : image;
  const name = fileName(end);
  return name === '' ? end : name;
}
const maxImage = 1024;

/** Milliseconds since 1970; null where there is no usable time. */
export function timeOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

export interface NodeFinding {
  readonly title: string;
  readonly level: Level;
  readonly time: string | null;
}

/** Most severe first. */
export function findingsOf(nodes: readonly GraphNode[]): NodeFinding[] {
  return nodes
    .flatMap(({ findings }) => findings)
    .map(({ title, level, time }) => ({ title: title || '(no title)', level: levelOf(level), time }))
    .sort((a, b) => levelRank(a.level) - levelRank(b.level));
}

/** Cut to `limit` UTF-16 units, which it says. */
export function clipText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).toWellFormed()}… (${countText(text.length - limit)} more characters)`;
}
