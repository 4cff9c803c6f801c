/**
 * The time axis: that of what was asked for and what is below it, with its events. A service that started days before
 * and one late event must not squeeze all the rest into a line, so that single times far from the others stay outside.
 */
import type { ProcessGraph } from '../../process/index.ts';
import { timeOf } from './facts.ts';

export interface Axis {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly time: number; readonly text: string; readonly day: string | null }[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
  [1, 2, 5, 10, 15, 30].map((n) => n * second),
  [1, 2, 5, 10, 15, 30].map((n) => n * minute),
  [1, 2, 3, 6, 12].map((n) => n * hour),
  [1, 2, 7, 14, 28, 91, 182, 365, 3650, 36500].map((n) => n * day),
].flat();
const maxTicks = 6;
/** At most this share of the times is left outside. */
const outliers = 0.2;

/** Null where nothing has a usable time. */
export function axisOf(graph: ProcessGraph): Axis | null {
  const core: number[] = [];
  const around: number[] = [];
  const push = (list: number[], text: string | null): void => {
    const time = timeOf(text);
    if (time !== null) list.push(time);
  };
  for (const node of graph.nodes) {
    push(node.generation < 0 ? around : core, node.start);
    push(around, node.end);
    if (node.generation < 0) continue;
    for (const { time } of node.events) push(core, time);
    for (const { time } of node.findings) push(core, time);
  }
  const window = [timeOf(graph.from) ?? -Infinity, timeOf(graph.to) ?? Infinity] as const;
  const inside = (time: number): boolean => time >= window[0] && time <= window[1];
  let times = core.filter(inside);
  if (times.length === 0) times = core.length > 0 ? core : around;
  if (times.length === 0) return null;
  let { from, to } = withoutOutliers(times.sort((a, b) => a - b));
  // Begin and end of others are on it too where they are near.
  const near = (): number => Math.max(to - from, 5 * second) * 0.6;
  for (const time of around.filter((one) => one < from).sort((a, b) => b - a))
    if (from - time <= near()) from = time;
  for (const time of around.filter((one) => one > to).sort((a, b) => a - b))
    if (time - to <= near()) to = time;
  const pad = Math.max((to - from) * 0.03, (to - from) / 20, to === from ? 2 * second : 1);
  from = Math.floor(from - pad);
  to = Math.ceil(to + pad);
  return { from, to, ticks: ticksOf(from, to) };
}

function withoutOutliers(times: readonly number[]): { from: number; to: number } {
  let first = 0;
  let last = times.length - 1;
  let spare = Math.floor(times.length * outliers);
  const at = (i: number): number => times[i] as number;
  while (spare > 0 && last - first >= 2) {
    const span = at(last) - at(first);
    const left = at(first + 1) - at(first);
    const right = at(last) - at(last - 1);
    if (Math.max(left, right) < span * 0.6) break;
    if (left >= right) first++;
    else last--;
    spare--;
  }
  return { from: at(first), to: at(last) };
}

function ticksOf(from: number, to: number): Axis['ticks'] {
  const step = steps.find((size) => (to - from) / size <= maxTicks) ?? (to - from) / maxTicks;
  const ticks: Axis['ticks'][number][] = [];
  let before = '';
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const iso = isoOf(time);
    const date = iso.slice(0, 10);
    const text = step >= day ? date.slice(5) : iso.slice(11, step >= minute ? 16 : step >= second ? 19 : 23);
    ticks.push({ time, text, day: date === before ? null : date });
    before = date;
  }
  return ticks;
}

/** Years that Date cannot write in four digits do not matter on an axis. */
function isoOf(time: number): string {
  return Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : '';
}
