/** Times of results: `_time` is a number of seconds inside a search, and ISO 8601 where results leave the server. */
import type { Cell, Row } from './types.ts';

export function outputRow(row: Row): Row {
  const time = row['_time'];
  if (typeof time !== 'string') return row;
  const shown = isoOf(time);
  return shown === time ? row : { ...row, _time: shown };
}

/** With milliseconds, as the server writes them; what is no number of seconds stays as it is. */
function isoOf(text: string): Cell {
  if (!/^-?\d{1,12}(?:\.\d+)?$/.test(text)) return text;
  const date = new Date(Math.floor(Number(text) * 1000 + 1e-4));
  return Number.isNaN(date.getTime()) ? text : date.toISOString().replace('Z', '+00:00');
}
