/**
 * Regular expressions of rules as queries of terms
 * (https://docs.opensearch.org/latest/query-dsl/term/regexp/). Lucene makes an automaton of each, and refuses what
 * becomes too large: counted repetition of what may also stand before it, such as `x[^"]{0,64}y`, doubles with each
 * count. Such counts can be loosened, for more values than the rule means.
 */
import { luceneRegexTree } from './lucene-regex.ts';
import { readRegexTree, type Refuse, type RegexNode } from './lucene-regex-tree.ts';
import { inverted } from './lucene-regex-ranges.ts';

export type Query = Readonly<Record<string, unknown>>;

/** The server's bound (`index.max_regex_length`), where an index does not say otherwise. */
export const maxRegexLength = 1000;
/** Room for determinising; the server's default of 10,000 is less than some rules need. */
const determinizedStates = 100_000;

/** Counts that OpenSearch 2.19 takes with that room, anywhere in an expression. */
const mostCount = 12;
/** The same for sets such as digits and letters, which other parts seldom hold too; a GUID has 36 characters. */
const mostOfFew = 40;
const fewChars = 128;
/** The same where the expression is nothing else, such as `.{1000,}`. */
const mostAlone = 250;

/** A regular expression of a rule, searched in the value. What Lucene cannot say is refused. */
export function regexQuery(
  field: string,
  source: string,
  flags: string,
  loose: boolean,
  refuse: Refuse,
): Query {
  const tree = readRegexTree(source, flags, refuse);
  const [exact] = exactEnds(loose ? loosened(tree) : tree);
  return regexp(field, luceneRegexTree(exact as RegexNode, refuse), false, refuse);
}

/** Whether the expression counts further than the server is sure to take. */
export function isCostly(source: string, flags: string, refuse: Refuse): boolean {
  const tree = readRegexTree(source, flags, refuse);
  return loosened(tree) !== tree;
}

export function regexp(field: string, value: string, folded: boolean, refuse: Refuse): Query {
  if (value.length > maxRegexLength)
    refuse(`a regular expression that takes more than ${maxRegexLength} characters in Lucene`);
  const large = value.length > 200 || value.includes('{');
  return {
    regexp: {
      [field]: {
        value,
        // Operators that a rule does not mean: `~`, `<1-9>`, `&`, `@`, `#` are escaped, and switched off but for the empty set.
        flags: 'EMPTY',
        ...(folded && { case_insensitive: true }),
        ...(large && { max_determinized_states: determinizedStates }),
      },
    },
  };
}

/** With large counts as `*`, or as a smaller count and more; the same node where there are none. */
function loosened(node: RegexNode, alone = true): RegexNode {
  if (node.kind === 'choice') {
    const only = alone && node.branches.length === 1 && node.branches[0]?.length === 1;
    const branches = node.branches.map((branch) => branch.map((item) => loosened(item, only)));
    const same = branches.every((branch, at) =>
      branch.every((item, index) => item === node.branches[at]?.[index]),
    );
    return same ? node : { kind: 'choice', branches };
  }
  if (node.kind !== 'repeat') return node;
  const item = loosened(node.item, false);
  const most = alone ? mostAlone : hasFew(node.item) ? mostOfFew : mostCount;
  const max = node.max !== null && node.max > most ? null : node.max;
  const min = Math.min(node.min, most);
  return item === node.item && max === node.max && min === node.min ? node : { ...node, item, min, max };
}

/** Whether a node stands for one character of few. */
function hasFew(node: RegexNode): boolean {
  return node.kind === 'set' && node.ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0) <= fewChars;
}

/** `.` is no line end, and `$` also stands before a last one, as in the matcher; Lucene knows neither. */
function exactEnds(node: RegexNode): RegexNode[] {
  switch (node.kind) {
    case 'dot':
      return [{ kind: 'set', ranges: inverted([[10, 10]]) }];
    case 'end':
      return [{ kind: 'repeat', item: { kind: 'set', ranges: [[10, 10]] }, min: 0, max: 1 }, node];
    case 'repeat': {
      const items = exactEnds(node.item);
      const item: RegexNode =
        items.length === 1 ? (items[0] as RegexNode) : { kind: 'choice', branches: [items] };
      return [{ ...node, item }];
    }
    case 'choice':
      return [{ kind: 'choice', branches: node.branches.map((branch) => branch.flatMap(exactEnds)) }];
    default:
      return [node];
  }
}
