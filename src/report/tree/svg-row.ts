/** One row of the drawn picture, in coordinates of its own: its line to the parent, texts, badges, and its bar. */
import { fitWidth, terminalText, textWidth } from '../../escape/index.ts';
import type { Markup } from '../html/markup.ts';
import { countOf, countText, timeText } from '../text.ts';
import type { Axis } from './axis.ts';
import { activities, clipText, countsOf, countsText, nameOf, timeOf, type Counts } from './facts.ts';
import { maxFindings, middle, page, type Item } from './layout.ts';
import { drawBar } from './svg-bar.ts';
import { xml } from './xml.ts';

/** Pixels that a column of text takes, a little more than on most systems. */
const wide = 7.7;
const mono = 7;
const badgeStep = 5;
const dotRadius = 5;

export interface RowOptions {
  /** For the page: links to details, and what its script works with. */
  readonly page: boolean;
  readonly user: boolean;
}

export function drawRow(item: Item, axis: Axis | null, options: RowOptions): Markup {
  const { row, y, height, x, up, index } = item;
  const first = row.nodes[0] as Item['row']['nodes'][number];
  const worst = item.findings[0];
  const back = row.focus
    ? xml`<rect class="asked" x="8" y="0" width="${page.width - 16}" height="${height}" rx="5"/>`
    : null;
  const stripe = worst
    ? xml`<rect class="f-${worst.level}" x="8" y="2" width="4" height="${height - 4}" rx="2"/>`
    : null;
  const line = up && xml`<path class="edge${first.link === 'inferred' ? ' dash' : ''}" d="${edge(item)}"/>`;
  const texts = xml`${nameLine(item, options)}${commandLine(item)}${findingLines(item)}`;
  const hit = options.page
    ? xml`<rect class="hit" x="8" y="0" width="${page.width - 16}" height="${height}" rx="5"/>`
    : null;
  const parts = xml`<title>${tip(item)}</title>${back}${hit}${stripe}${line}${marker(item)}
<g clip-path="url(#pt-left)">${texts}</g>${badges(countsOf(row.nodes))}${startText(item, axis)}${axis && drawBar(item, axis)}`;
  if (!options.page)
    return xml`<g transform="translate(0 ${y})">${parts}</g>
`;
  const sign = first.known ? 'sign' : 'sign hollow';
  const toggle = item.children
    ? xml`<g class="toggle"><rect x="${x - 9}" y="${middle - 9}" width="18" height="18"/><path class="${sign}" d="M${x - 3} ${middle}h6"/><path class="${sign} plus" d="M${x} ${middle - 3}v6"/></g>`
    : null;
  return xml`<g class="row" data-n="${index}" data-p="${row.parent}" data-h="${height}" data-x="${x}" data-level="${worst?.level ?? ''}" transform="translate(0 ${y})"><a href="#p${index}">${parts}</a>${toggle}</g>
`;
}

/** From the row above it at the same parent, or the parent, down and to the right. */
export function edge({ up, x, y }: Pick<Item, 'up' | 'x' | 'y'>): string {
  if (up === null) return '';
  return `M${up.x} ${up.y - y + middle + (up.parent ? dotRadius : 0)}V${middle}H${x - dotRadius}`;
}

function marker({ row, x, findings }: Item): Markup {
  const seen = row.nodes[0]?.known === true;
  const tone = findings[0] ? `f-${findings[0].level}` : row.focus ? 'knot-f' : 'knot';
  const dot = seen
    ? xml`<circle class="${tone}" cx="${x}" cy="${middle}" r="${dotRadius}"/>`
    : xml`<circle class="hole dash" cx="${x}" cy="${middle}" r="4.5"/>`;
  return xml`${dot}${row.focus ? xml`<circle class="ring" cx="${x}" cy="${middle}" r="8"/>` : null}`;
}

function nameLine({ row, x, deep, children }: Item, options: RowOptions): Markup {
  const first = row.nodes[0] as Item['row']['nodes'][number];
  let rest = Math.floor((page.badges - x - 26) / wide);
  const piece = (text: string, style: string, limit = rest): Markup | null => {
    const fitted = fitWidth(terminalText(text.slice(0, 300)), Math.max(0, Math.min(rest, limit)));
    rest -= textWidth(fitted);
    return fitted === '' ? null : xml`<tspan class="${style}">${fitted}</tspan>`;
  };
  const count = row.nodes.length;
  const parts = [
    deep ? piece(`⋯${row.depth}  `, 'mut') : null,
    row.skipped > 0 ? piece(`(${countOf(row.skipped, 'generation')} left out)  `, 'warn s') : null,
    // Long names leave room for what stands behind them.
    piece(nameOf(first), 'ink b n', Math.ceil(rest * 0.45)),
    piece(
      count > 1 ? `  × ${countText(count)}` : first.pid === null ? '' : `  ${first.pid}`,
      count > 1 ? 'ink b' : 'mut',
    ),
    first.known ? null : piece('  not seen', 'warn s'),
    row.hidden > 0 ? piece(`  +${countOf(row.hidden, 'child', 'children')} not shown`, 'warn s') : null,
    options.user && first.user ? piece(`  ${first.user}`, 'mut s') : null,
    // The script writes here how many rows are folded away.
    options.page && children ? xml`<tspan class="mut s folded"></tspan>` : null,
  ];
  return xml`<text x="${x + 14}" y="${middle + 5}" xml:space="preserve">${parts}</text>`;
}

