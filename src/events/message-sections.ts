/**
 * Messages of Security events, the service control manager and the event log: sections (`Subject:`) of indented
 * labels (`Account Name:`). Which field a label is depends on event and section and stands in
 * `shapes/message-labels.ts`. After the last section may follow paragraphs that explain the event; they are no fields.
 */
import type { Lines, Pair } from './message-lines.ts';

/** No label is longer. */
const MAX_LABEL = 80;

export function sectionFields({ lines, escaped }: Lines, labels: ReadonlyMap<string, string>): Pair[] {
  const pairs: Pair[] = [];
  const sections = new Set([...labels.keys()].map((key) => key.slice(0, key.indexOf('/'))));
  let section = '';
  let open: Pair | undefined;
  let afterEmpty = true;
  for (const written of lines) {
    const line = escaped ? withTabs(written) : written;
    const colon = line.slice(0, MAX_LABEL).indexOf(':');
    const label = colon < 0 ? '' : line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trimStart();
    const indented = /^\s/u.test(line);
    const outside = labels.get(`/${label}`);
    const name = label === '' ? undefined : (labels.get(`${section}/${label}`) ?? outside);
    const isSection = label !== '' && value === '' && !indented && outside === undefined;
    if (isSection && (afterEmpty || sections.has(label))) {
      section = label;
      open = undefined;
    } else if (name !== undefined) {
      open = [name, value];
      pairs.push(open);
    } else if (line.trim() === '') {
      // An empty line ends a value, unless it has not begun, and not a task's XML, which is the last of its message.
      if (open !== undefined && open[1] !== '' && !open[1].startsWith('<')) open = undefined;
    } else if (open !== undefined && (indented || !afterEmpty || open[1].startsWith('<'))) {
      open[1] = open[1] === '' ? line.trim() : `${open[1]}\n${line.trim()}`;
    }
    afterEmpty = line.trim() === '';
  }
  return pairs;
}

/** Tabulators written as letters, at the begin of a line and after its label. */
function withTabs(line: string): string {
  return line.replace(/^(?:\\t)+/u, '\t').replace(/:[ ]?(?:\\t)+/u, ':\t');
}
