/**
 * Regular expressions of rules as Lucene's
 * (https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax), which stand for the whole value
 * and know no anchors, flags, lazy repetition nor letters for classes. `.` also stands for a line end there, and so
 * it does in what is written here. EQL, ES|QL and OpenSearch take the same expressions.
 */
import type { StringPart } from '../ast.ts';
import { inverted, wordRanges } from './lucene-regex-ranges.ts';
import type { Range } from './lucene-regex-ranges.ts';
import { readRegexTree } from './lucene-regex-tree.ts';
import type { Refuse, RegexNode } from './lucene-regex-tree.ts';
import { writeParts } from './strings.ts';

/** Which ends of a part are ends of the whole: `.*` is to be written there unless an anchor is found. */
interface Ends {
  readonly left: boolean;
  readonly right: boolean;
}
type Side = keyof Ends;
type Sequence = readonly RegexNode[];

const inside: Ends = { left: false, right: false };

/** `flags` holds any of i, m and s. What cannot be written is refused with the reason. */
export function luceneRegex(source: string, flags: string, refuse: Refuse): string {
  return luceneRegexTree(readRegexTree(source, flags, refuse), refuse);
}

/** The same for an expression that was read. */
export function luceneRegexTree(tree: RegexNode, refuse: Refuse): string {
  return writeSequence([tree], { left: true, right: true }, refuse);
}

