/** The comparisons of a document, in the order in which they are written. */
import type { Detection, SigmaDocument } from '../ast.ts';
import type { ItemEntry } from './types.ts';

export function itemsOf(document: SigmaDocument): ItemEntry[] {
  const entries: ItemEntry[] = [];
  if (document.kind === 'correlation') return entries;
  for (const name of Object.keys(document.detections)) {
    collect(document.detections[name] as Detection, name, entries);
  }
  return entries;
}

/** Which written value the value `index` of an item came from. */
export function writtenIndex(item: ItemEntry['item'], index: number): number {
  if (item.groups === undefined) return index;
  let end = 0;
  for (let i = 0; i < item.groups.length; i++) {
    end += item.groups[i] as number;
    if (index < end) return i;
  }
  return index;
}

function collect(detection: Detection, name: string, entries: ItemEntry[]): void {
  if (detection.kind === 'item') entries.push({ detection: name, item: detection });
  else for (const inner of detection.items) collect(inner, name, entries);
}
