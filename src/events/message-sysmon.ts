/**
 * Messages of Sysmon: a heading, then `Name: value` lines in the order of the event's manifest.
 *
 * A value may hold lines that look like fields: a command line is whatever its author wrote. The order of the manifest
 * tells most of them apart: the fields of a message are the longest run of labels in that order, then those that
 * occur nowhere else; what stands between them belongs to values. Names that the manifest does not have (a newer Sysmon) are fields too where the
 * value before can not have several lines.
 */
import { foldFieldName } from './field-table.ts';
import type { Lines, Pair } from './message-lines.ts';
import { sysmonEventOfHeading, sysmonEvents } from './sysmon-events.ts';

/** Fields that hold what somebody wrote, lines included. */
const manyLines = new Set(
  ['commandline', 'parentcommandline', 'contents', 'query', 'destination', 'details', 'configuration'].concat(
    ['description', 'queryresults', 'clientinfo', 'pipename', 'name', 'consumer', 'filter'],
  ),
);

interface Label {
  readonly line: number;
  readonly name: string;
  readonly folded: string;
  readonly value: string;
  /** Place in the manifest; -1 when it is not there. */
  readonly place: number;
}

interface Chain {
  readonly label: Label;
  readonly before: Chain | undefined;
  readonly length: number;
}

export function sysmonFields({ lines, ends }: Lines, eventId: number): Pair[] {
  const id = sysmonEvents.has(eventId)
    ? eventId
    : sysmonEventOfHeading(lines.find((line) => line !== '') ?? '');
  const order = placesOf(id);
  const labels = labelsOf(lines, order);
  const chosen = order.size === 0 ? new Set(labels) : longestRun(labels, order.size);
  const pairs: Pair[] = [];
  let next = 0;
  let open = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const label = labels[next]?.line === at ? labels[next++] : undefined;
    const last = pairs.at(-1);
    const unknown = label !== undefined && label.place < 0 && !manyLines.has(open);
    if (label !== undefined && (chosen.has(label) || (unknown && order.size > 0))) {
      // A heading of one word ends in a colon too.
      if (label.value === '' && last === undefined && label.place < 0) continue;
      pairs.push([label.name, label.value]);
      open = label.folded;
    } else if (last !== undefined && !(at === lines.length - 1 && isCutLabel(line, open, order))) {
      last[1] += ends[at] + line;
    }
  }
  for (const pair of pairs) pair[1] = withoutEmptyEnd(pair[1]);
  return pairs;
}

const places = new Map<number | undefined, ReadonlyMap<string, number>>();

function placesOf(id: number | undefined): ReadonlyMap<string, number> {
  let order = places.get(id);
  if (order === undefined) {
    const fields = id === undefined ? [] : (sysmonEvents.get(id)?.fields ?? []);
    places.set(id, (order = new Map(fields.map((name, place) => [foldFieldName(name), place]))));
  }
  return order;
}

function labelsOf(lines: readonly string[], order: ReadonlyMap<string, number>): Label[] {
  const labels: Label[] = [];
  lines.forEach((line, at) => {
    const found = /^\s?([A-Z][A-Za-z0-9]{1,40}):[ \t]?/u.exec(line);
    if (found === null) return;
    const name = found[1] as string;
    const folded = name.toLowerCase();
    labels.push({
      line: at,
      name,
      folded,
      value: line.slice(found[0].length),
      place: order.get(folded) ?? -1,
    });
  });
  return labels;
}

/** The longest run of labels in the order of the manifest. */
function longestRun(labels: readonly Label[], size: number): ReadonlySet<Label> {
  // By place, the best run that ends in that field.
  const best: (Chain | undefined)[] = Array.from({ length: size });
  for (const label of labels) {
    if (label.place < 0) continue;
    let before: Chain | undefined;
    for (let place = 0; place < label.place; place++) {
      const chain = best[place];
      if (chain !== undefined && chain.length >= (before?.length ?? 0)) before = chain;
    }
    const length = (before?.length ?? 0) + 1;
    const known = best[label.place]?.length ?? 0;
    // Of two lines that would do, the first is the field, unless it can be a line of the value before.
    if (length > known || (length === known && before !== undefined && manyLines.has(before.label.folded)))
      best[label.place] = { label, before, length };
  }
  let longest: Chain | undefined;
  for (const chain of best)
    if (chain !== undefined && chain.length >= (longest?.length ?? 0)) longest = chain;
  const chosen = new Set<Label>();
  const taken = new Set<number>();
  for (let chain = longest; chain !== undefined; chain = chain.before) {
    chosen.add(chain.label);
    taken.add(chain.label.place);
  }
  // A field that stands nowhere else is one out of order.
  for (const label of labels) {
    if (label.place < 0 || taken.has(label.place)) continue;
    chosen.add(label);
    taken.add(label.place);
  }
  return chosen;
}

/** The last line of a text that was cut within the name of a field. */
function isCutLabel(line: string, open: string, order: ReadonlyMap<string, number>): boolean {
  if (!/^[A-Z][A-Za-z0-9]{0,40}$/u.test(line)) return false;
  const from = order.get(open) ?? -1;
  return [...order].some(([name, place]) => place > from && name.startsWith(line.toLowerCase()));
}

/** Line ends after the last text of a value are the message's, not the value's. */
function withoutEmptyEnd(value: string): string {
  let end = value.length;
  while (value[end - 1] === '\n') end--;
  const plain = value.slice(0, end);
  return plain.endsWith('\\n') || plain.endsWith('\\r') ? plain.replace(/(?:\\r\\n)+$/u, '') : plain;
}
