/**
 * The timeline: findings over time, stacked by level. Bars are SVG that stretches; labels are text beside it, so
 * that they keep their size on any screen.
 */
import type { Bin, TimeBins } from '../histogram.ts';
import { levels } from '../levels.ts';
import { countOf, countText, timeText } from '../text.ts';
import { markup, type Markup } from './markup.ts';
import { levelCounts, note } from './parts.ts';

const plotWidth = 1000;
const plotHeight = 200;
/** A single critical finding must stay visible beside thousands of low ones. */
const minHeight = 3;

export function renderTimeline({ bins, width }: TimeBins, undated: number): Markup {
  const missing =
    undated > 0 ? note(`${countOf(undated, 'finding')} without a usable time not shown here.`) : null;
  const first = bins[0];
  const last = bins.at(-1);
  if (!first || !last) return note('No finding has a usable time.');
  const top = niceCeiling(Math.max(...bins.map((bin) => bin.total)));
  const step = plotWidth / bins.length;
  const span = `${binTime(first.start, width)} to ${binTime(last.start, width)}`;
  const bars = bins.map((bin, i) => (bin.total === 0 ? null : renderBin(bin, i * step, step, top, width)));
  const middle = top % 2 === 0 ? markup`<span>${countText(top / 2)}</span>` : null;
  return markup`<figure class="timeline"><div class="plot">
<div class="y" aria-hidden="true"><span>${countText(top)}</span>${middle}<span>0</span></div>
<svg viewBox="0 0 ${plotWidth} ${plotHeight}" preserveAspectRatio="none" role="img"
 aria-label="Findings over time, ${span}, in steps of ${widthText(width)}">
<path class="grid" d="M0 .5H${plotWidth}M0 ${plotHeight / 2}H${plotWidth}M0 ${plotHeight - 0.5}H${plotWidth}"/>
${bars}</svg></div>
<div class="x" aria-hidden="true">${ticks(bins, width).map((tick) => markup`<span>${tick}</span>`)}</div>
<figcaption>Findings per ${widthText(width)}, UTC.</figcaption></figure>${missing}`;
}

function renderBin(bin: Bin, x: number, step: number, top: number, width: number): Markup {
  const title = `${binTime(bin.start, width)}: ${countOf(bin.total, 'finding')} (${levelCounts(bin.counts)})`;
  const gap = Math.min(2, step / 4);
  const left = fixed(x + gap / 2);
  let y = plotHeight;
  const bars = levels.map((level, rank) => {
    const count = bin.counts[rank] as number;
    if (count === 0) return null;
    const height = Math.max(minHeight, (count / top) * plotHeight);
    y -= height;
    return markup`<rect class="f-${level}" x="${left}" y="${fixed(y)}" width="${fixed(step - gap)}" height="${fixed(height)}"/>`;
  });
  const hit = markup`<rect class="hit" x="${fixed(x)}" width="${fixed(step)}" height="${plotHeight}"/>`;
  return markup`<g><title>${title}</title>${hit}${bars}</g>
`;
}

function ticks(bins: readonly Bin[], width: number): string[] {
  const first = (bins[0] as Bin).start;
  const end = (bins.at(-1) as Bin).start + width * 1000;
  return [0, 0.25, 0.5, 0.75, 1].map((share) => binTime(first + (end - first) * share, width));
}

function binTime(at: number, width: number): string {
  const text = timeText(new Date(at).toISOString());
  return width >= 86400 ? text.slice(0, 10) : width >= 60 ? text.slice(0, 16) : text;
}

function widthText(seconds: number): string {
  const [size, word] =
    seconds >= 86400
      ? [86400, 'day']
      : seconds >= 3600
        ? [3600, 'hour']
        : seconds >= 60
          ? [60, 'minute']
          : [1, 'second'];
  return seconds === size ? word : countOf(seconds / size, word);
}

function niceCeiling(value: number): number {
  const scale = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(
    scale * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((factor) => factor * scale >= value) ?? 10),
  );
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}
