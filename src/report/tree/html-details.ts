/**
 * All facts, findings and events of the processes of a row as HTML. The page shows them below the picture where scripts
 * are off, and beside it where they are on. Bounded in characters over the whole page, which says what it leaves out.
 */
import type { GraphNode } from '../../process/index.ts';
import { evidence, markup, type Markup } from '../html/markup.ts';
import { levelChip, note, table } from '../html/parts.ts';
import { countOf, countText, timeText } from '../text.ts';
import { activities, clipText, countsOf, countsText, nameOf } from './facts.ts';
import type { Item } from './layout.ts';

const maxMembers = 100;
const maxFindings = 50;
/** What a value may take while the page has room, and after that. */
const maxValue = 8_000;
const minValue = 300;
const maxAbout = 600;

/** What is left for one page. */
export interface Room {
  chars: number;
  events: number;
}

export const roomOfPage = (): Room => ({ chars: 12 * 1024 * 1024, events: 20_000 });
const maxEvents = 300;

export function details(item: Item, room: Room): Markup {
  const { nodes } = item.row;
  const first = nodes[0] as GraphNode;
  const counts = countsText(countsOf(nodes));
  const what =
    nodes.length > 1 ? ` × ${countText(nodes.length)}` : first.pid === null ? '' : ` (${first.pid})`;
  const when = first.start === null ? 'begin not seen' : timeText(first.start);
  const aside = [when, counts, item.findings.length > 0 ? countOf(item.findings.length, 'finding') : ''];
  return markup`<details class="process"><summary>${short(nameOf(first))}${what} <small>${short(aside.filter(Boolean).join(' · '))}</small></summary>
<div class="details" id="p${item.index}">${facts(item, room)}${findings(item)}${members(item, room)}${events(item, room)}</div></details>
`;
}

function facts({ row }: Item, room: Room): Markup {
  const first = row.nodes[0] as GraphNode;
  const entries: [string, string | number | null][] = [
    ['Image', first.image],
    ['Command line', first.commandLine],
    ['User', first.user],
    ['Host', first.host],
    ['Process id', first.pid],
    ['Process GUID', first.guid],
    ['Began', first.start ?? 'not seen'],
    ['Ended', first.end ?? 'not seen'],
    ['Creation', first.known ? null : 'not seen; known from events of its children'],
    ['Parent', first.link === 'inferred' ? 'taken from process id and time, not from a GUID' : null],
    ['Events', countsText(countsOf(row.nodes)) || null],
    ['Children', row.hidden > 0 ? `${countText(row.hidden)} not drawn` : null],
    ['Left out', row.skipped > 0 ? `${countOf(row.skipped, 'generation')} above` : null],
  ];
  const shown = entries.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [markup`<dt>${name}</dt><dd>${take(String(value), room)}</dd>`],
  );
  return markup`<dl class="fields">${shown}</dl>`;
}

function findings(item: Item): Markup | null {
  if (item.findings.length === 0) return null;
  const rows = item.findings
    .slice(0, maxFindings)
    .map(
      ({ title, level, time }) =>
        markup`<tr><td>${levelChip(level)}</td><td>${short(title)}</td><td>${time === null ? null : short(timeText(time))}</td></tr>`,
    );
  const more = item.findings.length - maxFindings;
  return markup`<h3>Findings</h3>${table(['Level', 'Rule', 'Time'], rows)}${more > 0 ? note(`${countOf(more, 'more finding')}.`) : null}`;
}

function members({ row }: Item, room: Room): Markup | null {
  if (row.nodes.length < 2) return null;
  const shown = row.nodes.slice(0, maxMembers);
  const rows = shown.map(
    ({ pid, start, commandLine }) =>
      markup`<tr><td>${start === null ? null : short(timeText(start))}</td><td>${pid}</td><td><code>${take(commandLine ?? '', room, maxAbout)}</code></td></tr>`,
  );
  const more = row.nodes.length - shown.length;
  const rest = more > 0 ? note(`${countOf(more, 'more process', 'more processes')} alike.`) : null;
  return markup`<h3>${countOf(row.nodes.length, 'process', 'processes')} alike</h3>${table(['Began', 'Process id', 'Command line'], rows)}${rest}`;
}

function events({ row }: Item, room: Room): Markup | null {
  const all = row.nodes.flatMap((node) => node.events);
  const total = countsOf(row.nodes).reduce((sum, [, count]) => sum + count, 0);
  if (total === 0 && all.length === 0) return null;
  const shown = all.slice(0, Math.min(maxEvents, room.events));
  room.events -= shown.length;
  const rows = shown.map(({ time, activity, about, channel, eventId, recordId, inferred }) => {
    const place = [channel, eventId, recordId === null ? null : `#${recordId}`].filter(
      (part) => part !== null,
    );
    const title = short(place.join(' '));
    return markup`<tr><td title="${title}">${time === null ? null : short(timeText(time))}</td><td class="kind">${activities[activity].one}${inferred ? ' ┄' : ''}</td><td>${take(about, room, maxAbout)}</td></tr>`;
  });
  const list = shown.length > 0 ? table(['Time', 'Kind', 'What'], rows) : null;
  const more = total - shown.length;
  const rest = more > 0 ? note(`${countOf(more, 'event')} counted and not listed here.`) : null;
  return markup`<h3>Events</h3>${list}${rest}`;
}

function take(text: string, room: Room, limit = maxValue): Markup {
  const value = clipText(text, room.chars > 0 ? limit : Math.min(limit, minValue));
  room.chars -= value.length + 60;
  return evidence(value);
}

function short(text: string): Markup {
  return evidence(clipText(text, 300));
}
