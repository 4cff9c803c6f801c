/** Pieces that several sections of the page share. */
import { levels, type Level } from '../levels.ts';
import type { RuleTally } from '../tally.ts';
import { countText } from '../text.ts';
import { markup, type Markup, type Part } from './markup.ts';

export function levelName(level: Level): string {
  return level === 'none' ? 'no level' : level;
}

export function levelChip(level: Level): Markup {
  return markup`<span class="chip c-${level}">${levelName(level)}</span>`;
}

export function levelLegend(shown: readonly Level[]): Markup {
  const items = shown.map((level) => {
    const swatch = markup`<svg viewBox="0 0 8 8" aria-hidden="true"><rect class="f-${level}" width="8" height="8"/></svg>`;
    return markup`<li>${swatch}${levelName(level)}</li>`;
  });
  return markup`<ul class="legend">${items}</ul>`;
}

/** `3 high, 12 low`; `counts` are by the rank of the level. */
export function levelCounts(counts: readonly number[]): string {
  return levels
    .flatMap((level, rank) => (counts[rank] ? [`${countText(counts[rank])} ${levelName(level)}`] : []))
    .join(', ');
}

/** A bar coloured by level, as long as its total is of `largest`. */
export function levelBar(counts: readonly number[], largest: number): Markup {
  let x = 0;
  const parts = levels.map((level, rank) => {
    const count = counts[rank] ?? 0;
    if (count === 0) return null;
    const width = Math.max(1.5, (count / largest) * 100);
    const part = markup`<rect class="f-${level}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="8"/>`;
    x += width;
    return part;
  });
  const label = levelCounts(counts);
  return markup`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label}">
<title>${label}</title>${parts}</svg>`;
}

/** A table; the columns marked with # hold numbers. */
export function table(columns: readonly string[], rows: Part): Markup {
  const heads = columns.map((name) =>
    name.startsWith('#')
      ? markup`<th scope="col" class="num">${name.slice(1)}</th>`
      : markup`<th scope="col">${name}</th>`,
  );
  return markup`<table><thead><tr>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
}

export function note(text: Part): Markup {
  return markup`<p class="note">${text}</p>`;
}

/** An id made of a number only: nothing of the rule itself is in it. */
export function ruleAnchor(tally: RuleTally): string {
  return `rule-${tally.index + 1}`;
}
