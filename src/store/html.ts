/**
 * A frame as HTML for a notebook: a table that needs nothing else, with a style that touches only itself, and no
 * script. Every text in it is hostile: invisible and reordering characters are shown, markup is escaped.
 */
import { escapeHtml, terminalText } from '../escape/index.ts';
import { isNumeric, showValue } from './show.ts';
import type { Shown } from './text.ts';

export interface HtmlOptions {
  /** Rows shown at most; default 100. */
  readonly limit?: number;
}

export const htmlLimit = 100;
/** Longer values are cut; a page of megabytes helps nobody. */
const maxCell = 2000;

// Colours are those of the page around it, so that it fits light and dark notebooks.
const style = `
.huntbook-frame{overflow-x:auto;max-width:100%}
.huntbook-frame table{border-collapse:collapse;font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:inherit}
.huntbook-frame th,.huntbook-frame td{padding:2px 10px;text-align:left;vertical-align:top;max-width:48em;overflow-wrap:anywhere;border-bottom:1px solid rgba(128,128,128,.25)}
.huntbook-frame th{border-bottom:2px solid rgba(128,128,128,.6);white-space:nowrap}
.huntbook-frame .n{text-align:right;white-space:nowrap}
.huntbook-frame .s{white-space:nowrap}
.huntbook-frame .t{opacity:.65;font-weight:400}
.huntbook-frame p{margin:.4em 0;opacity:.75;font-size:12px}`;

/** Values that are read in one line. */
const short = new Set<string>(['time', 'guid', 'ip', 'boolean']);
// Notebooks set what stands between dollar signs as formulas, such as PowerShell's variables, unless told not to.
const outer = 'huntbook-frame tex2jax_ignore mathjax_ignore';

export function renderHtml({ columns, rows, count }: Shown, remarks: readonly string[]): string {
  const classes = columns.map((column) =>
    isNumeric(column) ? ' class="n"' : short.has(column.type) ? ' class="s"' : '',
  );
  const head = columns
    .map(
      ({ name, type }, at) =>
        `<th scope="col"${classes[at]}>${text(name)}<br><span class="t">${type}</span></th>`,
    )
    .join('');
  const body = rows
    .map((row) => {
      const cells = columns.map(
        ({ type }, at) => `<td${classes[at]}>${text(showValue(row[at] ?? null, type))}</td>`,
      );
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('\n');
  const more = count - rows.length;
  const notes = [
    `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}${more > 0 ? `, ${more.toLocaleString('en')} not shown` : ''}`,
    ...remarks,
  ];
  const below = notes.map((note) => `<p>${text(note)}</p>`).join('');
  return `<div class="${outer}"><style>${style}\n</style><table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table>${below}</div>`;
}

function text(value: string): string {
  const cut = value.length > maxCell ? `${value.slice(0, maxCell)}…` : value;
  return escapeHtml(terminalText(cut));
}
