/**
 * A process tree as SVG that needs nothing else: no script, no fonts, nothing to load. Titles show what a row cannot hold.
 * Follows the light or dark scheme of the reader.
 */
import type { ProcessGraph } from '../../process/index.ts';
import type { Markup } from '../html/markup.ts';
import { Markup as Raw } from '../html/markup.ts';
import { countOf, timeSpan } from '../text.ts';
import { fitWidth, terminalText } from '../../escape/index.ts';
import { activities, activityList, nameOf } from './facts.ts';
import { layoutOf, page, placeOf, type Layout } from './layout.ts';
import { drawRow } from './svg-row.ts';
import { svgStyle } from './svg-style.ts';
import { xml } from './xml.ts';

const headHeight = 104;
const lineHeight = 20;
const maxSentences = 20;

export function treeSvg(graph: ProcessGraph): string {
  const drawing = drawTree(graph, layoutOf(graph), false);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawing.text}\n`;
}

/** The picture; in the page it has links and leaves to the page what stands there already. */
export function drawTree(graph: ProcessGraph, layout: Layout, inPage: boolean): Markup {
  const { items, hosts, axis, sentences } = layout;
  const top = inPage ? 52 : headHeight;
  const notes = inPage ? [] : sentences.slice(0, maxSentences);
  if (sentences.length > maxSentences && !inPage)
    notes.push(`${sentences.length - maxSentences} more notes.`);
  const legendTop = top + layout.height + 14;
  const height = legendTop + 66 + notes.length * lineHeight;
  // A host's heading stands before the first of its rows.
  const headings = new Map(hosts.map((host) => [host.y + host.height, hostHeading(host)]));
  const seen = new Map<number, string | null>();
  const rows = items.map((item) => {
    const user = item.row.nodes[0]?.user ?? null;
    seen.set(item.index, user);
    const options = { page: inPage, user: user !== (seen.get(item.row.parent) ?? null) };
    return [headings.get(item.y) ?? null, drawRow(item, axis, options)];
  });
  const head = inPage ? null : heading(graph, layout);
  const style = inPage ? null : xml`<style>${new Raw(svgStyle)}</style>`;
  return xml`<svg xmlns="http://www.w3.org/2000/svg" class="pt" width="${page.width}" height="${height}" viewBox="0 0 ${page.width} ${height}" role="${inPage ? 'group' : 'img'}" aria-label="${titleOf(graph)}">
${style}<defs><clipPath id="pt-left"><rect x="0" y="-40" width="${page.rows}" height="160"/></clipPath></defs>
<rect class="page" width="${page.width}" height="${height}"/>${head}${gridLines(layout, top)}
<g class="rows" data-top="${top}" transform="translate(0 ${top})">
${rows}</g>${axisLabels(layout, top, inPage)}
<g class="foot" transform="translate(0 ${legendTop})">${legend()}${notes.map((note, i) => noteLine(note, i))}</g></svg>`;
}

function hostHeading({ name, y, height }: Layout['hosts'][number]): Markup {
  return xml`<g class="host" data-h="${height}" transform="translate(0 ${y})"><rect class="band" x="8" y="5" width="${page.width - 16}" height="${height - 10}" rx="4"/><text class="ink b" x="18" y="22">${name || '(unknown host)'}</text></g>
`;
}

export function titleOf(graph: ProcessGraph): string {
  const first = graph.nodes[graph.focus[0] ?? 0];
  if (first === undefined) return 'No processes';
  const more = graph.focus.length > 1 ? ` and ${graph.focus.length - 1} more` : '';
  const name = fitWidth(terminalText(nameOf(first)), 60);
  const host = fitWidth(terminalText(first.host || '(unknown host)'), 40);
  return `${name}${first.pid === null ? '' : ` (${first.pid})`}${more} on ${host}`;
}

/** What it holds and for which time, in one line. */
export function subtitleOf(graph: ProcessGraph): string {
  const { nodes, from, to, cost } = graph;
  const hosts = new Set(nodes.map(({ host }) => host.toLowerCase())).size;
  const events = nodes.reduce(
    (sum, { counts }) => sum + Object.values(counts).reduce((total, count) => total + count, 0),
    0,
  );
  const findings = nodes.reduce((sum, node) => sum + node.findings.length, 0);
  const parts = [countOf(nodes.length, 'process', 'processes')];
  if (hosts > 1) parts.push(countOf(hosts, 'host'));
  if (events > 0) parts.push(countOf(events, 'event'));
  if (findings > 0) parts.push(countOf(findings, 'finding'));
  if (from !== null && to !== null) parts.push(`${timeSpan(from, to, 'to')} UTC`);
  if (cost !== null) parts.push(countOf(cost.searches, 'search', 'searches'));
  return parts.join('  ·  ');
}

function heading(graph: ProcessGraph, { axis }: Layout): Markup {
  return xml`<text class="title ink" x="18" y="36">${titleOf(graph)}</text>
