/** The right half of a row: when a process ran, and ticks for its events and findings. */
import type { Activity } from '../../process/index.ts';
import type { Markup } from '../html/markup.ts';
import { levelRank } from '../levels.ts';
import { countText, timeText } from '../text.ts';
import type { Axis } from './axis.ts';
import { activities, clipText, timeOf } from './facts.ts';
import { page, placeOf, type Item } from './layout.ts';
import { xml } from './xml.ts';

const top = 10;
const thick = 9;
const minWidth = 4;
/** Ticks of one row: they are two pixels apart, so that more could not be told apart. */
const maxTicks = 230;
/** Space that a letter below a tick needs. */
const letterWidth = 9;
const fadeWidth = 56;

export function drawBar(item: Item, axis: Axis): Markup {
  const { nodes } = item.row;
  const starts = nodes.flatMap(({ start }) => timeOf(start) ?? []);
  const ends = nodes.flatMap(({ end }) => timeOf(end) ?? []);
  const tone = item.findings[0] ? `f-${item.findings[0].level}` : item.row.focus ? 'run-f' : 'run';
  return xml`${span(item, axis, starts, ends, tone)}${eventTicks(item, axis)}${findingMarks(item, axis)}`;
}

function span(item: Item, axis: Axis, starts: number[], ends: number[], tone: string): Markup | null {
  const { nodes } = item.row;
  const start = starts.length > 0 ? starts.reduce((a, b) => Math.min(a, b)) : null;
  const closed = ends.length === nodes.length;
  const events = nodes.flatMap((node) => node.events.flatMap(({ time }) => timeOf(time) ?? []));
  const last = [...(closed ? ends : []), ...starts, ...events].reduce((a, b) => Math.max(a, b), -Infinity);
  if (last === -Infinity) return null;
  const mid = top + thick / 2;
  if (start !== null && start > axis.to) return arrow(page.right - 8, mid, 8, tone);
  const begin = start === null || start < axis.from ? page.axis + 9 : placeOf(axis, start);
  const early = start === null || start < axis.from;
  if (closed && last < axis.from) return arrow(page.axis + 8, mid, -8, tone);
  const late = last > axis.to;
  const until = late ? page.right - 9 : Math.max(begin + minWidth, placeOf(axis, last));
  // Processes that are folded together did not run all that time: each has its own mark.
  const folded = nodes.length > 1;
  const parts = [
    xml`<rect class="${tone}${folded ? ' fade' : ''}" x="${begin}" y="${top}" width="${Math.max(minWidth, until - begin)}" height="${thick}" rx="2"/>`,
  ];
  if (folded) parts.push(xml`<path class="${tone}" d="${startMarks(starts, axis)}"/>`);
  if (early) parts.push(arrow(page.axis + 8, mid, -8, tone));
  if (late) parts.push(arrow(page.right - 8, mid, 8, tone));
  if (!closed && !late && !folded) {
    const half = Math.min(fadeWidth, page.right - until) / 2;
    parts.push(
      xml`<rect class="${tone} fade" x="${until}" y="${top}" width="${half}" height="${thick}"/>`,
      xml`<rect class="${tone} fade2" x="${until + half}" y="${top}" width="${half}" height="${thick}"/>`,
    );
  }
  return xml`${parts}`;
}

function startMarks(starts: readonly number[], axis: Axis): string {
  const inside = starts.filter((time) => time >= axis.from && time <= axis.to);
  const places = new Set(inside.map((time) => Math.round(placeOf(axis, time) / 2) * 2));
  return [...places].map((x) => `M${x} ${top}h2v${thick}h-2z`).join('');
}

function arrow(x: number, y: number, width: number, tone: string): Markup {
  return xml`<path class="${tone}" d="M${x} ${y - 6}l${width} 6l${-width} 6z"/>`;
}

function eventTicks(item: Item, axis: Axis): Markup | null {
  const events = item.row.nodes
    .flatMap((node) => node.events)
    .flatMap((event) => {
      const time = timeOf(event.time);
      return time === null || time < axis.from || time > axis.to ? [] : [{ event, x: placeOf(axis, time) }];
    })
    .sort((a, b) => a.x - b.x);
  const bins = new Map<string, { x: number; activity: Activity; count: number; text: string }>();
  for (const { event, x } of events) {
    const key = `${Math.round(x / 2)} ${event.activity}`;
    const bin = bins.get(key);
    if (bin !== undefined) bin.count++;
    else if (bins.size < maxTicks) {
      const what = `${activities[event.activity].one}  ${timeText(event.time as string)}`;
      bins.set(key, {
        x,
        activity: event.activity,
        count: 1,
        text: `${what}  ${clipText(event.about, 200)}`,
      });
    }
  }
  let free = -Infinity;
  const ticks = [...bins.values()].map(({ x, activity, count, text }) => {
    const title = count > 1 ? `${text}\nand ${countText(count - 1)} more at this place` : text;
    const letter =
      x - free >= letterWidth
        ? xml`<text class="tick a-${activity}" x="${x}" y="36">${activities[activity].letter}</text>`
        : null;
    if (letter !== null) free = x;
    return xml`<g><title>${title}</title><rect class="a-${activity}" x="${x - 1}" y="21" width="2" height="7"/>${letter}</g>`;
  });
  return xml`${ticks}`;
}

function findingMarks({ findings }: Item, axis: Axis): Markup {
  const marks = new Map<number, (typeof findings)[number]>();
  for (const finding of findings) {
    const time = timeOf(finding.time);
    if (time === null || time < axis.from || time > axis.to) continue;
    const x = Math.round(placeOf(axis, time));
    const other = marks.get(x);
    if (other === undefined || levelRank(finding.level) < levelRank(other.level)) marks.set(x, finding);
  }
  return xml`${[...marks]
    .slice(0, maxTicks)
    .map(
      ([x, { title, level }]) =>
        xml`<g><title>${clipText(title, 200)}</title><path class="w-${level}" d="M${x - 5} 1h10l-5 8z"/></g>`,
    )}`;
}