/** Text with wildcards as such an expression. */
export function luceneRegexOf(parts: readonly StringPart[]): string {
  return writeParts(parts, (text) => text.replaceAll(/[.?+*|{}[\]()"\\#@&<>~/]/g, '\\$&'), '.*', '.');
}

function writeSequence(written: Sequence, open: Ends, refuse: Refuse): string {
  const items = flat(written);
  const left = open.left ? takeEnd(items, 'left', refuse) : '';
  if (items.length === 0 && left === '.*') return left;
  const right = open.right ? takeEnd(items, 'right', refuse) : '';
  const last = items.length - 1;
  let text = left ?? '';
  items.forEach((item, index) => {
    // An end that was left to the item.
    const ends = { left: index === 0 && left === null, right: index === last && right === null };
    text += writeItem(item, ends, refuse);
  });
  return text + (right ?? '') || '()';
}

/** Groups that only group are taken apart; an optional group with an anchor is a choice. */
function flat(items: Sequence): RegexNode[] {
  return items.flatMap((item): RegexNode[] => {
    if (item.kind === 'choice' && item.branches.length === 1) return flat(item.branches[0] as Sequence);
    if (item.kind === 'repeat' && item.min === 0 && item.max === 1 && holdsAnchor(item.item)) {
      return [{ kind: 'choice', branches: [[item.item], []] }];
    }
    return [item];
  });
}

function holdsAnchor(node: RegexNode): boolean {
  if (node.kind === 'choice') return node.branches.some((branch) => branch.some(holdsAnchor));
  if (node.kind === 'repeat') return holdsAnchor(node.item);
  return node.kind !== 'set' && node.kind !== 'dot';
}

/** Takes the anchors at an end off and gives what stands there instead; null: it is left to the item there. */
function takeEnd(items: RegexNode[], side: Side, refuse: Refuse): string | null {
  const isLeft = side === 'left';
  const at = (index: number): RegexNode | undefined => items.at(isLeft ? index : -1 - index);
  const take = (): unknown => (isLeft ? items.shift() : items.pop());
  const item = at(0);
  if (item === undefined) return '.*';
  switch (item.kind) {
    case isLeft ? 'start' : 'end':
      take();
      // A second anchor says nothing new; a word edge at the end of the text asks for a word there.
      while (
        at(0)?.kind === (isLeft ? 'start' : 'end') ||
        (at(0)?.kind === 'wordEdge' && charKind(at(1), side) === 'word')
      )
        take();
      return '';
    case isLeft ? 'lineStart' : 'lineEnd':
      take();
      return isLeft ? '(.*\n)?' : '(\n.*)?';
    case 'wordEdge': {
      const kind = charKind(at(1), side);
      if (kind === null) refuse('this word boundary (\\b) in a regular expression');
      take();
      const other = writeSet(kind === 'word' ? inverted(wordRanges) : wordRanges);
      const text = isLeft ? `.*${other}` : `${other}.*`;
      return kind === 'word' ? `(${text})?` : text;
    }
    case 'choice':
      return endsInAnchor(item, side) ? null : '.*';
    case 'repeat': {
      const of = flat([item.item]);
      if (of.length !== 1 || !(of[0]?.kind === 'dot' || (of[0]?.kind === 'set' && isAny(of[0].ranges))))
        return '.*';
      // At least so many characters: two open repetitions in a row would be far more work.
      items[isLeft ? 0 : items.length - 1] = { ...item, max: null };
      return '';
    }
    default:
      return '.*';
  }
}

function isAny(ranges: readonly Range[]): boolean {
  return ranges.length === 1 && ranges[0]?.[0] === 0 && ranges[0][1] === 0x10ffff;
}

function endsInAnchor(node: RegexNode, side: Side): boolean {
  if (node.kind !== 'choice') return node.kind !== 'set' && node.kind !== 'dot' && node.kind !== 'repeat';
  return node.branches.some((branch) => {
    const item = flat(branch).at(side === 'left' ? 0 : -1);
    return item !== undefined && endsInAnchor(item, side);
  });
}

/** Whether a part begins (`left`) or ends with a character of a word, or with another; null: not known. */
function charKind(node: RegexNode | undefined, side: Side): 'word' | 'other' | null {
  switch (node?.kind) {
    case 'set': {
      const inWord = node.ranges.map(
        ([low, high]) => wordRanges.find(([from, to]) => low <= to && high >= from) ?? null,
      );
      if (inWord.every((range) => range === null)) return 'other';
      const within = node.ranges.every(([low, high], index) => {
        const range = inWord[index] as Range | null;
        return range !== null && low >= range[0] && high <= range[1];
      });
      return within ? 'word' : null;
    }
    case 'repeat':
      return node.min > 0 ? charKind(node.item, side) : null;
    case 'choice': {
      const kinds = node.branches.map((branch) => charKind(flat(branch).at(side === 'left' ? 0 : -1), side));
      return kinds.every((kind) => kind === kinds[0]) ? (kinds[0] ?? null) : null;
    }
    default:
      return null;
  }
}

function writeItem(item: RegexNode, ends: Ends, refuse: Refuse): string {
  switch (item.kind) {
    case 'dot':
      return '.';
    case 'set':
      return writeSet(item.ranges);
    case 'repeat': {
      const inner = flat([item.item]);
      const text = writeSequence(inner, inside, refuse);
      const single = inner.length === 1 && inner[0]?.kind !== 'repeat';
      return (single ? text : `(${text})`) + writeCount(item.min, item.max);
    }
    case 'choice':
      return `(${item.branches.map((branch) => writeSequence(branch, ends, refuse)).join('|')})`;
    case 'wordEdge':
    case 'noWordEdge':
      return refuse('word boundaries (\\b) within a regular expression');
    default:
      return refuse('an anchor in the middle of a regular expression');
  }
}

function writeCount(min: number, max: number | null): string {
  if (max === null) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === max) return min === 1 ? '' : `{${min}}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

function writeSet(ranges: readonly Range[]): string {
  if (isAny(ranges)) return '.';
  const only = ranges[0];
  if (only === undefined) return '#';
  if (ranges.length === 1 && only[0] === only[1]) return writeChar(only[0], outsideSpecial);
  const reversed = only[0] === 0 && ranges.at(-1)?.[1] === 0x10ffff;
  const shown = reversed ? inverted(ranges) : ranges;
  // Tab to carriage return, and the space: known since Lucene 8.6, and kept off terminals.
  const isSpace = ([low, high]: Range): boolean => (low === 9 && high === 13) || (low === 32 && high === 32);
  const spaces = shown.filter(isSpace).length === 2;
  if (spaces && shown.length === 2) return reversed ? '\\S' : '\\s';
  let text = reversed ? '[^' : '[';
  if (spaces) text += '\\s';
  for (const [low, high] of shown) {
    if (spaces && isSpace([low, high])) continue;
    text += writeChar(low, classSpecial);
    if (high > low) text += (high > low + 1 ? '-' : '') + writeChar(high, classSpecial);
  }
  return `${text}]`;
}

const outsideSpecial = new Set('.?+*|{}[]()"\\#@&<>~/');
const classSpecial = new Set('\\[]^-"/');

function writeChar(point: number, special: ReadonlySet<string>): string {
  const text = String.fromCodePoint(point);
  return special.has(text) ? `\\${text}` : text;
}