<text class="mut" x="18" y="60">${fitWidth(terminalText(subtitleOf(graph)), axis ? 120 : 180)}</text>`;
}

function gridLines({ axis, height }: Layout, top: number): Markup | null {
  if (axis === null) return null;
  const lines = axis.ticks.map(({ time }) => xml`M${placeOf(axis, time)} ${top - 6}v${height + 6}`);
  return xml`<path class="grid" d="${lines}"/>`;
}

/** Above the rows, so that the page can keep it in sight. */
function axisLabels({ axis }: Layout, top: number, inPage: boolean): Markup {
  let free = 0;
  const labels = axis?.ticks.map(({ time, text, day }) => {
    // The last one stands left of its line where it would not fit, and not at all where there is no room either.
    const width = Math.max(text.length * 6.8, day === null ? 0 : 78);
    const late = placeOf(axis, time) + width > page.width - 6;
    const x = placeOf(axis, time) + (late ? 2 : -2);
    if (late && x - width < free) return null;
    free = x + width;
    const side = late ? ' end' : '';
    const date =
      day === null ? null : xml`<text class="ink s b${side}" x="${x}" y="${top - 28}">${day}</text>`;
    return xml`${date}<text class="mut s${side}" x="${x}" y="${top - 12}">${text}</text>`;
  });
  const start = xml`<text class="mut s" x="${page.start}" y="${top - 12}">start, UTC</text>`;
  const back = inPage
    ? xml`<rect class="page" x="0" y="${top - 44}" width="${page.width}" height="38"/>`
    : null;
  return xml`<g class="axis" data-top="${top}">${back}${start}<path class="rule" d="M8 ${top - 5}H${page.width - 8}"/>${labels ?? []}</g>`;
}

function noteLine(note: string, i: number): Markup {
  return xml`<text class="mut" x="18" y="${78 + i * lineHeight}">${fitWidth(terminalText(note.slice(0, 600)), 180)}</text>`;
}

function legend(): Markup {
  let x = 18;
  const groups = activityList.map((name) => {
    const { letter, many } = activities[name];
    const at = x;
    x += 38 + many.length * 6.3;
    return xml`<rect class="a-${name}" x="${at}" y="14" width="14" height="14" rx="3"/><text class="l on" x="${at + 7}" y="24.2">${letter}</text><text class="mut s" x="${at + 18}" y="25">${many}</text>`;
  });
  const lines = xml`<path class="edge" d="M18 46h26"/><text class="mut s" x="50" y="50">parent by GUID</text>
<path class="edge dash" d="M152 46h26"/><text class="mut s" x="184" y="50">parent inferred from process id and time</text>
<circle class="hole dash" cx="430" cy="46" r="4.5"/><text class="mut s" x="441" y="50">creation not seen</text>
<circle class="knot-f" cx="560" cy="46" r="5"/><circle class="ring" cx="560" cy="46" r="8"/><text class="mut s" x="574" y="50">asked for</text>
<path class="w-high" d="M645 41h10l-5 9z"/><text class="mut s" x="660" y="50">finding</text>
<rect class="run" x="722" y="42" width="20" height="9"/><rect class="run fade" x="742" y="42" width="10" height="9"/><rect class="run fade2" x="752" y="42" width="10" height="9"/><text class="mut s" x="768" y="50">end not seen</text>
<path class="run" d="M868 41l-8 6l8 6z"/><text class="mut s" x="874" y="50">before, after the axis</text>`;
  return xml`<path class="rule" d="M8 0H${page.width - 8}"/>${groups}${lines}`;
}
