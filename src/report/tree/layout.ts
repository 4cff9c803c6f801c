/**
 * Where everything of the drawn picture stands: indented rows on the left, a time axis on the right. One layout for SVG
 * and HTML; all numbers are pixels.
 */
import type { ProcessGraph } from '../../process/index.ts';
import { axisOf, type Axis } from './axis.ts';
import { findingsOf, type NodeFinding } from './facts.ts';
import { rowsOf, type Row } from './rows.ts';

export const page = {
  width: 1440,
  /** Names, up to the badges. */
  left: 24,
  badges: 566,
  start: 800,
  rows: 916,
  axis: 940,
  right: 1416,
} as const;

/** The middle of a row's first line, where lines meet. */
export const middle = 15;
const rowHeight = 40;
const findingHeight = 17;
const hostHeight = 34;
const maxIndent = 300;
/** More rows make files that no one reads and browsers are slow with. */
const maxRows = 1500;
export const maxFindings = 2;

export interface Item {
  readonly row: Row;
  /** Number of its row; of the one it hangs on, -1 at the top. */
  readonly index: number;
  readonly y: number;
  readonly height: number;
  readonly x: number;
  /** Where its line comes from: the parent, or the row before it at the same parent; null at the top. */
  readonly up: { readonly x: number; readonly y: number; readonly parent: boolean } | null;
  readonly children: boolean;
  /** Too deep to be set in further. */
  readonly deep: boolean;
  readonly findings: readonly NodeFinding[];
}

export interface Layout {
  readonly items: readonly Item[];
  readonly hosts: readonly { readonly name: string; readonly y: number; readonly height: number }[];
  readonly sentences: readonly string[];
  readonly axis: Axis | null;
  /** Below the last row, counted from the first. */
  readonly height: number;
}

export function layoutOf(graph: ProcessGraph): Layout {
  const { rows, hosts, sentences } = rowsOf(graph, maxRows);
  const deepest = rows.reduce((depth, row) => Math.max(depth, row.depth), 0);
  const step = Math.min(22, Math.max(6, Math.floor(maxIndent / Math.max(1, deepest))));
  const levels = Math.floor(maxIndent / step);
  const items: Item[] = [];
  const headings: Layout['hosts'][number][] = [];
  /** By row: the y of the last row drawn below it. */
  const lastChild: number[] = [];
  let y = 0;
  for (const [index, row] of rows.entries()) {
    if (row.host !== rows[index - 1]?.host && hosts.length > 1) {
      headings.push({ name: hosts[row.host] as string, y, height: hostHeight });
      y += hostHeight;
    }
    const findings = findingsOf(row.nodes);
    const height = rowHeight + Math.min(findings.length, maxFindings) * findingHeight;
    const parent = items[row.parent];
    const before = lastChild[row.parent];
    const up = parent && { x: parent.x, y: before ?? parent.y, parent: before === undefined };
    if (parent !== undefined) lastChild[row.parent] = y;
    items.push({
      row,
      index,
      y,
      height,
      findings,
      up: up ?? null,
      x: page.left + Math.min(row.depth, levels) * step,
      children: rows[index + 1]?.parent === index,
      deep: row.depth > levels,
    });
    y += height;
  }
  return { items, hosts: headings, sentences, axis: axisOf(graph), height: y };
}

export function placeOf(axis: Axis, time: number): number {
  return page.axis + ((time - axis.from) / (axis.to - axis.from)) * (page.right - page.axis);
}