function commandLine({ row, x }: Item): Markup | null {
  const first = row.nodes[0] as Item['row']['nodes'][number];
  const text = first.commandLine ?? first.image ?? '';
  // Of a process that was not seen there is often a name only, which stands above already.
  if (text === '' || (first.commandLine === null && text === nameOf(first))) return null;
  const fitted = fitWidth(terminalText(text.slice(0, 600)), Math.floor((page.rows - x - 14) / mono));
  return xml`<text class="mono cmd" x="${x + 14}" y="34" xml:space="preserve">${fitted}</text>`;
}

function findingLines({ findings, x }: Item): Markup {
  const lines = findings.slice(0, maxFindings).map(({ title, level }, i) => {
    const more =
      i === maxFindings - 1 && findings.length > maxFindings ? `  (+${findings.length - maxFindings})` : '';
    const columns = Math.floor((page.rows - x - 14) / wide) - level.length - more.length - 4;
    const fitted = fitWidth(terminalText(title.slice(0, 600)), Math.max(1, columns));
    const word = level === 'none' ? 'no level' : level;
    return xml`<text class="w-${level} b s" x="${x + 14}" y="${50 + i * 17}">▲ ${word}: ${fitted}${more}</text>`;
  });
  return xml`${lines}`;
}

function badges(counts: Counts): Markup {
  let x: number = page.badges;
  const shown = counts.map(([name, count], i): Markup | null => {
    const text = count < 10_000 ? String(count) : `${Math.floor(count / 1000)}k`;
    const width = 18 + text.length * 7;
    if (x + width > page.start - (i < counts.length - 1 ? 28 : 8)) {
      if (x === Infinity) return null;
      const more = xml`<text class="mut s" x="${x}" y="${middle + 4}">+${counts.length - i}</text>`;
      x = Infinity;
      return more;
    }
    const at = x;
    x += width + badgeStep;
    return xml`<rect class="a-${name}" x="${at}" y="${middle - 7}" width="14" height="14" rx="3"/><text class="l on" x="${at + 7}" y="${middle + 3.2}">${activities[name].letter}</text><text class="s ink" x="${at + 17}" y="${middle + 4}">${text}</text>`;
  });
  return xml`${shown}`;
}

function startText({ row }: Item, axis: Axis | null): Markup | null {
  const start = row.nodes[0]?.start ?? null;
  const time = timeOf(start);
  if (start === null || time === null) return null;
  const day = axis?.ticks[0]?.day ?? '';
  const text = timeText(start);
  const shown =
    text.startsWith(day) && day !== '' ? new Date(time).toISOString().slice(11, 23) : text.slice(5);
  return xml`<text class="mut s" x="${page.start}" y="${middle + 4}">${shown}</text>`;
}

/** What a pointer that rests on the row shows. */
export function tip({ row, findings }: Item): string {
  const first = row.nodes[0] as Item['row']['nodes'][number];
  const facts: [string, string | number | null][] = [
    [
      '',
      row.nodes.length > 1 ? `${countOf(row.nodes.length, 'process', 'processes')} alike; the first:` : null,
    ],
    ['', first.image ?? '(unknown image)'],
    ['', first.commandLine === null ? null : clipText(first.commandLine, 1000)],
    ['host ', first.host],
    ['process id ', first.pid],
    ['GUID ', first.guid],
    ['user ', first.user],
    ['started ', first.start],
    ['ended ', first.end],
    ['', first.known ? null : 'its creation was not seen'],
    ['', first.link === 'inferred' ? 'parent taken from process id and time' : null],
    ['', countsText(countsOf(row.nodes)) || null],
    ...findings.slice(0, 10).map(({ title, level }): [string, string] => [`${level}: `, title]),
  ];
  return facts
    .flatMap(([name, text]) => (text === null ? [] : [`${name}${clipText(String(text), 1500)}`]))
    .join('\n');
}
